"""Waiting no longer than people do. What is stuck is left behind to end by itself: a part that is frozen can keep a task that
asks it from being cancelled, but never an answer from being given."""

import asyncio
from collections.abc import Coroutine
from typing import Any

# a step that is given up stays referenced until it has ended
_left_behind: set[asyncio.Task[Any]] = set()


async def ended_within(seconds: float, work: asyncio.Task[Any]) -> bool:
    """Whether `work` has ended, well or not. If it has not, it goes on."""
    done, _ = await asyncio.wait({work}, timeout=seconds)
    return bool(done)


async def succeeds_within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` ends well in time. If it does not end, it is left behind."""
    task = asyncio.create_task(work)
    if not await ended_within(seconds, task):
        leave_behind(task)
        return False
    return not task.cancelled() and task.exception() is None


def leave_behind(task: asyncio.Task[Any]) -> None:
    """Cancel it, and let nobody hear of how it ends."""
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()
