import uuid
from datetime import date, timedelta

import pytest
from sqlmodel import select

from activities.purchases import PurchaseRecords
from activities.renewals import LOCK
from activities.surrenders import SurrenderRecords
from insurance.tables import Database, OutboxNotice, Policy
from tests import records
from tests.at_once import at_lock

pytestmark = pytest.mark.servers

# the policy before covers until 31 August 2026
NEXT = {"effective_date": date(2026, 9, 1), "ends_on": date(2027, 8, 31), "renewal": True}


@pytest.fixture
def child() -> str:
    return uuid.uuid4().hex


async def stored(database: Database, child: str, **changes) -> str:
    row = records.policy(insured_digest=child, **changes)
    policy_no = row.policy_no
    async with database.transaction() as session:
        session.add(row)
    return policy_no


def surrendered(database: Database, policy_no: str, **changes):
    ending = {"state": "terminated", "ends_policy": True, "cover_ends_on": records.TODAY} | changes
    record = records.surrender(policy_no=policy_no, **ending)
    return SurrenderRecords(database).publish_surrender(record)


def issued(database: Database, child: str, policy_no: str):
    cover = records.issued(policy_no=policy_no, insured_digest=child, **NEXT)
    record = records.purchase(state="issued", policy_no=policy_no, issued=cover, payment_url=None)
    return PurchaseRecords(database).publish_purchase(record)


async def is_renewal(database: Database, policy_no: str) -> bool:
    async with database.transaction() as session:
        return (await session.get_one(Policy, policy_no)).renewal


async def told(database: Database, policy_no: str) -> list[str]:
    statement = select(OutboxNotice).where(OutboxNotice.about == policy_no, OutboxNotice.kind == "renewal_lost")
    async with database.transaction() as session:
        return [notice.text for notice in (await session.exec(statement)).all()]


async def test_a_surrender_after_the_next_policy_was_issued_takes_its_renewal_and_says_so_once(
    database: Database, child: str
):
    this, following = await stored(database, child), await stored(database, child, **NEXT)
    for _ in range(2):
        await surrendered(database, this)
    assert not await is_renewal(database, following)
    (text,) = await told(database, following)
    assert "2026年9月1日" in text and following[-4:] in text


async def test_a_surrender_before_the_next_policy_is_issued_leaves_nothing_to_go_on_from(
    database: Database, child: str
):
    this, following = await stored(database, child), records.new("P")
    await surrendered(database, this)
    await issued(database, child, following)
    assert not await is_renewal(database, following)


async def test_a_surrender_at_the_very_moment_of_issuing_leaves_no_renewal_either(database: Database, child: str):
    this, following = await stored(database, child), records.new("P")
    both = surrendered(database, this), issued(database, child, following)
    assert await at_lock(database, LOCK.bindparams(child=child), *both) == [None, None]
    assert not await is_renewal(database, following)


async def test_without_a_surrender_it_is_issued_as_the_renewal_it_was_ordered_as(database: Database, child: str):
    await stored(database, child)
    following = records.new("P")
    await issued(database, child, following)
    assert await is_renewal(database, following)


@pytest.mark.parametrize(
    "beside",
    [{}, {"insurer_code": "ganpo"}, {"ended_reason": "surrendered"}],
    ids=["another that stands", "of another insurer", "surrendered too"],
)
async def test_another_policy_of_that_insurer_may_lead_up_to_the_next_one(database: Database, child: str, beside):
    this, following = await stored(database, child), await stored(database, child, **NEXT)
    await stored(database, child, **beside)
    await surrendered(database, this)
    assert await is_renewal(database, following) == (beside == {})


@pytest.mark.parametrize(
    "changes",
    [{"insurer_code": "ganpo"}, {"effective_date": records.TODAY + timedelta(days=1)}],
    ids=["another insurer's", "no gap"],
)
async def test_what_does_not_go_on_from_it_or_has_no_gap_keeps_its_renewal(database: Database, child: str, changes):
    this, following = await stored(database, child), await stored(database, child, **NEXT | changes)
    await surrendered(database, this)
    assert await is_renewal(database, following)
    assert await told(database, following) == []
