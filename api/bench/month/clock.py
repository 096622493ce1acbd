"""The month's clock: Temporal's test server keeps the time and can jump; everybody else goes by it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.service import RPCError, RPCStatusCode, TestService
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from api.bench.month.servers import SharedTime

NONE = timedelta(0)
LONG, SHORT = timedelta(seconds=8), timedelta(seconds=0.5)
# so long without a step, the server has lost count
STILL_SECONDS, LOOK_SECONDS = 0.6, 0.05
TRIES = 200


class MonthClock:
    """Between jumps it goes as fast as the machine's own. `at_work`: steps under way; `steps`: begun so far."""

    def __init__(self, environment: WorkflowEnvironment, time: SharedTime) -> None:
        self._environment = environment
        self._time = time
        self._lost_count = False
        self.at_work, self.steps = 0, 0

    def now(self) -> datetime:
        return self._time.now()

    async def jump(self, instant: datetime) -> None:
        """To `instant`; timers on the way fire in their order, and what they set off is done before time goes on.

        The server counts what is at work, and may lose count: then time stands still although nothing is. A second call beside
        the first one makes up for that.
        """
        for _ in range(TRIES):
            left = instant - await self._environment.get_current_time()
            if left <= NONE:
                break
            if not await self._sleep(left):
                self._lost_count = True
                await self._nothing_at_work()
        else:
            raise TimeoutError(f"time did not get to {instant}")
        self.seen(await self._environment.get_current_time())

    async def _sleep(self, left: timedelta) -> bool:
        """False when it takes long."""
        request = SleepRequest()
        request.duration.FromTimedelta(left)
        try:
            await self._server.unlock_time_skipping_with_sleep(request, timeout=SHORT if self._lost_count else LONG)
        except RPCError as error:
            if error.status not in (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED):
                raise
            return False
        return True

    async def _nothing_at_work(self) -> None:
        """Returns when for a while no step has begun or ended. Bounded by the steps' own time-outs."""
        seen, still = -1, 0.0
        while still < STILL_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            still = still + LOOK_SECONDS if (self.at_work, self.steps) == (0, seen) else 0.0
            seen = self.steps

    @property
    def _server(self) -> TestService:
        return self._environment.client.test_service

    def seen(self, instant: datetime) -> None:
        """Never back."""
        self._time.seen(instant)


class GoesAlong(Interceptor):
    """While time jumps, steps tell the clock that they are at work, and those at other parts where it has got to."""

    def __init__(self, clock: MonthClock) -> None:
        self._clock = clock

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        clock = self._clock

        class Inbound(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                if not activity.info().is_local:
                    clock.seen(activity.info().started_time)
                clock.at_work += 1
                clock.steps += 1
                try:
                    return await self.next.execute_activity(input)
                finally:
                    clock.at_work -= 1

        return Inbound(next)


class Over(Exception):
    """The month is over: whoever still waits for another time goes home."""


class Diary:
    """Who waits for which moment. The month opens one moment after the other, and waits until all who act in it have acted."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._moments: dict[int, asyncio.Event] = {}
        self._acting = 0
        self._all_have_acted = asyncio.Event()
        self._waiting: dict[int, int] = {}
        self.moment = -1
        self.over = False

    def at(self, moment: int) -> "Turn":
        """For an `async with`: acts at `moment`, or at the present one when that is later. Raises Over."""
        return Turn(self, max(moment, self.moment))

    def later(self, moments: int = 1) -> "Turn":
        return Turn(self, self.moment + moments)

    async def open(self, moment: int) -> None:
        """Also for who waits for an earlier one that was passed over. Returns when nobody acts any more."""
        self.moment = moment
        self._moments.setdefault(moment, asyncio.Event())
        for due in [known for known in self._moments if known <= moment]:
            self._acting += self._waiting.pop(due, 0)
            self._moments[due].set()
        await self._settled()

    async def end(self) -> None:
        self.over = True
        for moment in list(self._waiting):
            self._acting += self._waiting.pop(moment)
        for event in self._moments.values():
            event.set()
        await self._settled()

    async def _settled(self) -> None:
        while self._acting:
            self._all_have_acted.clear()
            await self._all_have_acted.wait()

    async def wait(self, moment: int) -> None:
        event = self._moments.setdefault(moment, asyncio.Event())
        if not event.is_set():
            self._waiting[moment] = self._waiting.get(moment, 0) + 1
            await event.wait()
        else:
            self._acting += 1
        if self.over:
            self.acted()
            raise Over
        await self._places.acquire()

    def leave(self) -> None:
        self._places.release()
        self.acted()

    def acted(self) -> None:
        self._acting -= 1
        self._all_have_acted.set()


class Turn:
    def __init__(self, diary: Diary, moment: int) -> None:
        self._diary, self._moment = diary, moment

    async def __aenter__(self) -> None:
        await self._diary.wait(self._moment)

    async def __aexit__(self, *_: object) -> None:
        self._diary.leave()
