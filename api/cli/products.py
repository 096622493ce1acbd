"""`xueping products lint`: for whoever writes product data."""

from pathlib import Path
from typing import Annotated

import typer

from insurance.products.catalogue import HERE
from insurance.products.lint import lint as problems_of

products_app = typer.Typer(no_args_is_help=True, help="产品数据")


@products_app.callback()
def products() -> None:
    """产品数据 (product data)."""


@products_app.command("lint")
def lint(
    path: Annotated[Path, typer.Argument(exists=True, help="一个产品文件，或整个目录；默认为随附的产品")] = HERE,
) -> None:
    """检查产品数据，一次列出全部问题. Exit 1 when there are any."""
    problems = problems_of(path)
    for problem in problems:
        typer.echo(f"{problem.file}: {problem.field}: {problem.reason}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("没有问题")
