from datetime import date

import pytest
from sqlmodel import select

from activities.surrenders import SurrenderRecords
from insurance.tables import BrokenClock, Database
from tests import records

pytestmark = pytest.mark.servers


async def counted(database: Database, surrender_id: str) -> list[BrokenClock]:
    async with database.transaction() as session:
        return list((await session.exec(select(BrokenClock).where(BrokenClock.claim_id == surrender_id))).all())


async def test_a_refund_that_is_late_is_counted_and_mended_when_it_comes(database: Database):
    policy = records.policy()
    region, policy_no = policy.insured["school_region"], policy.policy_no
    async with database.transaction() as session:
        session.add(policy)
    late = {"policy_no": policy_no, "confirmed_on": date(2026, 3, 10), "broken_due_on": date(2026, 4, 9)}
    open_one = records.surrender(state="terminated", seq=4, **late)
    for _ in range(2):
        await SurrenderRecords(database).publish_surrender(open_one)
    (row,) = await counted(database, open_one.surrender_id)
    assert (row.clock, row.due_on, row.region, row.done_on) == ("surrender_refund", date(2026, 4, 9), region, None)
    done = records.surrender(
        surrender_id=open_one.surrender_id, state="refunded", seq=5, refunded_at=records.NOW.replace(month=4, day=12),
        **late,
    )  # fmt: skip
    await SurrenderRecords(database).publish_surrender(done)
    (row,) = await counted(database, open_one.surrender_id)
    assert (row.done_on, row.late_days) == (date(2026, 4, 12), 3)


async def test_a_refund_in_time_is_not_counted(database: Database):
    policy = records.policy()
    policy_no = policy.policy_no
    async with database.transaction() as session:
        session.add(policy)
    record = records.surrender(state="refunded", policy_no=policy_no, confirmed_on=date(2026, 3, 10))
    await SurrenderRecords(database).publish_surrender(record)
    assert await counted(database, record.surrender_id) == []
