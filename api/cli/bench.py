"""`xueping bench`: whole purchases and automatic claims per second, beside a bare workflow of as many steps; from a photograph to
its decision; claims on receipts whose truth is known."""

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


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="给机器读的结果")] = False,
    number: Annotated[int, typer.Option("--n", min=1, max=20_000, help="投保和理赔各多少件")] = 120,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=200, help="同时进行多少件")] = 10,
    only: Annotated[
        Only | None,
        typer.Option(help="只测一部分：吞吐、一张照片到核定、有答案的票据；burst 是开学高峰（约一刻钟，--n 20000）"),
    ] = None,
    receipts: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="有答案的票据文件夹（xueping receipts draw）；不给就自己画"),
    ] = None,
) -> None:
    """在自己的一套系统上测吞吐，与空流程对照 (throughput beside a bare workflow). 三分钟以内。"""
    # the measurement brings much along that no other command needs
    from api.bench.command import perform
    from api.bench.run import PARTS

    try:
        perform(number, at_once, as_json, [only.value] if only else PARTS, receipts)
    except StackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("已停止", err=True)
        raise typer.Exit(130) from None
