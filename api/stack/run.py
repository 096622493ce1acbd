"""`xueping up`: first what a kill left behind, then the checks, the plan of the folder, and the supervisor."""

import asyncio
from pathlib import Path

from rich.console import Console

from api.stack import checks, ports, processes
from api.stack.errors import StackError
from api.stack.folder import locked
from api.stack.parts import all_parts
from api.stack.plan import load_plan, settle_plan
from api.stack.supervisor import Supervisor
from api.stack.terminal import Terminal

RELEASE_SECONDS = 5.0


def run_stack(folder: Path, port: int | None) -> None:
    """Runs the stack of `folder` until a signal stops it, the API on `port` (by default the folder's last, or 8000).

    Raises StackError, with nothing left running, when something must be mended first.
    """
    folder = folder.resolve()
    checks.demand(checks.programs())
    with locked(folder):
        load_plan(folder)
        ended = _end_leftovers(folder)
        plan = settle_plan(folder, port)
        # the last threads of what was ended may hold its port a moment longer
        if not ports.becomes_free(plan.api_port, RELEASE_SECONDS if ended else 0.0):
            raise StackError(
                f"端口 {plan.api_port} 已被占用", f"停下占用者（lsof -i :{plan.api_port}），或用 --port 换一个"
            )
        asyncio.run(Supervisor(folder, all_parts(folder, plan), Terminal(folder, plan)).run())


def _end_leftovers(folder: Path) -> set[str]:
    ended = processes.end(folder)
    if ended:
        Console(highlight=False, soft_wrap=True).print(f"[yellow]![/] 已结束上次留下的进程：{'、'.join(sorted(ended))}")
    return ended
