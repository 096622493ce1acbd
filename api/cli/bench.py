"""`xueping bench`: whole purchases and automatic claims per second, beside a bare workflow of as many steps."""

from typing import Annotated

import typer

from api.stack.errors import StackError


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="给机器读的结果")] = False,
    number: Annotated[int, typer.Option("--n", min=1, max=20_000, help="投保和理赔各多少件")] = 120,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=200, help="同时进行多少件")] = 10,
) -> None:
    """在自己的一套系统上测吞吐，与空流程对照 (throughput beside a bare workflow). 三分钟以内。"""
    # the measurement brings much along that no other command needs
    from api.bench.command import perform

    try:
        perform(number, at_once, as_json)
    except StackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("已停止", err=True)
        raise typer.Exit(130) from None
