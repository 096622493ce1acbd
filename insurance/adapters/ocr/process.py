"""Reading in a process of its own: a crash, a hang or a bomb in a decoder ends with the file that brought it.

What ends twice in a fresh process is refused as the file's own doing; what the machine did is `ReadingUnavailable`, to be asked
again. The engine is imported there alone.
"""

import asyncio
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, BinaryIO, Self, TypeVar

import psutil
from pydantic import TypeAdapter

from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.ocr.process_wire import WireClosed, receive, send
from insurance.adapters.ports import PageView, ReadingRefused, ReadingUnavailable
from insurance.adapters.storage.kinds import Content
from insurance.adapters.storage.refusals import refuse
from insurance.settings import Engine, OcrSettings

T = TypeVar("T")

_START_SECONDS = 60.0
_ATTEMPTS = 2
# where onnxruntime can't run: no library for this machine, or one that uses what its processor has not
_FALLBACK: Engine = "tesseract"
# how often it is looked at in the time that it may do nothing
_LOOKS = 20
# no secret of ours: who opens strangers' files has no use for one
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
_MARKS = "XUEPING_STACK"
# what the child may find wrong with a file without being sure, so that another one looks; None: it was our mistake
_FAILURES = ("damaged_file", "too_many_pixels", "too_complex", "unreadable", None)

_READING, _CONTENT, _SIZES = TypeAdapter(FileReading), TypeAdapter(Content), TypeAdapter(list[tuple[int, int]])
_log = logging.getLogger(__name__)


class _Ended(Exception):
    """The process ended before it answered. `code` is the refusal when it was the file's doing, None when it was ours;
    `surely`: another try would end the same way."""

    def __init__(self, code: str | None, surely: bool = False) -> None:
        super().__init__(code)
        self.code, self.surely = code, surely


