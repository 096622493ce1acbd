"""Bulkheads (舱壁) between the steps of a worker: whoever is slow, one insurer, the gateway, the channel to people or our own books,
keeps no place from the others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.insurer import InsurerSteps
from activities.notices import Telling
from activities.payments import PaymentSteps
from activities.reconciliation import Reconciling
from insurance.settings import WorkerSettings

# who finds no place comes again after so long, or when its turn is
SOON_SECONDS = 1.0
# how long a step usually keeps its place: an insurer thinks, our own database hardly does
OUTSIDE_SECONDS, OUR_SECONDS = 10.0, 0.1


@dataclass
class Share:
    """How many steps may be at work for the same reason. Those turned away come again as fast as places become free, each at a time
    of its own: all at once they would keep the worker from everything else."""

    places: int
    seconds: float
    taken: int = 0
    last_turn: float = 0.0

    @contextmanager
    def place(self, now: float, *, always: bool = False) -> Iterator[None]:
        """`always`: for a step that must not be turned away. Raises a retryable failure that says when to come again."""
        if self.taken >= self.places and not always:
            self.last_turn = max(self.last_turn + self.seconds / self.places, now + SOON_SECONDS)
            raise ApplicationError(
                "all places are taken",
                type="unavailable",
                next_retry_delay=timedelta(seconds=self.last_turn - now),
                category=ApplicationErrorCategory.BENIGN,
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class Bulkhead(Interceptor):
    """Everybody outside has a share of the worker's slots, and what we do ourselves has one. A step above its share gives its slot
    back at once and is tried again: no attempt of a policy with a limited number of them is spent so."""

    def __init__(self, settings: WorkerSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._shares = {"ours": Share(settings.activities, OUR_SECONDS)}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Bulkhead(next, self)

    @contextmanager
    def place(self, whose: str) -> Iterator[None]:
        share = self._shares.setdefault(whose, Share(self._settings.outside, OUTSIDE_SECONDS))
        with share.place(self._clock(), always=_has_limited_attempts()):
            yield


class _Bulkhead(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, bulkhead: Bulkhead) -> None:
        super().__init__(next)
        self._bulkhead = bulkhead

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if activity.info().is_local:
            # those have slots of their own
            return await self.next.execute_activity(input)
        with self._bulkhead.place(whose(input)):
            return await self.next.execute_activity(input)


def whose(input: ExecuteActivityInput) -> str:
    """Whom the step waits for: an insurer by its code."""
    match getattr(input.fn, "__self__", None):
        case InsurerSteps():
            return f"insurer {input.args[0].insurer}"
        case PaymentSteps():
            return "gateway"
        case Reconciling() as steps if input.fn == steps.reconcile_day:
            # for the day's bill
            return "gateway"
        case Telling():
            return "channel"
        case _:
            return "ours"


def _has_limited_attempts() -> bool:
    policy = activity.info().retry_policy
    return policy is not None and policy.maximum_attempts > 0
