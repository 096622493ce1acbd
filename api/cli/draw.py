"""`xueping receipts draw`: labelled receipts to judge a reader by."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from insurance.simulators.receipts.corpus import GROUPS, corpus
from insurance.simulators.receipts.fonts import FontMissing


def draw(
    folder: Annotated[Path, typer.Argument(help="写到这个文件夹：images/、pdf/ 与 truth/", file_okay=False)],
    count: Annotated[int, typer.Option(help="一共画多少份", min=1, max=100_000)] = 60,
    seed: Annotated[int, typer.Option(help="同样的种子画出同样的票据")] = 1,
    only: Annotated[str, typer.Option(help=f"只画一组：{'、'.join(GROUPS)}")] = "",
) -> None:
    """Draw receipts with their truth beside them. Exit 2 for an unknown group, or where no Chinese font is installed."""
    if only and only not in GROUPS:
        typer.echo(f"没有「{only}」这一组，可选：{'、'.join(GROUPS)}", err=True)
        raise typer.Exit(2)
    drawn = corpus(count, seed, only or None)
    try:
        for file in track(drawn, "画票据", total=count, console=Console(stderr=True), transient=True):
            file.write(folder)
    except FontMissing as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"画好 {count} 份：{folder}")
