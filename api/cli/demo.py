"""`xueping demo`: a purchase, two claims and a surrender on a stack of its own; 0 only if every step came out as it must."""

from pathlib import Path
from typing import Annotated

import typer

from api.stack.errors import StackError


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="给机器读的结果")] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="数据目录，结束后保留；默认用临时的，结束后删除", show_default=False),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="结束后保留临时的数据目录")] = False,
) -> None:
    """启动一套系统，走完投保、两件理赔、退保，逐项核对 (four walks, every figure compared)."""
    # drawing receipts brings much along that no other command needs
    from api.demo.command import perform

    try:
        perform(data_dir, keep, as_json)
    except StackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("已停止", err=True)
        raise typer.Exit(130) from None
