"""The demo on a terminal: states as they come, each comparison with its figures, the closing table."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from api.demo.closing import Person, yuan
from api.demo.door import Answer
from api.demo.record import Record, Step
from api.demo.stage import Show

LONGEST = 60


class Terminal:
    """Permanent lines for what happened, and one moving line for what is awaited."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("", console=console)

    def show(self) -> Show:
        return Show(line=self.line, walk=self._walk, event=self._event, step=self._step)

    def begin(self, text: str) -> None:
        self._status.update(text)
        self._status.start()

    def end(self) -> None:
        self._status.stop()

    def line(self, text: str) -> None:
        """A line of the supervisor's; what it says to somebody who started it by hand is left out."""
        if text.startswith(("✓", "!")):
            self._console.print(f"  {escape(text)}", style="dim")

    def people(self, rows: list[Person]) -> None:
        table = Table(title="每个人看到的和得到的", show_lines=True, expand=False)
        table.add_column("谁", no_wrap=True)
        table.add_column("看到", overflow="fold")
        table.add_column("得到", overflow="fold")
        for row in rows:
            table.add_row(row.who, _cell(row.saw), _cell(row.got))
        self._console.print(table)

    def say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _walk(self, record: Record) -> None:
        self._console.print(f"\n[bold]{escape(record.title)}[/]")
        self._status.update(escape(record.title))

    def _event(self, event: Answer) -> None:
        at = f"{datetime.fromisoformat(event['at']):%H:%M:%S}"
        self._console.print(f"  [dim]{at}[/] [cyan]{escape(event['state']):<16}[/] {escape(event['text'])}")
        self._status.update(f"{escape(event['text'])} …")

    def _step(self, step: Step) -> None:
        if step.ok:
            shown = yuan(step.got) if step.unit == "fen" else _short(step.got)
            self._console.print(f"  [green]✓[/] {escape(step.step)}  [dim]{escape(shown)}[/]")
        elif step.expected is None:
            self._console.print(f"  [red]✗ {escape(step.step)}：{escape(str(step.got))}[/]")
        else:
            self._console.print(
                f"  [red]✗ {escape(step.step)}：应为 {_told(step.expected, step)}，实为 {_told(step.got, step)}[/]"
            )


def _cell(lines: list[str]) -> str:
    """A line breaks where it is full: between a figure and its unit is no better place."""
    return escape("\n".join(lines).replace(" ", "\u00a0"))


def _told(value: Any, step: Step) -> str:
    return yuan(value) if step.unit == "fen" and isinstance(value, int) else escape(str(value))


def _short(value: Any) -> str:
    """Words that fit behind their step; the rest is in `--json`."""
    words = value if isinstance(value, list) else [value]
    text = " ".join(words) if all(isinstance(word, str) for word in words) else ""
    return text if len(text) <= LONGEST else ""
