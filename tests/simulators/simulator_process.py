import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def until(holds: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(30):
        while True:
            if value := await holds():
                return value
            await asyncio.sleep(0.05)


@dataclass
class SimulatorProcess:
    """A simulator in a process of its own, that can be killed and started again on the same data."""

    module: str
    folder: Path
    config: dict[str, Any]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._launch()
        async with httpx.AsyncClient(trust_env=False) as client:

            async def serves() -> bool:
                try:
                    return (await client.get(f"{self.url}/healthz")).is_success
                except httpx.TransportError:
                    return False

            await until(serves)

    def _launch(self) -> None:
        config = self.folder / "config.json"
        config.write_text(json.dumps(self.config), "utf-8")
        arguments = ["--port", str(self.port), "--data", str(self.folder / "data.sqlite"), "--config", str(config)]
        self.process = subprocess.Popen([sys.executable, "-m", self.module, *arguments])

    def end(self, how: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(10)


@dataclass
class Receiver:
    """Takes notices; `answers` are given in turn, the last one for ever."""

    answers: list[str]
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> PlainTextResponse:
            self.bodies.append(await request.body())
            self.headers.append(dict(request.headers))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return PlainTextResponse(answer, 200 if answer == "success" else 500)

        return Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
