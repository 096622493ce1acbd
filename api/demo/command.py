"""What `xueping demo` prints and with which code it ends."""

import json
import signal
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer
from rich.console import Console

from api.demo.own_stack import OwnStack, own_stack
from api.demo.run import Demo, run_demo
from api.demo.stage import Show
from api.demo.terminal import Terminal
from api.stack.errors import StackError


def perform(data_dir: Path | None, keep: bool, as_json: bool) -> None:
    """Raises StackError, with where to look, when the stack does not start or a step is not as it must be."""
    signal.signal(signal.SIGTERM, _leave)
    kept = keep or data_dir is not None
    with own_stack("demo", data_dir, keep) as stack:
        done = _machine(stack, kept) if as_json else _person(stack, kept)
        if not done.ok:
            raise StackError("有步骤与应有的结果不符", f"日志 {stack.logs}；再看：xueping up --data-dir {stack.folder}")


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _machine(stack: OwnStack, kept: bool) -> Demo:
    done = run_demo(stack, Show())
    typer.echo(json.dumps(done.document(stack, kept or not done.ok), ensure_ascii=False))
    return done


def _person(stack: OwnStack, kept: bool) -> Demo:
    terminal = Terminal(Console(highlight=False))
    terminal.say(f"[bold]学平 demo[/]  数据目录 {stack.folder}")
    terminal.begin("正在启动 …")
    try:
        done = run_demo(stack, terminal.show())
    finally:
        terminal.end()
    terminal.people(done.people)
    for line in stack.troubles():
        terminal.say(f"[yellow]{line}[/]")
    _farewell(terminal, stack, done, kept)
    return done


def _farewell(terminal: Terminal, stack: OwnStack, done: Demo, kept: bool) -> None:
    steps = sum(len(record.steps) for record in done.records)
    for walk, step in done.failed:
        terminal.say(f"[red]✗ {walk}：{step}[/]")
    verdict = "[green]全部如应有[/]" if done.ok else f"[red]{len(done.failed)} 处不符[/]"
    terminal.say(f"{steps} 处核对，{verdict}；启动 {done.stack_seconds:.1f} s，共 {done.seconds:.1f} s")
    terminal.say(f"刚才的接口文档 {stack.url}/docs，流程界面 {stack.temporal_ui}（随演示一起停止）")
    again = (
        f"xueping up --data-dir {stack.folder}"
        if kept or not done.ok
        else "xueping demo --keep，再 xueping up --data-dir …"
    )
    terminal.say(f"再看：{again}")
