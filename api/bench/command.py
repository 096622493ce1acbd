"""What `xueping bench` prints and with which code it ends."""

import asyncio
import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
import typer
from rich.console import Console
from rich.table import Table

from api.bench.against import kinds
from api.bench.bare import Steps
from api.bench.drive import Load
from api.bench.result import Bench
from api.bench.run import Measurement, Part
from api.bench.stranger import NotAsItShould
from api.demo.own_stack import own_stack
from api.stack.errors import StackError

KINDS = {"activities": "空，活动", "local": "空，本地活动", "mixture": "空，同样搭配"}
NAMES = {"purchase": "投保", "claim": "自动核赔"}


def perform(number: int, at_once: int, as_json: bool, parts: Sequence[Part], receipts: Path | None) -> None:
    """Raises StackError when the stack does not start or a case did not end as it should."""
    signal.signal(signal.SIGTERM, _leave)
    console = Console(highlight=False, stderr=as_json)
    with own_stack("bench", None, keep=False) as stack:
        with console.status("正在启动 …") as status:
            stack.start()
            tell: Callable[[str], None] = lambda text: status.update(f"{text} …")  # noqa: E731
            measurement = Measurement(stack, number, at_once, tell, parts, receipts)
            bench = asyncio.run(_measured(measurement))
        if as_json:
            typer.echo(json.dumps(bench.document(), ensure_ascii=False))
        else:
            _show(console, bench)
        if not bench.ok:
            wrong = [*bench.samples.wrong, *bench.samples.failures] if bench.samples else []
            failures = [*(failure for load in bench.loads for failure in load.failures), *wrong]
            raise StackError(f"{len(failures)} 件没有走完：{'；'.join(failures[:2])}", f"日志 {stack.logs}")


async def _measured(measurement: Measurement) -> Bench:
    try:
        return await measurement.run()
    except (NotAsItShould, httpx.HTTPError) as error:
        raise StackError(f"测量没有走完：{error or type(error).__name__}") from error


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _show(console: Console, bench: Bench) -> None:
    if bench.processes:
        console.print(_rates(bench))
    for name, process in bench.processes.items():
        console.print(f"\n[bold]{NAMES[name]}[/]：单独一件 {process.alone.quantile(0.5):.2f} s（p50）")
        console.print(f"  CPU 秒：{_pairs(process.load.cpu)}")
        console.print(f"  请求（平均秒）：{_pairs(process.requests)}")
        console.print(f"  经过（平均秒）：{_pairs(process.gaps)}")
    told = bench.document()
    if decision := told["decision_seconds"]:
        console.print(
            f"一张照片到自动核定：{decision['n']} 件，p50 {decision['p50']} s，最长 {decision['max']} s，"
            f"其中识别 p50 {decision['reading_p50']} s；每件 CPU 秒：{_pairs(decision['cpu_seconds_each'])}"
        )
    if samples := told["samples"]:
        console.print(
            f"有答案的票据：{samples['n']} 件，读对了就可以自动的 {samples['possible']} 件，"
            f"自动核定 {samples['automatic']} 件，其中错 {len(samples['wrong'])} 件；"
            f"转人工的原因：{_pairs(samples['why_not'])}"
        )
    if burst := told["burst"]:
        taken = burst["accepted"]
        console.print(
            f"高峰：{taken['whole']} 件收下，每秒 {taken['per_second']} 件，p50 {taken['p50']} s，p99 {taken['p99']} s，"
            f"没收下 {taken['asked'] - taken['whole']} 件，再问过 {burst['asked_again']} 次；收下而丢失 {burst['lost']} 件；"
            f"{burst['drained']} 件用 {burst['drain_seconds']} s 办到待支付，"
            f"每秒 {burst['drained_per_second']} 件（上限 {burst['rate']}）；内存 MB：{_pairs(burst['memory_mb'])}"
        )
    for what, found in told["reading_seconds"].items():
        console.print(f"识别 {what}：{found['n']} 份，p50 {found['p50']} s，最长 {found['max']} s")
    if pages := told["page_costs"]:
        console.print(
            f"识别一页（{pages['engine']}）：{pages['n']} 份，p50 {pages['p50']} s，p90 {pages['p90']} s，"
            f"处理器 {pages['cpu_p50']} s，内存最多 {pages['peak_mb']} MB"
        )
    console.print(f"{told['cores']} 核，测前负载 {told['load_before']}，用时 {told['seconds']} s")


def _rates(bench: Bench) -> Table:
    table = Table(title="整件流程，与同样步数的空流程（步数：活动+本地活动）")
    table.add_column("", no_wrap=True)
    for column in ("步数", "件", "同时", "件/秒", "p50 s", "p99 s", "CPU ms", "÷空"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, process in bench.processes.items():
        table.add_row(*_row(NAMES[name], process.steps, process.load), "", style="bold")
        for kind, steps in kinds(process.steps).items():
            table.add_row(*_row(f" {KINDS[kind]}", steps, process.bare[kind]), f"{process.ratio(kind):.2f}")
        table.add_section()
    return table


def _row(title: str, steps: Steps, load: Load) -> list[str]:
    told = load.document()
    names = ("whole", "at_once", "per_second", "p50", "p99", "cpu_ms_each")
    return [title, f"{steps.activities}+{steps.local_activities}", *(str(told[name]) for name in names)]


def _pairs(found: dict[str, float]) -> str:
    return "，".join(f"{name} {seconds:.3g}" for name, seconds in found.items())
