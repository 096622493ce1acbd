from dataclasses import replace
from datetime import date

import pytest

from activities.claims import ClaimRecords
from activities.surrenders import SurrenderRecords
from insurance.rules.case import DecidedLine, Established
from insurance.tables import Database, Policy
from tests import records

pytestmark = pytest.mark.servers

DIED_ON = date(2026, 3, 6)
FOUND = Established("adj-1", "死亡证明", records.NOW, died_on=DIED_ON)
DEATH = DecidedLine("accident_death", 200_000_00)


@pytest.fixture
async def policy_no(database: Database) -> str:
    return await stored(database)


async def stored(database, **changes) -> str:
    row = records.policy(**changes)
    number = row.policy_no
    async with database.transaction() as session:
        session.add(row)
    return number


async def closes(database, policy_no, seq=9, **changes):
    paid = replace(records.case(policy_no=policy_no, claim_id=f"cl-{policy_no}", established=FOUND), state="closed")
    case = replace(paid, **{"paid_lines": (DEATH,)} | changes)
    await ClaimRecords(database).publish_claim(records.claim(seq, case=case, open=False))


async def end_of(database, policy_no):
    async with database.transaction() as session:
        policy = await session.get_one(Policy, policy_no)
        return policy.ended_reason, policy.ends_on


async def test_a_claim_that_closes_with_a_paid_death_ends_its_policy_on_that_day(database: Database, policy_no: str):
    await closes(database, policy_no)
    assert await end_of(database, policy_no) == ("terminated_by_claim", DIED_ON)
    # opened again, another day was found
    later = replace(FOUND, died_on=date(2026, 3, 7))
    await closes(database, policy_no, seq=19, established=later)
    assert await end_of(database, policy_no) == ("terminated_by_claim", date(2026, 3, 7))


async def test_a_death_that_nothing_is_paid_for_ends_nothing(database: Database, policy_no: str):
    await closes(database, policy_no, paid_lines=())
    assert await end_of(database, policy_no) == (None, date(2026, 8, 31))


async def test_an_older_record_that_comes_late_ends_nothing(database: Database, policy_no: str):
    await closes(database, policy_no, seq=9, paid_lines=())
    await closes(database, policy_no, seq=8)
    assert await end_of(database, policy_no) == (None, date(2026, 8, 31))


@pytest.mark.parametrize("before", [{"ended_reason": "surrendered"}, {"ended_reason": None}])
async def test_what_had_ended_before_the_death_stays_as_it_ended(database: Database, before):
    number = await stored(database, ends_on=date(2026, 3, 5), **before)
    await closes(database, number)
    assert await end_of(database, number) == (before["ended_reason"], date(2026, 3, 5))


async def test_a_surrender_does_not_give_cover_after_the_death(database: Database, policy_no: str):
    await closes(database, policy_no)
    late = records.surrender(policy_no=policy_no, state="terminated", ends_policy=True, cover_ends_on=records.TODAY)
    await SurrenderRecords(database).publish_surrender(late)
    assert await end_of(database, policy_no) == ("terminated_by_claim", DIED_ON)
