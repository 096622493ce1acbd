"""The process that opens strangers' files: it keeps its models, is held to its memory and time by the kernel, and ends with the
process that started it."""

import ctypes
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
from pydantic import TypeAdapter

from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.ocr.process_wire import WireClosed, receive, send
from insurance.adapters.ports import PageReader, ReadingRefused, ReadingUnavailable
from insurance.adapters.storage.content import Content, inspect
from insurance.adapters.storage.kinds import MAX_BYTES
from insurance.adapters.storage.refusals import refuse

_READING, _CONTENT = TypeAdapter(FileReading), TypeAdapter(Content)

Answer = tuple[dict[str, Any], list[bytes]]

# with an engine and no file yet a process holds a fifth
_WORN = 1 / 3
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class Child:
    """`order`: `settings` of the reader (OcrSettings as JSON), or `reader`, a `module:callable` that makes one."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._reader: PageReader | None = None
        # a file is read, then shown: it is looked into once
        self._looked_into: tuple[bytes, Content] | None = None
        self._operations: dict[str, Callable[[bytes, dict[str, Any]], Answer]] = {
            "start": self._start,
            "inspect": self._inspect,
            "read": self._read,
            "view": self._view,
        }

    def answer(self, head: dict[str, Any], file: int | None) -> Answer:
        try:
            data = _data(file)
            if head["do"] != "start":
                _limit_cpu(head["inspect_seconds"])
            return self._operations[head["do"]](data, head)
        except ReadingRefused as refusal:
            if refusal.code == "damaged_file" and self._is_worn():
                return {"failed": "no room for a picture, perhaps", "code": refusal.code}, []
            return {"refused": [refusal.code, refusal.message]}, []
        except ReadingUnavailable as outage:
            return {"unavailable": str(outage)}, []
        except Exception as error:
            # where, and never what: texts of errors may carry what a file says
            frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
            place = f"{type(error).__name__} at {Path(frame.f_code.co_filename).name}:{line}"
            is_ours = _is_ours(error, frame.f_globals.get("__name__", ""))
            return {"failed": place, "code": None if is_ours else self._code(error)}, []
        finally:
            _limit_cpu(None)

    def _is_worn(self) -> bool:
        """Files of before have left little memory, and decoders that get none say that the file is damaged."""
        used = psutil.Process().memory_info()
        return bool(getattr(used, "data", used.rss) > _WORN * (self._order["memory_mb"] << 20))

    def _code(self, error: Exception) -> str:
        if not isinstance(error, MemoryError):
            return "unreadable"
        is_picture = self._looked_into is not None and self._looked_into[1].kind != "pdf"
        return "too_many_pixels" if is_picture else "too_complex"

    def _start(self, _: bytes, head: dict[str, Any]) -> Answer:
        self._reader = self._made_reader(head["engine"])
        return {"result": None}, []

    def _inspect(self, data: bytes, _: dict[str, Any]) -> Answer:
        return {"result": _CONTENT.dump_python(self._content(data), mode="json")}, []

    def _read(self, data: bytes, head: dict[str, Any]) -> Answer:
        from insurance.adapters.ocr.reading import read_file

        assert self._reader is not None
        pages = self._content(data).pages
        _limit_cpu(head["inspect_seconds"] + pages * head["page_seconds"])
        reading = read_file(data, self._reader)
        return {"result": _READING.dump_python(reading, mode="json")}, []

    def _view(self, data: bytes, head: dict[str, Any]) -> Answer:
        from insurance.adapters.ocr.views import draw_views

        content = self._content(data)
        _limit_cpu(head["inspect_seconds"] + content.pages * head["page_seconds"])
        views = draw_views(data, content, head["turned_ccw"])
        return {"result": [[view.width, view.height] for view in views]}, [view.data for view in views]

    def _content(self, data: bytes) -> Content:
        if self._looked_into is None or self._looked_into[0] != data:
            self._looked_into = None
            self._looked_into = data, inspect(data)
        return self._looked_into[1]

    def _made_reader(self, engine: str) -> PageReader:
        if named := self._order["reader"]:
            module, _, attribute = named.partition(":")
            reader: PageReader = getattr(import_module(module), attribute)()
            return reader
        from insurance.adapters.registry import open_reader
        from insurance.settings import OcrSettings

        return open_reader(OcrSettings.model_validate({**self._order["settings"], "engine": engine}))


def _is_ours(error: Exception, module: str) -> bool:
    """Whether we made the mistake, and not a library that met a strange file."""
    if isinstance(error, ImportError) or (isinstance(error, NameError) and not isinstance(error, UnboundLocalError)):
        return True
    return module.startswith("insurance.") and isinstance(
        error, AttributeError | AssertionError | TypeError | UnboundLocalError
    )


def _data(file: int | None) -> bytes:
    if file is None:
        return b""
    with os.fdopen(file, "rb") as source:
        # before it is in memory, where a large one would not fit
        if os.fstat(file).st_size > MAX_BYTES:
            raise refuse("too_large")
        source.seek(0)
        return source.read(MAX_BYTES + 1)


def _limit_cpu(seconds: float | None) -> None:
    """The kernel ends us by SIGXCPU when this much more is spent, even inside a decoder that never comes back."""
    limit = resource.RLIM_INFINITY
    if seconds is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _limit_memory(mebibytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, mebibytes << 20))
    # no core files: they would hold people's papers
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _keep_quiet() -> None:
    """Decoders complain about what they find in files, which is nobody's to read in a log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _end_with_parent(wire: int) -> None:
    """Nobody is left behind, however the parent went: the kernel tells us, or the wire that nobody holds any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)

    def wait() -> None:
        poll = select.poll()
        poll.register(wire, 0)
        poll.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main(wire: int) -> None:
    _end_with_parent(wire)
    sock = socket.socket(fileno=wire)
    order, _, _ = receive(sock)
    _limit_memory(order["memory_mb"])
    child = Child(order)
    send(sock, {"ready": os.getpid()})
    _keep_quiet()
    while True:
        head, file, _ = receive(sock)
        answer, pieces = child.answer(head, file)
        send(sock, answer, pieces=pieces)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except WireClosed:
        sys.exit(0)
