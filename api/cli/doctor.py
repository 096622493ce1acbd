"""`xueping doctor`: what is missing or wrong here, and how to mend it."""

import dataclasses
import json
from typing import Annotated

import typer
from rich.console import Console

from api.cli.up import DataDir, Port
from api.stack.checks import Check, examine
from api.stack.folder import DEFAULT_FOLDER


def doctor(
    data_dir: DataDir = DEFAULT_FOLDER,
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="给机器读的结果")] = False,
) -> None:
    """检查本机缺什么、哪里不对、怎样修好 (what is missing or wrong here). 有问题时退出码为 1。"""
    found = examine(data_dir, port)
    if as_json:
        typer.echo(
            json.dumps({"ok": _all_ok(found), "checks": list(map(dataclasses.asdict, found))}, ensure_ascii=False)
        )
    else:
        _show(found)
    if not _all_ok(found):
        raise typer.Exit(1)


def _all_ok(found: list[Check]) -> bool:
    return all(check.ok for check in found)


def _show(found: list[Check]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in found:
        console.print(f"{'[green]✓[/]' if check.ok else '[red]✗[/]'} {check.detail}", markup=True)
        if not check.ok:
            console.print(f"  → {check.mend}", markup=False)
    wrong = sum(not check.ok for check in found)
    console.print(f"有 {wrong} 处要修" if wrong else "一切就绪")
