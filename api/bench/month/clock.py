"""The month's clock: Temporal's test server keeps the time and can jump; everybody else goes by it."""

import asyncio
from datetime import datetime, timedelta

from temporalio.api.testservice.v1 import SleepRequest, SleepResponse, UnlockTimeSkippingRequest
from temporalio.service import TestService
from temporalio.testing import WorkflowEnvironment

from api.bench.month.beside import Shared

# so long without a step, time stands still for nothing
STILL_SECONDS, LOOK_SECONDS = 0.6, 0.05
SOON_SECONDS = 1.0
# of a jump: far more than there are steps that end with their process
MOST_RELEASED = 200


class MonthClock:
    """Between jumps it goes as fast as the machine's own."""

    def __init__(self, environment: WorkflowEnvironment, shared: Shared) -> None:
        self._environment = environment
        self._shared = shared

    def now(self) -> datetime:
        return self._shared.now()

    async def jump(self, instant: datetime) -> None:
        """To `instant`; timers on the way fire in their order, and what they set off is done before time goes on.

        The server holds time while a step is under way, and goes on holding it for a step whose process ended first
        (https://github.com/temporalio/sdk-java/issues/1138): when nothing is at work, such a hold is released.
        """
        left = instant - await self._environment.get_current_time()
        if left > timedelta(0):
            request = SleepRequest()
            request.duration.FromTimedelta(left)
            sleeping = asyncio.create_task(self._server.unlock_time_skipping_with_sleep(request))
            await asyncio.wait({sleeping}, timeout=SOON_SECONDS)
            for _ in range(MOST_RELEASED):
                if sleeping.done() or await self._ends_before_all_is_still(sleeping):
                    break
                await self._server.unlock_time_skipping(UnlockTimeSkippingRequest())
            await sleeping
        self._shared.seen(await self._environment.get_current_time())

    async def _ends_before_all_is_still(self, sleeping: "asyncio.Task[SleepResponse]") -> bool:
        """False when for a while no step has begun or ended. Bounded by the steps' own time-outs."""
        seen, still = -1, 0.0
        while still < STILL_SECONDS and not sleeping.done():
            await asyncio.wait({sleeping}, timeout=LOOK_SECONDS)
            still = still + LOOK_SECONDS if (self._shared.at_work, self._shared.steps) == (0, seen) else 0.0
            seen = self._shared.steps
        return sleeping.done()

    @property
    def _server(self) -> TestService:
        return self._environment.client.test_service


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
