"""`xueping up`: the whole stack in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from api.stack.errors import StackError
from api.stack.folder import DEFAULT_FOLDER
from api.stack.run import run_stack

DataDir = Annotated[Path, typer.Option("--data-dir", envvar="XUEPING_DATA_DIR", help="数据目录 (the stack's folder)")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="API 端口；默认用该目录上次的，否则 8000", show_default=False),
]


def up(data_dir: DataDir = DEFAULT_FOLDER, port: Port = None) -> None:
    """在本机启动整个系统，Ctrl-C 停止 (the whole stack in the foreground)."""
    try:
        run_stack(data_dir, port)
    except StackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
