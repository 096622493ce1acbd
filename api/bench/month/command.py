"""What `xueping bench month` prints and with which code it ends."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

import typer
from rich.console import Console

from api.bench.month.run import MonthResult, simulate
from api.stack.errors import StackError


def perform_month(policies: int, days: int, seed: int, as_json: bool) -> None:
    """Raises StackError when the month did not end as it should; its folder is kept then."""
    console = Console(highlight=False, stderr=as_json)
    folder = Path(tempfile.mkdtemp(prefix="xueping-month-"))
    with console.status("正在启动 …") as status:
        result = asyncio.run(simulate(folder, policies, days, seed, lambda text: status.update(f"{text} …")))
    if as_json:
        typer.echo(json.dumps(result.document(), ensure_ascii=False))
    else:
        _show(console, result)
    if not result.ok:
        raise StackError(f"{len(result.wrong)} 处不对：{'；'.join(result.wrong[:3])}", f"数据在 {folder}")
    shutil.rmtree(folder)


def _show(console: Console, result: MonthResult) -> None:
    console.print(
        f"{result.families} 个家庭，随机数 {result.seed}，故障 {result.faults} 个，用时 {result.seconds:.0f} s"
    )
    for title, counted in (("遇到的", result.told), ("月底的状态", result.states)):
        console.print(f"\n[bold]{title}[/]")
        for name, number in sorted(counted.items()):
            console.print(f"  {number:6d}  {name}")
    for name, title in (("money", "与支付宝网关"), ("cover", "与保险公司")):
        one = result.compared[name]
        console.print(
            f"\n[bold]{title}[/]：{one.lines} 笔，我们 {one.ours_fen / 100:,.2f} 元，对方 {one.theirs_fen / 100:,.2f} 元，"
            f"不一致 {len(one.differences)} 笔"
        )
    console.print(f"每日对账：{result.reconciled}")
    for line in [*result.wrong, *(d for one in result.compared.values() for d in one.differences)][:20]:
        console.print(f"[red]不对[/]：{line}")
