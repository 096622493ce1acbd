from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.claims import ClaimRecords
from activities.contact import Unanswered
from activities.policy_days import PolicyDays, PolicyDayStep
from insurance.rules.case import Established
from insurance.rules.cover import SHANGHAI
from insurance.tables import Database, Message, OutboxNotice, Policy, PolicyDay
from tests import records
from tests.workflows.policy_day_worker import telling
from workflows.messages import PolicyDaysOrder, PolicyDaysOutcome

pytestmark = pytest.mark.servers

PUBLIC_URL = "https://xueping.example"
# years that no other test's policies reach
_years = count(2040, 3)
_runs = count(1)


@pytest.fixture
async def first_day(database: Database) -> date:
    """Nothing has been told yet, and no other policy begins on that day."""
    async with database.transaction() as session:
        await session.execute(delete(PolicyDay))
    return date(next(_years), 9, 1)


def policy(first_day: date, **changes: Any) -> Policy:
    days = {"effective_date": first_day, "ends_on": first_day.replace(first_day.year + 1) - timedelta(days=1)}
    return records.policy(**days | changes)


async def stored(database: Database, *policies: Policy) -> list[str]:
    numbers = [policy.policy_no for policy in policies]
    async with database.transaction() as session:
        session.add_all(policies)
    return numbers


async def told(database: Database, policy_no: str) -> list[OutboxNotice]:
    statement = select(OutboxNotice).where(OutboxNotice.about == policy_no).order_by(col(OutboxNotice.created_at))
    async with database.transaction() as session:
        return list((await session.exec(statement)).all())


async def kinds(database: Database, policy_no: str) -> list[str]:
    return [notice.kind for notice in await told(database, policy_no)]


async def run(
    environment: WorkflowEnvironment, database: Database, order: PolicyDaysOrder, batch: int = 1000
) -> PolicyDaysOutcome:
    queue = f"policy-days-{next(_runs)}"
    async with telling(environment.client, PolicyDays(database, PUBLIC_URL, 30, batch), queue):
        outcome: PolicyDaysOutcome = await environment.client.execute_workflow(
            "policy_days", order, id=queue, task_queue=queue, result_type=PolicyDaysOutcome
        )
    return outcome


