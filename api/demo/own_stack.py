"""A whole stack for one command: `xueping up` as a process of its own on a folder, spoken to by HTTP like any other."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from api.auth import Caller, issue_token
from api.stack import ports, processes
from api.stack.environment import api_url, stack_environment, temporal_ui_url
from api.stack.errors import StackError
from api.stack.plan import Plan, load_plan

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.1


class OwnStack:
    """`folder` may be new or of an earlier run. Parts log below `folder/logs`, what the supervisor says among them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self._said = self.logs / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, tell: Callable[[str], None] = lambda _line: None) -> None:
        """Returns when every part serves; `tell` gets each line on the way. Raises StackError with the line that says why not."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StackError(f"数据目录 {self.folder} 不可写：{error.strerror}", "换一个 --data-dir") from error
        kept = load_plan(self.folder)
        port = kept.api_port if kept and ports.is_free(kept.api_port) else ports.choose(())
        leash = [sys.executable, "-m", "api.demo.leash"]
        xueping = str(Path(sys.executable).with_name("xueping"))
        command = [*leash, xueping, "up", "--data-dir", str(self.folder), "--port", str(port)]
        with self._said.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
            )
        self._await_ready(tell)

    def _await_ready(self, tell: Callable[[str], None]) -> None:
        assert self._process is not None
        told, deadline = 0, time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            lines = self.lines()
            for line in lines[told:]:
                tell(line)
            told = len(lines)
            if any(line.startswith("ready ") for line in lines):
                return
            if ended:
                raise StackError(lines[-1] if lines else "xueping up 没有启动")
            time.sleep(LOOK_SECONDS)
        raise StackError(f"系统在 {START_SECONDS:.0f} 秒内没有就绪", f"日志 {self.logs}")

    def stop(self) -> None:
        """Leaves no process, however it was started or left."""
        if self._process is not None and self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                for process in (*psutil.Process(self._process.pid).children(recursive=True), self._process):
                    process.kill()
                self._process.wait()
        processes.end(self.folder)

    def lines(self) -> list[str]:
        """What the supervisor has said, without a line that is still being written."""
        return self._said.read_text(errors="replace").rpartition("\n")[0].splitlines()

    def troubles(self) -> list[str]:
        """Its lines about parts that fell over, each with where the log is."""
        return [line for line in self.lines() if line.startswith("!")]

    @property
    def plan(self) -> Plan:
        plan = load_plan(self.folder)
        assert plan is not None
        return plan

    @property
    def url(self) -> str:
        return api_url(self.plan)

    @property
    def temporal_ui(self) -> str:
        return temporal_ui_url(self.plan)

    @property
    def environment(self) -> dict[str, str]:
        """The `XUEPING_*` settings with which its parts run."""
        return stack_environment(self.folder)

    def simulator(self, name: str) -> str:
        """The address of the stand-in `insurer` or `alipay`."""
        return f"http://{ports.LOOPBACK}:{self.plan.ports[name]}"

    def token(self, role: Any, subject: str, **bound: Any) -> str:
        """What `xueping token` prints."""
        return issue_token(Caller(role, subject, **bound), self.plan.secrets.token, datetime.now(UTC))


@contextmanager
def own_stack(purpose: str, data_dir: Path | None, keep: bool) -> Iterator[OwnStack]:
    """A stack that ends with the block. Its folder is removed as well, unless the caller named or keeps it, or all did not go
    well: then there are logs to look at."""
    home = None if data_dir else Path(tempfile.mkdtemp(prefix=f"xueping-{purpose}-"))
    stack = OwnStack(data_dir or (home / "data" if home else Path()))
    try:
        yield stack
    except (KeyboardInterrupt, SystemExit):
        _end(stack, home)
        raise
    except BaseException:
        _end(stack, None)
        raise
    _end(stack, None if keep else home)


def _end(stack: OwnStack, home: Path | None) -> None:
    stack.stop()
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)
