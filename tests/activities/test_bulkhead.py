import asyncio
import dataclasses
import inspect
from datetime import timedelta
from types import SimpleNamespace

import pytest
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.bulkhead import Bulkhead, whose
from activities.insurer import InsurerSteps
from insurance.settings import DatabaseSettings, QueueSettings, Settings, WorkerSettings
from worker import outside_activities, process_activities

PLACES = WorkerSettings(outside=2, activities=1)
INSURERS = InsurerSteps({})


class Steps:
    """At work until they are let go, or fail."""

    def __init__(self):
        self.now = 100.0
        self.go_on = asyncio.Event()
        self.failing = False
        self.at_work = 0
        self.inbound = Bulkhead(PLACES, lambda: self.now).intercept_activity(self)

    async def execute_activity(self, _):
        self.at_work += 1
        try:
            await self.go_on.wait()
            if self.failing:
                raise ValueError("no")
        finally:
            self.at_work -= 1

    async def begin(self, input, **info):
        """Under way, or turned away at once."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, **info)
        running = asyncio.ensure_future(environment.run(self.inbound.execute_activity, input))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return running

    async def turned_away(self, input, **info):
        """After how many seconds to come again."""
        with pytest.raises(ApplicationError) as failure:
            await asyncio.wait_for(await self.begin(input, **info), 1)
        assert (failure.value.type, failure.value.non_retryable) == ("unavailable", False)
        return failure.value.next_retry_delay.total_seconds()


@pytest.fixture
async def steps():
    steps = Steps()
    yield steps
    steps.go_on.set()


def at(insurer):
    return SimpleNamespace(fn=INSURERS.underwrite, args=[SimpleNamespace(insurer=insurer)])


OURS = SimpleNamespace(fn=lambda: None, args=[])


async def test_an_insurer_has_its_places_and_no_more(steps):
    running = [await steps.begin(at("slow")) for _ in range(2)]
    await steps.turned_away(at("slow"))
    assert steps.at_work == 2
    running += [await steps.begin(step) for step in (at("other"), at("other"), OURS)]
    assert steps.at_work == 5
    steps.go_on.set()
    await asyncio.gather(*running)


async def test_a_place_is_free_again_whatever_became_of_its_step(steps):
    failing, cancelled = [await steps.begin(at("slow")) for _ in range(2)]
    cancelled.cancel()
    steps.failing = True
    steps.go_on.set()
    await asyncio.gather(failing, cancelled, return_exceptions=True)
    steps.failing = False
    await asyncio.gather(*[await steps.begin(at("slow")) for _ in range(2)])


async def test_those_turned_away_come_again_as_fast_as_places_become_free(steps):
    running = [await steps.begin(at("slow")) for _ in range(2)]
    # two places, ten seconds each
    assert [await steps.turned_away(at("slow")) for _ in range(4)] == [1, 6, 11, 16]
    steps.now += 100
    assert await steps.turned_away(at("slow")) == 1
    steps.go_on.set()
    await asyncio.gather(*running)


async def test_a_step_that_is_not_tried_again_is_never_turned_away(steps):
    once, often = RetryPolicy(maximum_attempts=1), RetryPolicy(maximum_interval=timedelta(minutes=1))
    running = [await steps.begin(OURS), await steps.begin(OURS, retry_policy=once)]
    assert steps.at_work == 2
    await steps.turned_away(OURS, retry_policy=often)
    steps.go_on.set()
    await asyncio.gather(*running)


async def test_local_steps_have_slots_of_their_own(steps):
    running = [await steps.begin(OURS, is_local=True) for _ in range(3)]
    assert steps.at_work == 3
    steps.go_on.set()
    await asyncio.gather(*running)


def test_every_step_is_known_by_whom_it_waits_for():
    adapters = SimpleNamespace(insurers={}, payments=None, notices=None)
    parties = {step.__name__: party(step) for step in process_activities(None, adapters, None, Settings())}
    outside = {step.__name__ for step in outside_activities({}, None, None)}
    assert {name for name, whose in parties.items() if whose != "ours"} == outside | {"reconcile_day"}
    at_insurer = {name for name, whose in parties.items() if whose == "insurer xiangjiang"}
    at_gateway = {name for name, whose in parties.items() if whose == "gateway"}
    assert outside - at_insurer - at_gateway == {"deliver"}
    assert {"underwrite", "issue_policy", "cancel_policy"} <= at_insurer
    assert {"query_trade", "refund", "pay_out", "reconcile_day"} <= at_gateway


def party(step):
    """Whose the step is, asked with what it takes: an insurer's has the insurer's code in `insurer`."""
    orders = [taken.annotation for taken in inspect.signature(step, eval_str=True).parameters.values()]
    made = [order(**dict.fromkeys(fields(order), "xiangjiang")) for order in orders if "insurer" in fields(order)]
    return whose(SimpleNamespace(fn=step, args=made))


def fields(order):
    return [field.name for field in dataclasses.fields(order)] if dataclasses.is_dataclass(order) else []


def test_there_is_room_for_what_is_let_in_at_an_insurer_and_for_what_else_goes_there():
    assert WorkerSettings().outside > QueueSettings().in_flight


def test_every_share_can_be_full_at_once():
    assert PLACES.slots(insurers=3) == 3 * 2 + 2 + 2 + 1


def test_what_uses_the_database_at_once_leaves_some_of_its_connections():
    worker = WorkerSettings()
    assert worker.activities + worker.local_activities < 2 * DatabaseSettings().pool_size
