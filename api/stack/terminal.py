"""What `xueping up` tells the person who started it: short lines, and `ready URL` for machines as well."""

import signal
from pathlib import Path

from rich.console import Console

from api.stack.environment import api_url, temporal_ui_url
from api.stack.folder import log_path
from api.stack.parts import Part
from api.stack.plan import Plan


class Terminal:
    def __init__(self, folder: Path, plan: Plan) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._folder = folder
        self._plan = plan

    def part_ready(self, part: Part, seconds: float) -> None:
        self._console.print(f"[green]✓[/] {part.label} [dim]{part.name} {seconds:.1f} s[/]")

    def part_fell(self, part: Part, code: int, wait: float) -> None:
        how = f"被信号 {signal.Signals(-code).name} 结束" if code < 0 else f"退出（{code}）"
        log = log_path(self._folder, part.name)
        self._console.print(f"[yellow]![/] {part.label} {part.name} {how}，{wait:.1f} s 后重启；日志 {log}")

    def all_ready(self, seconds: float) -> None:
        self._console.print(f"接口文档 docs      {api_url(self._plan)}/docs")
        self._console.print(f"流程界面 Temporal  {temporal_ui_url(self._plan)}")
        self._console.print(f"各部分日志 logs    {self._folder / 'logs'}")
        self._console.print(f"[dim]{seconds:.1f} s；按 Ctrl-C 停止[/]")
        self._console.print(f"ready {api_url(self._plan)}")

    def stopping(self) -> None:
        self._console.print("正在停止 stopping …")
