"""The data folder (数据目录): one supervisor at a time, its logs, and a note of who runs as what."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from api.stack.errors import StackError
from api.stack.plan import write_secret

DEFAULT_FOLDER = Path(".xueping")
FULL_LOG_BYTES = 10 * 1024 * 1024


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes `folder` if needed and keeps every other supervisor out of it. The kernel lets go when we die."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise StackError(f"数据目录 {folder} 不可写：{error.strerror}", "换一个 --data-dir，或改它的权限") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(
                f"数据目录 {folder} 上已有一个 xueping up 在运行", "先停下它，或换一个 --data-dir"
            ) from error
        yield


def in_use(folder: Path) -> bool:
    """Whether a supervisor holds `folder` now."""
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def log_path(folder: Path, part: str) -> Path:
    return folder / "logs" / f"{part}.log"


def open_log(folder: Path, part: str) -> BinaryIO:
    """The log of `part`, to append to. A full one is put aside first, in place of the one put aside before."""
    path = log_path(folder, part)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists() and path.stat().st_size > FULL_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def note(folder: Path, part: str, text: str) -> None:
    """Adds a line of our own to the log of `part`."""
    with open_log(folder, part) as log:
        log.write(f"{text}\n".encode())


def last_line(folder: Path, part: str) -> str:
    """What `part` said last, to quote in one line."""
    try:
        lines = log_path(folder, part).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""


class Journal:
    """`parts.json`: the process of every part, for people and tests that want to look or to hit one."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "parts.json"
        self._parts: dict[str, dict[str, object]] = {}

    def started(self, part: str, pid: int) -> None:
        starts = self._parts.get(part, {}).get("starts", 0)
        assert isinstance(starts, int)
        self._parts[part] = {"pid": pid, "started_at": datetime.now(UTC).isoformat(), "starts": starts + 1}
        write_secret(self._path, json.dumps(self._parts, indent=1))

    def closed(self) -> None:
        self._path.unlink(missing_ok=True)


def running_parts(folder: Path) -> dict[str, int]:
    """The process id of each part that a supervisor of `folder` started last."""
    try:
        noted = json.loads((folder / "parts.json").read_text())
    except FileNotFoundError:
        return {}
    return {part: note["pid"] for part, note in noted.items()}
