"""What `xueping bench` prints and with which code it ends."""

import asyncio
import json
import signal
from types import FrameType
from typing import NoReturn

import httpx
import typer
from rich.console import Console
from rich.table import Table

from api.bench.result import Bench, Process
from api.bench.run import Measurement
from api.bench.stranger import NotAsItShould
from api.demo.own_stack import own_stack
from api.stack.errors import StackError

KINDS = {"activities": "空流程：同样步数的活动", "local": "空流程：同样步数的本地活动", "mixture": "空流程：同样的混合"}
NAMES = {"purchase": "投保（申请到出单）", "claim": "自动核赔（报案到结案）"}


def perform(number: int, at_once: int, as_json: bool) -> None:
    """Raises StackError when the stack does not start or a case did not end as it should."""
    signal.signal(signal.SIGTERM, _leave)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    with own_stack("bench", None, keep=False) as stack:
        with console.status("正在启动 …") as status:
            stack.start()
            measurement = Measurement(stack, number, at_once, lambda text: status.update(f"{text} …"))
            bench = asyncio.run(_measured(measurement))
        if as_json:
            typer.echo(json.dumps(bench.document(), ensure_ascii=False))
        else:
            _show(console, bench)
        if not bench.ok:
            failures = [failure for load in bench.loads for failure in load.failures]
            raise StackError(f"{len(failures)} 件没有走完：{'；'.join(failures[:2])}", f"日志 {stack.logs}")


async def _measured(measurement: Measurement) -> Bench:
    try:
        return await measurement.run()
    except (NotAsItShould, httpx.HTTPError) as error:
        raise StackError(f"测量没有走完：{error or type(error).__name__}") from error


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _show(console: Console, bench: Bench) -> None:
    console.print(_rates(bench))
    for name, process in bench.processes.items():
        console.print(f"\n[bold]{NAMES[name]}[/]：每件 {process.cpu_ms_each:.0f} ms CPU")
        console.print(f"  CPU 秒：{_pairs(process.cpu)}")
        console.print(f"  请求（平均秒）：{_pairs(process.requests)}")
        console.print(f"  经过（平均秒）：{_pairs(process.gaps)}")
    told = bench.document()
    for what, found in told["reading_seconds"].items():
        console.print(f"识别 {what}：{found['n']} 份，p50 {found['p50']} s，最长 {found['max']} s")
    console.print(f"{told['cores']} 核，测前负载 {told['load_before']}，用时 {told['seconds']} s")


def _rates(bench: Bench) -> Table:
    table = Table(title="每秒完成的件数")
    for column in ("", "步数（活动+本地）", "件", "同时", "件/秒", "p50 s", "p99 s", "本产品 ÷ 空流程"):
        table.add_column(column, justify="left" if not column else "right")
    for name, process in bench.processes.items():
        table.add_row(*_row(NAMES[name], process, None), "", style="bold")
        for kind in process.bare:
            table.add_row(*_row(f"  {KINDS[kind]}", process, kind), f"{process.ratio(kind):.2f}")
        table.add_section()
    return table


def _row(title: str, process: Process, kind: str | None) -> list[str]:
    load = process.bare[kind] if kind else process.load
    steps = f"{process.steps.activities}+{process.steps.local_activities}"
    shown = {"activities": f"{process.steps.total}+0", "local": f"0+{process.steps.total}"}.get(kind or "", steps)
    told = load.document()
    return [
        title,
        shown,
        str(told["whole"]),
        str(told["at_once"]),
        *(str(told[n]) for n in ("per_second", "p50", "p99")),
    ]


def _pairs(found: dict[str, float]) -> str:
    return "，".join(f"{name} {seconds:.3g}" for name, seconds in found.items())
