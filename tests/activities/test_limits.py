import asyncio

import pytest
from sqlmodel import func, select

from activities.assessment import Assessing, AssessStep
from insurance.rules.case import Assessment
from insurance.tables import Database, LimitEntry, Policy
from tests import records
from tests.at_once import at_once

pytestmark = pytest.mark.servers

LIMIT_FEN = records.PLAN_2.coverage("accident_medical").limit_fen


@pytest.fixture
async def policy(database: Database) -> Policy:
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    return policy


def step(policy, total, claim_id=None):
    receipt = records.receipt(total)
    document = records.document(document_id=receipt.document_id)
    return AssessStep(claim_id or records.new("cl"), policy.policy_no, records.report(), (receipt,), (document,))


def paid(assessment: Assessment) -> int:
    line = assessment.settlement.line("accident_medical")
    return line.payable_fen if line else 0


async def reserved(database, policy):
    held = func.coalesce(func.sum(LimitEntry.reserved_fen), 0)
    async with database.transaction() as session:
        return (await session.exec(select(held).where(LimitEntry.policy_no == policy.policy_no))).one()


async def test_claims_assessed_at_the_same_moment_take_no_fen_twice_and_leave_none(database: Database, policy: Policy):
    # each alone would get 47,920 yuan of the 70,000
    claims = [step(policy, "60000.00") for _ in range(6)]
    assess = Assessing(database).assess_claim
    assessments = await at_once(database, policy.policy_no, *map(assess, claims))
    assert sum(map(paid, assessments)) == LIMIT_FEN
    assert sorted(map(paid, assessments)) == [0, 0, 0, 0, LIMIT_FEN - 47_920_00, 47_920_00]
    assert await reserved(database, policy) == LIMIT_FEN


async def test_the_last_fen_goes_to_one_of_two(database: Database, policy: Policy):
    async with database.transaction() as session:
        session.add(
            LimitEntry(
                policy_no=policy.policy_no, coverage_id="accident_medical", claim_id="earlier", used_fen=LIMIT_FEN - 1
            )
        )
    both = [step(policy, "200.00"), step(policy, "300.00")]
    assess = Assessing(database).assess_claim
    assessments = await at_once(database, policy.policy_no, *map(assess, both))
    assert sorted(map(paid, assessments)) == [0, 1]


async def test_assessing_again_reserves_once(database: Database, policy: Policy):
    claim = step(policy, "1100.00")
    once, twice = [await Assessing(database).assess_claim(claim) for _ in range(2)]
    assert once == twice
    assert await reserved(database, policy) == 800_00


async def test_a_corrected_receipt_replaces_what_was_reserved(database: Database, policy: Policy):
    await Assessing(database).assess_claim(step(policy, "1100.00", "cl-corrected"))
    await Assessing(database).assess_claim(step(policy, "600.00", "cl-corrected"))
    assert await reserved(database, policy) == 400_00


async def test_claims_on_different_policies_do_not_share_a_limit(database: Database):
    policies = [records.policy(), records.policy()]
    async with database.transaction() as session:
        session.add_all(policies)
    assessments = await asyncio.gather(*(Assessing(database).assess_claim(step(p, "80000.00")) for p in policies))
    assert [paid(a) for a in assessments] == [63_920_00, 63_920_00]
