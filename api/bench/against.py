"""The engine alone: bare workflows of as many steps as a real process has, worked by a process of their own."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from temporalio.client import Client

from api.bench.bare import QUEUE, BareWorkflow, Steps
from api.bench.drive import Load, drive
from api.bench.usage import Usage

WARM_UP = 6


def kinds(steps: Steps) -> dict[str, Steps]:
    """The comparisons: every step an activity, every step a local one, and the process's own mixture."""
    return {"activities": Steps(steps.total, 0), "local": Steps(0, steps.total), "mixture": steps}


@contextmanager
def bare_worker(address: str) -> Iterator[int]:
    """The id of its process, which ends with the block."""
    command = [sys.executable, "-m", "api.bench.bare", address]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait()


async def run_bare(
    client: Client, steps: Steps, number: int, at_once: int, limit_seconds: float, usage: Callable[[], Usage]
) -> Load:
    async def one(_number: int) -> None:
        await client.execute_workflow(BareWorkflow.run, steps, id=f"bench-{uuid.uuid4()}", task_queue=QUEUE)

    await drive("warm-up", WARM_UP, at_once, limit_seconds, one)
    return await drive("bare", number, at_once, limit_seconds, one, usage().so_far)
