import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio.client import (
    Client,
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowFailureError,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.reconciliation import DayStep
from insurance.settings import TemporalSettings
from tests.workflows.reconciliation_bills import Bills, working
from workflows.client import Processes
from workflows.messages import ReconciliationOrder, ReconciliationOutcome
from workflows.reconciliation import ReconciliationWorkflow
from workflows.scheduled import SCHEDULED_START
from workflows.schedules import DAILY_POLICY_DAYS, DAILY_RECONCILIATION, daily_reconciliation, ensure_schedules
from workflows.search import add_search_attribute

pytestmark = pytest.mark.servers

DAY = date(2026, 3, 10)
_numbers = count(1)


async def run(
    environment: WorkflowEnvironment, bills: Bills, order: ReconciliationOrder, scheduled: datetime | None = None
) -> ReconciliationOutcome:
    return (await timed(environment, bills, order, scheduled))[0]


async def timed(
    environment: WorkflowEnvironment, bills: Bills, order: ReconciliationOrder, scheduled: datetime | None = None
) -> tuple[ReconciliationOutcome, timedelta]:
    """Also how long it took by the server's clock, which may run on as soon as nobody needs it."""
    queue = f"reconciliation-{next(_numbers)}"
    attributes = [SearchAttributePair(SCHEDULED_START, scheduled)] if scheduled else []
    async with working(environment.client, bills, queue):
        outcome: ReconciliationOutcome = await environment.client.execute_workflow(
            ReconciliationWorkflow.run,
            order,
            id=queue,
            task_queue=queue,
            search_attributes=TypedSearchAttributes(attributes),
        )
        told = await environment.client.get_workflow_handle(queue).describe()
        assert told.close_time is not None
        return outcome, told.close_time - told.start_time


@pytest.fixture
async def scheduling_time(skipped_time: WorkflowEnvironment) -> WorkflowEnvironment:
    """The test server knows no schedules, nor what they say of a start."""
    await add_search_attribute(skipped_time.client, SCHEDULED_START)
    return skipped_time


@pytest.mark.parametrize(
    ("scheduled", "day"),
    [
        (datetime(2026, 3, 11, 2, 0, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 10, 15, 59, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 10, 16, 0, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2027, 1, 1, 2, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
async def test_the_day_is_the_one_before_its_schedule_however_late_it_starts(
    scheduling_time: WorkflowEnvironment, scheduled: datetime, day: date
) -> None:
    bills = Bills()
    outcome = await run(scheduling_time, bills, ReconciliationOrder(), scheduled)
    assert (outcome, bills.reconciled) == (ReconciliationOutcome((day,), ()), [day])


async def test_an_operator_names_the_day(skipped_time: WorkflowEnvironment) -> None:
    assert await run(skipped_time, Bills(), ReconciliationOrder(DAY)) == ReconciliationOutcome((DAY,), ())


async def test_a_day_that_is_done_once_more_is_done_alone(skipped_time: WorkflowEnvironment) -> None:
    bills = Bills(missed=[DAY - timedelta(days=1)])
    assert await run(skipped_time, bills, ReconciliationOrder(DAY, alone=True)) == ReconciliationOutcome((DAY,), ())


async def test_a_day_can_be_asked_for_as_often_as_one_likes_and_runs_once_at_a_time(
    skipped_time: WorkflowEnvironment,
) -> None:
    bills, queue = Bills(), f"reconciliation-{next(_numbers)}"
    processes = Processes(skipped_time.client, TemporalSettings(process_queue=queue, ocr_queue=queue))
    for _ in range(2):
        await processes.start_reconciliation(DAY)
    async with working(skipped_time.client, bills, queue):
        for times in (1, 2):
            await skipped_time.client.get_workflow_handle(f"reconciliation-{DAY}").result()
            assert bills.reconciled == [DAY] * times
            await processes.start_reconciliation(DAY)
        await skipped_time.client.get_workflow_handle(f"reconciliation-{DAY}").result()


async def test_without_a_day_or_a_schedule_nothing_is_guessed(skipped_time: WorkflowEnvironment) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await run(skipped_time, Bills(), ReconciliationOrder())
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "day_unknown"


async def test_a_late_bill_is_waited_for(skipped_time: WorkflowEnvironment) -> None:
    bills = Bills(late_by_questions={DAY: 12})
    assert (await run(skipped_time, bills, ReconciliationOrder(DAY))).reconciled == (DAY,)
    assert bills.noted == []


async def test_a_bill_that_does_not_come_within_half_a_day_is_noted(skipped_time: WorkflowEnvironment) -> None:
    bills = Bills(late_by_questions={DAY: 10_000})
    outcome, passed = await timed(skipped_time, bills, ReconciliationOrder(DAY))
    assert outcome == ReconciliationOutcome((), (DAY,))
    assert bills.noted == [DayStep(DAY, "unavailable")]
    assert timedelta(hours=11) < passed <= timedelta(hours=12, minutes=1)
    # and the gateway was not asked without end
    assert 10_000 - bills.late_by_questions[DAY] < 60


async def test_a_refusal_is_noted_at_once(skipped_time: WorkflowEnvironment) -> None:
    bills = Bills(refused={DAY})
    assert (await run(skipped_time, bills, ReconciliationOrder(DAY))).without_statement == (DAY,)
    assert bills.noted == [DayStep(DAY, "invalid_request")]


async def test_days_that_were_missed_are_made_up_for_behind_the_day_itself(skipped_time: WorkflowEnvironment) -> None:
    earlier, lost = DAY - timedelta(days=2), DAY - timedelta(days=1)
    bills = Bills(missed=[earlier, lost], refused={lost})
    outcome = await run(skipped_time, bills, ReconciliationOrder(DAY))
    assert outcome == ReconciliationOutcome((DAY, earlier), (lost,))


async def test_a_bill_that_never_comes_delays_no_other(skipped_time: WorkflowEnvironment) -> None:
    lost, earlier = DAY - timedelta(days=3), DAY - timedelta(days=1)
    bills = Bills(missed=[lost, earlier], late_by_questions={lost: 10_000})
    outcome, passed = await timed(skipped_time, bills, ReconciliationOrder(DAY))
    assert outcome == ReconciliationOutcome((DAY, earlier), (lost,))
    assert bills.late_by_questions[lost] == 9_999
    assert passed < timedelta(minutes=5)


async def schedules(client: Client) -> list[str]:
    return [schedule.id async for schedule in await client.list_schedules()]


async def test_both_schedules_are_made_once_and_reconciliation_starts_the_day_before(
    real_server: WorkflowEnvironment,
) -> None:
    client, queue, bills = real_server.client, "reconciliation-real", Bills()
    for _ in range(3):
        await ensure_schedules(client, queue)
    for name, hour in ((DAILY_RECONCILIATION, 2), (DAILY_POLICY_DAYS, 1)):
        made = (await client.get_schedule_handle(name).describe()).info
        # it stands as it was made: what did not differ was not made anew
        assert made.last_updated_at is None
        first = made.next_action_times[0].astimezone(UTC)
        assert (first.hour, first.minute) == (hour, 0) and first > datetime.now(UTC)
    handle = client.get_schedule_handle(DAILY_RECONCILIATION)
    async with working(client, bills, queue):
        triggered_at = datetime.now(UTC)
        await handle.trigger()
        outcome = await _outcome(client, handle)
    day = (triggered_at + timedelta(hours=8)).date() - timedelta(days=1)
    assert outcome.reconciled in ((day,), (day + timedelta(days=1),))


async def _until(handle: ScheduleHandle, true: Callable[[ScheduleDescription], Any]) -> Any:
    """Temporal answers before it has done what a schedule was told."""
    async with asyncio.timeout(20):
        while not (found := true(await handle.describe())):  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.05)
    return found


async def _outcome(client: Client, handle: ScheduleHandle) -> ReconciliationOutcome:
    actions = await _until(handle, lambda told: told.info.recent_actions)
    started = actions[-1].action
    return await client.get_workflow_handle(started.workflow_id, result_type=ReconciliationOutcome).result()


async def test_a_missed_day_is_caught_up_on_with_its_own_day(real_server: WorkflowEnvironment) -> None:
    """As after an outage: the server starts it with the time at which it was due."""
    client, queue, bills = real_server.client, "reconciliation-backfill", Bills()
    handle = await client.create_schedule("backfilled", daily_reconciliation(queue))
    async with working(client, bills, queue):
        due = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
        around = timedelta(minutes=1)
        await handle.backfill(ScheduleBackfill(due - around, due + around, ScheduleOverlapPolicy.ALLOW_ALL))
        assert (await _outcome(client, handle)).reconciled == (DAY,)
    await handle.delete()


async def test_a_program_that_wants_it_otherwise_changes_it_and_leaves_it_paused(
    real_server: WorkflowEnvironment,
) -> None:
    client = real_server.client
    await ensure_schedules(client, "queue-of-before")
    handle = client.get_schedule_handle(DAILY_RECONCILIATION)
    await _until(handle, lambda told: told.schedule.action.task_queue == "queue-of-before")
    await handle.pause(note="maintenance")
    await _until(handle, lambda told: told.schedule.state.paused)
    await ensure_schedules(client, "queue-of-now")
    known = await _until(handle, lambda told: told.schedule.action.task_queue == "queue-of-now" and told.schedule)
    assert (known.state.paused, known.state.note) == (True, "maintenance")
    assert [name for name in await schedules(client) if name == DAILY_RECONCILIATION] == [DAILY_RECONCILIATION]
