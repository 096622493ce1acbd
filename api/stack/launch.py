"""How a process of the stack is started, and how it is killed with all that it started itself."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from contextlib import suppress
from pathlib import Path

from api.stack import processes
from api.stack.folder import open_log
from api.stack.parts import Part


async def launch(part: Part, folder: Path, run: str) -> Process:
    """Starts `part`, marked as one of `run` in `folder`; what it says goes to its log."""
    with open_log(folder, part.name) as log:
        process = await asyncio.create_subprocess_exec(
            *part.command,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            cwd=folder,
            env={**os.environ, **_around_proxies(), **part.environment, **processes.marks(folder, run, part.name)},
            user=part.user,
            group=part.user,
            extra_groups=[] if part.user else None,
            # Ctrl-C is for the supervisor: parts are stopped in their order
            process_group=0,
        )
    if part.niceness:
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + part.niceness)
    return process


async def launch_guard(folder: Path, run: str) -> Process:
    """Starts the guard of `run`. Close its standard input to dismiss it; our death closes it as well."""
    arguments = ["-m", "api.stack.guard", str(folder), run]
    # in a session of its own, so that what ends us leaves it
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=PIPE, stdout=DEVNULL, start_new_session=True
    )


def kill_group(process: Process) -> None:
    """Kills `process`, if it still runs, and whatever it has started."""
    # macOS says "not permitted" of a group whose members are all dead
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _around_proxies() -> dict[str, str]:
    """Our own parts are reached directly, whatever proxy this machine uses for the rest of the world."""
    direct = [*filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy")]), "127.0.0.1", "localhost"]
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(direct))
