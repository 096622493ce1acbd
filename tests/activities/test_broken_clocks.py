from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from activities.claims import ClaimRecords
from insurance.rules.case import Decision
from insurance.tables import BrokenClock, Claim, Database
from tests import records

pytestmark = pytest.mark.servers

RECEIVED = datetime(2026, 3, 2, 2, tzinfo=UTC)


def on(day, month=3):
    return datetime(2026, month, day, 2, tzinfo=UTC)


@pytest.fixture
async def case(database: Database):
    """A claim in review since 2 March."""
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    return records.case(policy_no=policy.policy_no, state="in_review", received_at=RECEIVED, updated_at=RECEIVED)


async def publish(database, case, seq):
    await ClaimRecords(database).publish_claim(records.claim(seq, case=case, open=case.state != "closed"))


async def broken(database, claim_id):
    statement = select(BrokenClock).where(BrokenClock.claim_id == claim_id).order_by(BrokenClock.clock)
    async with database.transaction() as session:
        return [(b.clock, b.due_on, b.done_on, b.region) for b in (await session.exec(statement)).all()]


async def due(database, claim_id):
    async with database.transaction() as session:
        row = await session.get(Claim, claim_id)
        return row.due_clock, row.due_at


async def test_a_record_says_which_clock_is_due_next(database, case):
    await publish(database, case, 1)
    # 1 April 2026, 24:00 in China
    assert await due(database, case.claim_id) == ("determination", datetime(2026, 4, 1, 16, tzinfo=UTC))
    assert await broken(database, case.claim_id) == []


async def test_a_clock_that_was_broken_is_counted_once_and_stays_when_it_is_mended(database, case):
    for seq, day in enumerate((on(3, 4), on(5, 4)), start=1):
        await publish(database, replace(case, updated_at=day), seq)
    assert await broken(database, case.claim_id) == [("determination", date(2026, 4, 1), None, "430102")]
    decision = Decision("adjuster", "refused", 0, (), ("other",), "", (), ("adj-1",), on(8, 4))
    decided = replace(case, state="decided", decision=decision, updated_at=on(8, 4))
    await publish(database, decided, 3)
    assert await broken(database, case.claim_id) == [("determination", date(2026, 4, 1), date(2026, 4, 8), "430102")]
    assert (await due(database, case.claim_id))[0] == "refusal_notice"


async def test_an_older_record_counts_nothing(database, case):
    await publish(database, replace(case, updated_at=on(20)), 2)
    await publish(database, replace(case, updated_at=on(5)), 1)
    assert await broken(database, case.claim_id) == []


async def test_nothing_is_due_on_a_claim_that_has_ended(database, case):
    await publish(database, replace(case, state="closed", updated_at=on(5)), 1)
    assert await due(database, case.claim_id) == (None, None)
