"""`xueping bench`: whole purchases and automatic claims per second, beside a bare workflow of as many steps; from a photograph to
its decision; claims on receipts whose truth is known. `xueping bench month`: a town's month, and everybody's books at its end."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.stack.errors import StackError


class Only(StrEnum):
    loads = "loads"
    decision = "decision"
    samples = "samples"
    burst = "burst"


class What(StrEnum):
    loads = "loads"
    month = "month"


def bench(
    what: Annotated[
        What, typer.Argument(help="loads 测吞吐；month 用可以跳的时钟过完一个月（2000 件投保，十几分钟），月底对账")
    ] = What.loads,
    as_json: Annotated[bool, typer.Option("--json", help="给机器读的结果")] = False,
    number: Annotated[
        int | None, typer.Option("--n", min=1, max=20_000, help="多少件；不给：吞吐 120，month 2000")
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=200, help="同时进行多少件")] = 10,
    only: Annotated[
        Only | None,
        typer.Option(help="只测一部分：吞吐、一张照片到核定、有答案的票据；burst 是开学高峰（约一刻钟，--n 20000）"),
    ] = None,
    receipts: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="有答案的票据文件夹（xueping receipts draw）；不给就自己画"),
    ] = None,
    seed: Annotated[int, typer.Option(help="month：同一个数是同一个月")] = 1,
    days: Annotated[int, typer.Option(min=10, max=62, help="month：有人投保、报案、退保的天数")] = 31,
) -> None:
    """在自己的一套系统上测吞吐，与空流程对照 (throughput beside a bare workflow). 三到四分钟（burst 与 month 另计）。"""
    try:
        if what == What.month:
            from api.bench.month.command import perform_month

            perform_month(number or 2000, days, seed, as_json)
        else:
            # the measurement brings much along that no other command needs
            from api.bench.command import perform
            from api.bench.run import PARTS

            perform(number or 120, at_once, as_json, [only.value] if only else PARTS, receipts)
    except StackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("已停止", err=True)
        raise typer.Exit(130) from None
