"""`xueping claims replay`: what happened to a claim, told from its chained history."""

import asyncio
import json
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from api.cli.settings import DataDir, settings_for
from api.story import Line, Story, story_of
from insurance.rules.cover import SHANGHAI, shanghai_day
from insurance.rules.money import yuan
from insurance.settings import Settings
from insurance.tables import Database

claims_app = typer.Typer(no_args_is_help=True, help="理赔")

BROKEN, UNKNOWN = 1, 2


@claims_app.callback()
def claims() -> None:
    """理赔 (claims)."""


@claims_app.command("replay")
def replay(
    claim_id: Annotated[str, typer.Argument(help="理赔号")],
    data_dir: DataDir,
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 对象")] = False,
) -> None:
    """一件理赔的经过：何时、何人、做了什么、为什么，并校验记录是否完整. Exit 1 when it is not, 2 when there is nothing to tell."""
    story = _read(data_dir, claim_id)
    if as_json:
        typer.echo(json.dumps(story.view(), ensure_ascii=False))
    else:
        tell(story, Console())
    raise typer.Exit(0 if story.history.broken is None else BROKEN)


def _read(data_dir: DataDir, claim_id: str) -> Story:
    try:
        story = asyncio.run(read_story(settings_for(data_dir), claim_id))
    except typer.Exit:
        # there is no such stack, and the reason has been said
        raise typer.Exit(UNKNOWN) from None
    except (SQLAlchemyError, OSError):
        typer.echo("数据库没有应答；先运行 xueping up", err=True)
        raise typer.Exit(UNKNOWN) from None
    if story is None:
        typer.echo(f"没有理赔 {claim_id}", err=True)
        raise typer.Exit(UNKNOWN)
    return story


async def read_story(settings: Settings, claim_id: str) -> Story | None:
    database = Database(settings.database)
    try:
        async with database.transaction() as session:
            return await story_of(session, claim_id)
    finally:
        await database.close()


def tell(story: Story, console: Console) -> None:
    """The whole story on a terminal, day by day, counted from the first."""
    console.print(f"[bold]理赔 {escape(story.claim_id)}[/]")
    report_no = escape(story.report_no) if story.report_no else "还没有"
    console.print(f"报案号 {report_no}，保单 {escape(story.policy_no)}，{story.state}，{_turn(story)}", soft_wrap=True)
    first_day = shanghai_day(story.lines[0].at) if story.lines else None
    for day, lines in groupby(story.lines, key=lambda line: shanghai_day(line.at)):
        assert first_day is not None
        console.print(f"\n[bold]{day}[/]（第 {(day - first_day).days + 1} 天）")
        console.print(_table(list(lines)))
    console.print(f"\n{_sums(story)}")
    console.print(_verification(story), soft_wrap=True)


def _table(lines: list[Line]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        what = escape(line.what) + (f"\n[italic]原因：{escape(line.why)}[/]" if line.why else "")
        if line.superseded:
            what += "\n[italic]（没有成为事实，已由后来的记录取代）[/]"
        time = f"  {line.at.astimezone(SHANGHAI):%H:%M:%S}"
        table.add_row(time, escape(line.who), what, style="dim" if line.superseded else "")
    return table


def _turn(story: Story) -> str:
    turn = f"现在轮到{story.turn}" if story.turn else "不再有待办"
    return f"{turn}，{story.clock}" if story.clock else turn


def _sums(story: Story) -> str:
    decided = "还没有决定" if story.decided_fen is None else f"决定赔付 {yuan(story.decided_fen)} 元"
    return f"{decided}，已付 {yuan(story.paid_fen)} 元"


def _verification(story: Story) -> str:
    broken = story.history.broken
    if broken is None:
        return f"[green]✓[/] 记录共 {len(story.history.entries)} 条，逐条校验无误：没有一条被改动、删除或截断"
    return f"[red]✗ 记录从 {escape(broken.process_id)} 的第 {broken.number} 条起不可信：有内容被改动、删除或截断[/]"