async def test_a_policy_hears_of_its_first_day_of_its_coming_end_and_of_its_end(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    (number,) = await stored(database, policy(first_day))
    last_day = first_day.replace(first_day.year + 1) - timedelta(days=1)
    days = (first_day, last_day - timedelta(days=30), last_day + timedelta(days=1))
    for day in days:
        await skipped_time.sleep(timedelta(days=1))
        await run(skipped_time, database, PolicyDaysOrder(left=(day,)))
    notices = await told(database, number)
    assert [n.kind for n in notices] == ["policy_in_effect", "policy_expiring", "policy_ended"]
    assert {n.subject for n in notices} == {"parent-1"}
    begins, expires, ended = (n.text for n in notices)
    assert f"{first_day.year}年9月1日零时起生效" in begins and number[-4:] in begins
    assert f"{last_day.year}年8月31日二十四时" in expires
    assert f"{PUBLIC_URL}/v1/policies/{number}/renewal" in expires
    assert "不保证续保" in expires
    assert "仍可申请理赔" in ended


async def test_a_day_that_is_told_again_tells_nobody_twice(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    (number,) = await stored(database, policy(first_day))
    assert await run(skipped_time, database, PolicyDaysOrder(first_day)) == PolicyDaysOutcome(1)
    assert await run(skipped_time, database, PolicyDaysOrder(first_day)) == PolicyDaysOutcome(0)
    # as after a crash before the day was noted
    assert await run(skipped_time, database, PolicyDaysOrder(left=(first_day,))) == PolicyDaysOutcome(0)
    assert await kinds(database, number) == ["policy_in_effect"]


async def test_on_its_last_day_the_leads_hear_of_a_message_that_nobody_has_answered(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    about = [records.new("cl") for _ in range(3)]
    due = (first_day, first_day, first_day + timedelta(days=1))
    answered = (None, records.NOW, None)
    async with database.transaction() as session:
        for one, day, at in zip(about, due, answered, strict=True):
            session.add(message(one, answer_due_on=day, answered_at=at))
    for _ in range(2):
        queue, steps = f"answers-{next(_runs)}", PolicyDays(database, PUBLIC_URL, 30)
        async with telling(skipped_time.client, steps, queue, Unanswered(database)):
            order = PolicyDaysOrder(first_day)
            await skipped_time.client.execute_workflow("policy_days", order, id=queue, task_queue=queue)
    notices = [[(n.subject, n.kind) for n in await told(database, one)] for one in about]
    assert notices == [[("role:lead:xiangjiang", "message_unanswered")], [], []]


def message(about: str, **changes: Any) -> Message:
    said = {"policy_no": "P-1", "insurer_code": "xiangjiang", "subject": "parent-1", "by": "family", "text": "您好"}
    return Message(
        message_id=records.new("me"), about=about, author="parent-1", created_at=records.NOW, **said | changes
    )


async def test_days_of_an_outage_are_made_up_for(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    days = [first_day + timedelta(days=n) for n in range(1, 6)]
    numbers = await stored(database, *(policy(day) for day in days))
    await run(skipped_time, database, PolicyDaysOrder(first_day))
    assert (await run(skipped_time, database, PolicyDaysOrder(days[-1]))).told == 5
    assert [await kinds(database, number) for number in numbers] == [["policy_in_effect"]] * 5


async def test_a_long_outage_is_not_made_up_for_without_end(database: Database, first_day: date) -> None:
    async with database.transaction() as session:
        session.add(PolicyDay(day=first_day, done_at=records.NOW))
    steps = PolicyDays(database, PUBLIC_URL, expiring_days=30)
    days = await steps.days_to_tell(first_day + timedelta(days=400))
    assert (len(days), days[-1]) == (61, first_day + timedelta(days=400))


async def test_many_policies_are_told_in_batches_over_several_runs(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    numbers = await stored(database, *(policy(first_day) for _ in range(23)))
    order = PolicyDaysOrder(first_day, batches_per_run=3)
    assert (await run(skipped_time, database, order, batch=2)).told == 23
    assert {tuple(await kinds(database, number)) for number in numbers} == {("policy_in_effect",)}
    workflow_id = f"policy-days-{next(_runs) - 1}"
    history = await skipped_time.client.get_workflow_handle(workflow_id).fetch_history()
    assert history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


async def test_a_batch_is_no_larger_than_it_may_be(database: Database, first_day: date) -> None:
    await stored(database, *(policy(first_day) for _ in range(5)))
    steps = PolicyDays(database, PUBLIC_URL, expiring_days=30, batch=2)
    first = await steps.tell_policy_day(PolicyDayStep(first_day, "in_effect", "", records.NOW))
    assert (first.told, first.last is not None) == (2, True)


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), SHANGHAI)


async def test_a_policy_that_came_after_its_day_is_told_of_it_once(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    day = first_day + timedelta(days=20)
    late, ending = await stored(
        database,
        policy(first_day, created_at=morning(day)),
        policy(first_day, ends_on=day + timedelta(days=15), created_at=morning(day)),
    )
    for n in range(1, 3):
        await run(skipped_time, database, PolicyDaysOrder(left=(day + timedelta(days=n),)))
    assert await kinds(database, late) == ["policy_in_effect"]
    assert sorted(await kinds(database, ending)) == ["policy_expiring", "policy_in_effect"]
    texts = "".join(notice.text for notice in await told(database, ending))
    assert f"{first_day.year}年9月1日零时起生效" in texts and f"{first_day.year}年10月6日二十四时" in texts


async def test_policies_of_long_ago_hear_nothing_when_they_come(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    day = first_day + timedelta(days=70)
    numbers = await stored(
        database,
        # a day that is over for long, a cover that is over, and one that was told of its day when it came
        policy(first_day, created_at=morning(day)),
        policy(day - timedelta(days=9), ends_on=day - timedelta(days=3), created_at=morning(day)),
        policy(day - timedelta(days=9), created_at=morning(day - timedelta(days=9))),
    )
    assert (await run(skipped_time, database, PolicyDaysOrder(left=(day,)))).told == 0
    assert [await kinds(database, number) for number in numbers] == [[], [], []]


async def test_policies_that_ended_before_their_time_and_those_of_nobody_hear_nothing(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    surrendered, nobodys = await stored(
        database, policy(first_day, ended_reason="surrendered"), policy(first_day, applicant_subject=None)
    )
    assert (await run(skipped_time, database, PolicyDaysOrder(first_day))).told == 0
    assert await kinds(database, surrendered) == await kinds(database, nobodys) == []


async def test_who_has_renewed_is_not_asked_to(
    skipped_time: WorkflowEnvironment, database: Database, first_day: date
) -> None:
    last_day = first_day.replace(first_day.year + 1) - timedelta(days=1)
    child = "f" * 60 + f"{first_day.year}"
    this_year, _ = await stored(
        database,
        policy(first_day, insured_digest=child),
        policy(last_day + timedelta(days=1), insured_digest=child),
    )
    await run(skipped_time, database, PolicyDaysOrder(last_day - timedelta(days=30)))
    assert await kinds(database, this_year) == []


@pytest.mark.parametrize(
    ("told_of", "hears"),
    [
        ({"report": records.report(patient_state="deceased"), "state": "closed"}, []),
        (
            {"established": Established("adj-1", "死亡证明", records.NOW, died_on=records.TODAY), "state": "in_review"},
            [],
        ),
        ({"report": records.report(patient_state="deceased"), "state": "withdrawn"}, ["policy_expiring"]),
        ({"state": "closed"}, ["policy_expiring"]),
    ],
    ids=["reported", "found", "taken back", "alive"],
)
async def test_who_has_lost_the_child_hears_of_no_day_of_any_of_its_policies(
    database: Database, first_day: date, told_of: dict[str, Any], hears: list[str]
) -> None:
    child = records.new("child")[:64]
    of_claim, other = await stored(
        database, policy(first_day, insured_digest=child), policy(first_day, insured_digest=child)
    )
    case = records.case(policy_no=of_claim, **told_of)
    await ClaimRecords(database).publish_claim(records.claim(case=case, open=False))
    last_day = first_day.replace(first_day.year + 1) - timedelta(days=1)
    steps = PolicyDays(database, PUBLIC_URL, expiring_days=30)
    await steps.tell_policy_day(PolicyDayStep(last_day - timedelta(days=30), "expiring", "", records.NOW))
    assert [await kinds(database, number) for number in (of_claim, other)] == [hears, hears]


async def test_without_a_day_or_a_schedule_nothing_is_guessed(
    skipped_time: WorkflowEnvironment, database: Database
) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await run(skipped_time, database, PolicyDaysOrder())
    assert isinstance(failed.value.cause, ApplicationError) and failed.value.cause.type == "day_unknown"
