from dataclasses import replace
from datetime import date

import pytest

from activities.claims import ClaimRecords, LimitsHeld
from activities.surrenders import HoldStep, SurrenderRecords
from insurance.rules.case import DecidedLine
from insurance.tables import Database, Policy
from tests import records
from tests.at_once import at_once

pytestmark = pytest.mark.servers


@pytest.fixture
async def policy(database: Database) -> Policy:
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    return policy


@pytest.fixture
def surrenders(database: Database) -> SurrenderRecords:
    return SurrenderRecords(database)


async def again(database, policy):
    async with database.transaction() as session:
        return await session.get(Policy, policy.policy_no)


async def test_a_policy_is_held_for_one_surrender_and_that_one_may_ask_again(surrenders, policy):
    mine, other = HoldStep("su-1", policy.policy_no), HoldStep("su-2", policy.policy_no)
    assert await surrenders.hold_policy(mine) is None
    assert await surrenders.hold_policy(mine) is None
    assert await surrenders.hold_policy(other) == "surrender_open"


async def test_of_surrenders_at_the_same_moment_one_holds_the_policy(database: Database, surrenders, policy):
    steps = [HoldStep(f"su-{n}", policy.policy_no) for n in range(6)]
    answers = await at_once(database, policy.policy_no, *map(surrenders.hold_policy, steps))
    assert sorted(map(str, answers)) == ["None", *["surrender_open"] * 5]


async def test_an_open_claim_keeps_its_policy_from_being_surrendered(database: Database, surrenders, policy):
    case = records.case(policy_no=policy.policy_no)
    await ClaimRecords(database).publish_claim(records.claim(1, case=case))
    step = HoldStep("su-1", policy.policy_no)
    assert await surrenders.hold_policy(step) == "claim_open"
    await ClaimRecords(database).publish_claim(records.claim(2, case=replace(case, state="closed"), open=False))
    assert await surrenders.hold_policy(step) is None


async def test_a_release_frees_the_policy_only_of_its_own_surrender(database: Database, surrenders, policy):
    mine, other = HoldStep("su-1", policy.policy_no), HoldStep("su-2", policy.policy_no)
    await surrenders.hold_policy(mine)
    await surrenders.release_policy(other)
    assert (await again(database, policy)).surrender_id == "su-1"
    await surrenders.release_policy(mine)
    await surrenders.release_policy(mine)
    assert (await again(database, policy)).surrender_id is None


async def test_an_ended_policy_can_not_be_held(database: Database, surrenders, policy):
    ending = records.surrender(
        policy_no=policy.policy_no, state="terminated", ends_policy=True, cover_ends_on=date(2026, 3, 10)
    )
    for _ in range(2):
        await surrenders.publish_surrender(ending)
    ended = await again(database, policy)
    assert (ended.ended_reason, ended.ends_on) == ("surrendered", date(2026, 3, 10))
    assert await surrenders.hold_policy(HoldStep("su-2", policy.policy_no)) == "policy_ended"


async def test_a_quote_from_before_a_paid_claim_holds_nothing(database: Database, surrenders, policy):
    case = records.case(policy_no=policy.policy_no, state="closed")
    paid = LimitsHeld("used", (DecidedLine("accident_medical", 100_00),))
    await ClaimRecords(database).publish_claim(records.claim(1, case=case, open=False, limits=paid))
    assert await surrenders.hold_policy(HoldStep("su-1", policy.policy_no, refund_fen=60_00)) == "claim_paid"
    assert await surrenders.hold_policy(HoldStep("su-2", policy.policy_no, refund_fen=0)) is None
