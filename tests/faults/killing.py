"""A worker that kills itself: before, during and after every step that touches money or the insurer, once for each."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

STEPS = (
    "underwrite",
    "issue_policy",
    "report_claim",
    "close_claim",
    "cancel_policy",
    "query_trade",
    "close_trade",
    "refund",
    "pay_out",
    "query_payout",
)
POINTS = ("before", "during", "after")
KILLS = frozenset((step, point) for step in STEPS for point in POINTS)
FOLDER = "XUEPING_TEST_KILLS"

# one kill takes every step that has come to one of its points by then
GATHERING_SECONDS = 1.0
# the request is at the other side, which is told to be slower than this
ASKED_SECONDS = 0.15


class KillingInterceptor(Interceptor):
    def __init__(self) -> None:
        self.folder = Path(os.environ[FOLDER])
        self.reached: set[tuple[str, str]] = set()
        self.ending: asyncio.Task[None] | None = None

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Killing(next, self)

    def open(self, step: str, point: str) -> bool:
        return (step, point) in KILLS and not (self.folder / f"{step}.{point}").exists()

    async def die_at(self, step: str, point: str) -> None:
        self.reached.add((step, point))
        if self.ending is None:
            self.ending = asyncio.create_task(self._end())
        await asyncio.Event().wait()

    async def _end(self) -> None:
        await asyncio.sleep(GATHERING_SECONDS)
        for step, point in self.reached:
            (self.folder / f"{step}.{point}").touch()
        os.kill(os.getpid(), signal.SIGKILL)


class _Killing(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, killer: KillingInterceptor) -> None:
        super().__init__(next)
        self._killer = killer

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        step = activity.info().activity_type
        if self._killer.open(step, "before"):
            await self._killer.die_at(step, "before")
        asked = asyncio.create_task(self.next.execute_activity(input))
        if self._killer.open(step, "during"):
            await asyncio.sleep(ASKED_SECONDS)
            if not asked.done():
                await self._killer.die_at(step, "during")
        answer = await asked
        if self._killer.open(step, "after"):
            await self._killer.die_at(step, "after")
        return answer
