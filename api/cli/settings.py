"""Which stack a command speaks to: the environment's settings when it has any, else those of the stack in a folder."""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api.stack.environment import stack_environment
from api.stack.errors import StackError
from api.stack.folder import DEFAULT_FOLDER
from insurance.settings import Settings

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="XUEPING_DATA_DIR", default_factory=lambda: DEFAULT_FOLDER, help="数据目录")
]


def settings_for(data_dir: Path) -> Settings:
    """Ends the command with one clear line when there are none."""
    if "XUEPING_TOKEN_SECRET" not in os.environ:
        if not (data_dir / "stack.json").exists():
            refuse(f"{data_dir} 里还没有运行过的系统；先运行 xueping up --data-dir {data_dir}")
        try:
            os.environ.update(stack_environment(data_dir))
        except StackError as error:
            refuse(str(error))
    return Settings()


def refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
