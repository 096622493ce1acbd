"""`xueping up` as a process of its own, to be looked at, stopped and killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from api.stack import processes
from api.stack.environment import stack_environment
from api.stack.folder import running_parts

XUEPING = Path(sys.executable).with_name("xueping")
PATIENCE_SECONDS = 120


def wait_until(true, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


@dataclass
class Stack:
    """`xueping up` as a process of its own, on a folder of its own."""

    folder: Path
    port: int
    program: Sequence[str | Path] = (XUEPING,)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **stack_environment(self.folder)}

    @property
    def output(self) -> str:
        return self.folder.with_suffix(".out").read_text()

    def start(self) -> None:
        with self.folder.with_suffix(".out").open("w") as output:
            self.process = subprocess.Popen(
                [*self.program, "up", "--data-dir", self.folder, "--port", str(self.port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        wait_until(lambda: self.said_ready() or self.process.poll() is not None, "ready")
        assert self.said_ready(), self.output

    def said_ready(self) -> bool:
        return f"ready {self.url}" in self.output.splitlines()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill_group(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def pid(self, part: str) -> int:
        return running_parts(self.folder)[part]

    def kill(self, part: str) -> int:
        """Kills the process of `part` (as named in parts.json) and returns its id."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_another(self, part: str, pid: int) -> None:
        """Waits until `part` runs with another process than `pid`."""
        wait_until(lambda: self.pid(part) != pid and psutil.pid_exists(self.pid(part)), f"{part} again")

    def wait_ready(self) -> None:
        """Waits until the API says that every part serves."""
        wait_until(self.serves, "/readyz")

    def serves(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> dict[psutil.Process, str]:
        return processes.find(self.folder)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.stop()
        processes.end(self.folder)