class ReadingProcess:
    """One file at a time, in turn; from any thread, or awaited. Close it, or use it in `with`.

    `reader` names another maker of a page reader than the settings do, as `module:callable`. Methods take the bytes, or an
    open file, of which memory here never holds more than a part. They raise `ReadingRefused` and `ReadingUnavailable`.
    """

    def __init__(self, settings: OcrSettings, reader: str | None = None) -> None:
        self._settings = settings
        self._order = {
            "settings": settings.model_dump(mode="json"),
            "reader": reader,
            "memory_mb": settings.memory_mb,
        }
        # the kernel ends the child together with the thread that started it, so that thread must stay
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self._loaded = self._interrupted = self._closed = False
        self._engine: Engine = settings.engine

    @property
    def engine(self) -> Engine:
        """The one that reads: another than was set where that one can't run."""
        return self._engine

    @property
    def pid(self) -> int | None:
        """The process that reads now, if there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Load the engine now and not with the first file."""
        self._thread.submit(self._load).result()

    def read(self, source: bytes | BinaryIO) -> FileReading:
        return self._thread.submit(self._read, source).result()

    async def read_file(self, source: bytes | BinaryIO) -> FileReading:
        """`read`, awaited. Called off, it ends the process at once."""
        return await self._awaited(partial(self._read, source))

    def inspect(self, source: bytes | BinaryIO) -> Content:
        return self._thread.submit(self._inspect, source).result()

    async def inspect_file(self, source: bytes | BinaryIO) -> Content:
        return await self._awaited(partial(self._inspect, source))

    def view(self, source: bytes | BinaryIO, turned_ccw: Sequence[int] = ()) -> list[PageView]:
        """Every page, turned upright by so many degrees each, as `PageRead` tells them."""
        return self._thread.submit(self._view, source, turned_ccw).result()

    async def view_file(self, source: bytes | BinaryIO, turned_ccw: Sequence[int] = ()) -> list[PageView]:
        return await self._awaited(partial(self._view, source, turned_ccw))

    def interrupt(self) -> None:
        """What is being read now ends in `ReadingUnavailable`."""
        self._interrupted = True
        self._kill()

    def close(self) -> None:
        self._closed = True
        self.interrupt()
        self._thread.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _awaited(self, call: "partial[T]") -> T:
        future = self._thread.submit(call)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.running():
                self.interrupt()
            raise

    # --- on the thread ------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """The engine that is set; where it can't run, Tesseract, which reads far less."""
        if self._loaded:
            return
        engine, why = self._settings.engine, self._cannot_run(self._settings.engine)
        if why is not None:
            if engine == _FALLBACK or self._order["reader"] or self._cannot_run(_FALLBACK) is not None:
                raise ReadingUnavailable(why)
            _log.warning("reading: %s. %s reads instead, and far less", why, _FALLBACK)
            engine = _FALLBACK
        self._engine, self._loaded = engine, True

    def _cannot_run(self, engine: str) -> str | None:
        """Load it; None, or why it can't run here. Raises `ReadingUnavailable` for what the machine did, which passes."""
        try:
            self._once({"do": "start", "engine": engine}, None, _START_SECONDS)
        except ReadingUnavailable as told:
            if self._sock is None:
                raise
            return str(told)
        except _Ended as end:
            self._end()
            if end.code != "unreadable" or self._interrupted:
                raise ReadingUnavailable("the engine does not start") from None
            return f"{engine} crashes at its start"
        return None

    def _read(self, source: bytes | BinaryIO) -> FileReading:
        answer, _ = self._ask(source, "read", self._settings.file_seconds)
        return _taken(_READING, answer)

    def _inspect(self, source: bytes | BinaryIO) -> Content:
        return _taken(_CONTENT, self._ask(source, "inspect", self._settings.file_seconds)[0])

    def _view(self, source: bytes | BinaryIO, turned_ccw: Sequence[int]) -> list[PageView]:
        answer, pieces = self._ask(source, "view", self._settings.file_seconds, turned_ccw=list(turned_ccw))
        sizes = _taken(_SIZES, answer)
        return [PageView(data, width, height) for data, (width, height) in zip(pieces, sizes, strict=True)]

    def _ask(self, source: bytes | BinaryIO, do: str, seconds: float, **more: Any) -> tuple[Any, list[bytes]]:
        self._interrupted = False
        if isinstance(source, bytes):
            with tempfile.TemporaryFile() as copy:
                copy.write(source)
                copy.flush()
                return self._answered(copy.fileno(), do, seconds, more)
        source.flush()
        return self._answered(source.fileno(), do, seconds, more)

    def _answered(self, file: int, do: str, seconds: float, more: dict[str, Any]) -> tuple[Any, list[bytes]]:
        times = {"inspect_seconds": self._settings.inspect_seconds, "page_seconds": self._settings.page_seconds}
        head = {"do": do, **times, **more}
        code: str | None = None
        for _ in range(_ATTEMPTS):
            if do == "read":
                self._load()
            try:
                return self._once(head, file, seconds)
            except _Ended as end:
                self._end()
                code = end.code
                if self._interrupted or end.surely:
                    break
        if code is None or self._interrupted:
            raise ReadingUnavailable("the reading process ended")
        raise refuse(code)

    def _once(self, head: dict[str, Any], file: int | None, seconds: float) -> tuple[Any, list[bytes]]:
        if self._closed:
            raise ReadingUnavailable("the reader is closed")
        sock = self._sock or self._started()
        sock.settimeout(seconds)
        try:
            send(sock, head, file)
            self._await(sock, seconds)
            answer, _, pieces = receive(sock)
        except TimeoutError:
            _log.warning("reading: nothing done for %.0f seconds", seconds)
            raise _Ended("too_complex") from None
        except WireClosed:
            raise self._cause() from None
        return self._told(answer), pieces

    def _await(self, sock: socket.socket, seconds: float) -> None:
        """Until it answers or ends. It may take its time, on a busy machine, as long as it gets on: what it spends in all is
        bounded by the kernel. Raises `TimeoutError` when it did nothing for so many seconds, for it waits for ever then."""
        answers = select.poll()
        answers.register(sock, select.POLLIN)
        spent, idle = self._spent(), 0
        while not answers.poll(1000 * seconds / _LOOKS):
            before, spent = spent, self._spent()
            idle = idle + 1 if spent <= before else 0
            if idle >= _LOOKS:
                raise TimeoutError

    def _spent(self) -> float:
        """Processor seconds of the process and of what it started."""
        try:
            return float(sum(psutil.Process(self.pid).cpu_times()[:4]))
        except psutil.Error:
            return 0.0

    def _told(self, answer: dict[str, Any]) -> Any:
        match answer:
            case {"result": result}:
                return result
            case {"refused": [str(code), str(message)]}:
                raise ReadingRefused(code, message)
            case {"unavailable": str(text)}:
                raise ReadingUnavailable(text)
            case {"failed": str(place), "code": code} if code in _FAILURES:
                _log.error("reading: %s", place)
                raise _Ended(code)
            case _:
                raise _Ended("unreadable")

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if k in _ENVIRONMENT or k.startswith(_MARKS)}
        threads = str(self._settings.threads)
        environment |= {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "insurance.adapters.ocr.process_child", str(theirs.fileno())],
                    env=environment,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    # a Ctrl-C is for us to hear, and what it starts itself ends with it
                    start_new_session=True,
                )
            self._sock = ours
            if self._closed:
                self._kill()
            ours.settimeout(_START_SECONDS)
            send(ours, self._order)
            receive(ours)
        except (OSError, WireClosed) as error:
            ours.close()
            self._end()
            raise ReadingUnavailable(f"the reading process does not start: {type(error).__name__}") from None
        return ours

    def _cause(self) -> _Ended:
        """Why it ended by itself: the file's doing, or somebody killed it, for the machine's memory perhaps."""
        assert self._process is not None
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return _Ended("unreadable")
        if not self._interrupted:
            _log.warning("reading: the process ended with %s", status)
        if status == -signal.SIGKILL:
            return _Ended(None)
        return _Ended("too_complex", surely=True) if status == -signal.SIGXCPU else _Ended("unreadable")

    def _end(self) -> None:
        self._loaded = False
        self._kill()
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _kill(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        try:
            # its session holds what it started itself (tesseract)
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()


def _taken(kind: TypeAdapter[T], answer: Any) -> T:
    try:
        return kind.validate_python(answer)
    except ValueError:
        raise ReadingUnavailable("the reading process gave no such answer") from None
