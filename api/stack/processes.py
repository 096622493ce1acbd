"""Which processes of this machine belong to a stack, and how to end those that outlived it.

Every part carries the folder and the run that started it in its environment, and so do its children: that is how they are
known again, whatever has become of their parents. Nobody else's process carries them.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

import psutil

FOLDER_MARK = "XUEPING_STACK"
RUN_MARK = "XUEPING_STACK_RUN"
PART_MARK = "XUEPING_STACK_PART"
END_SECONDS = 10.0
LOOK_SECONDS = 0.05


def marks(folder: Path, run: str, part: str) -> dict[str, str]:
    """The environment variables that mark a process as `part` of `run` in `folder`."""
    return {FOLDER_MARK: str(folder.resolve()), RUN_MARK: run, PART_MARK: part}


def find(folder: Path, run: str | None = None) -> dict[psutil.Process, str]:
    """Every living process of the stack in `folder` (of one `run` of it), with the name of its part."""
    return {
        process: marked.get(PART_MARK, "")
        for process in psutil.process_iter()
        if process.pid != os.getpid()
        and (marked := _environment(process)).get(FOLDER_MARK) == str(folder.resolve())
        and run in (None, marked.get(RUN_MARK))
    }


def end(folder: Path, run: str | None = None) -> set[str]:
    """Kills what `find` finds, and its children, until nothing is left; returns the names of the parts.

    Killing is fair here: whoever supervised them was killed as well, and every part is built to survive that.
    """
    ended: set[str] = set()
    deadline = time.monotonic() + END_SECONDS
    while (found := find(folder, run)) and time.monotonic() < deadline:
        ended |= set(found.values())
        family = {relative for process in found for relative in (process, *_children(process))}
        for process in family:
            with suppress(psutil.Error):
                process.kill()
        while not all(map(is_over, family)) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
    return ended


def is_over(process: psutil.Process) -> bool:
    """Whether `process` has ended, although its new parent may not have buried it yet."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}
