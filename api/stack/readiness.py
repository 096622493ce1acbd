"""Whether a part serves, asked the way its callers would. Every question answers within seconds and never raises."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.stack.ports import LOOPBACK

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Started:
    """A process of a part: its id, and when it was started."""

    pid: int
    at: datetime


Probe = Callable[[Started], Awaitable[bool]]


def answers(port: int, path: str) -> Probe:
    """GET `path` is answered with 200."""

    async def probe(_: Started) -> bool:
        status, _body = await _get(port, path)
        return status == 200

    return probe


def postmaster_ready(data: Path) -> Probe:
    """PostgreSQL has written into its lock file that this very process takes connections."""

    async def probe(started: Started) -> bool:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(started.pid) and lines[7].strip() == "ready"

    return probe


def polls(temporal_http: int, queue: str) -> Probe:
    """A worker that was started since asks Temporal for work of `queue`."""
    path = f"/api/v1/namespaces/default/task-queues/{queue}?taskQueueType=TASK_QUEUE_TYPE_ACTIVITY"

    async def probe(started: Started) -> bool:
        status, body = await _get(temporal_http, path)
        if status != 200:
            return False
        pollers = json.loads(body).get("pollers", [])
        return any(datetime.fromisoformat(poller["lastAccessTime"]) >= started.at for poller in pollers)

    return probe


async def _get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of GET `path`, or (0, b"") when there is no answer. HTTP/1.0, so that the body needs no decoding."""
    with suppress(OSError, TimeoutError, ValueError, IndexError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}:{port}\r\n\r\n".encode())
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
                return int(head.split()[1]), body
            finally:
                writer.close()
    return 0, b""
