from dataclasses import replace

import pytest

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords, LimitsHeld
from insurance.rules.case import DecidedLine, Decision, Established
from insurance.tables import Database, Policy
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def policy(database: Database) -> Policy:
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    return policy


class Visit:
    """A claim for one receipt, as its process assesses it, publishes it and has it decided."""

    def __init__(self, database: Database, policy: Policy, total: str, same_as: "Visit | None" = None):
        self.books, self.assessing = ClaimRecords(database), Assessing(database)
        found = (
            Established("adj-1", "同一次受伤", records.NOW, same_accident_as=same_as.case.claim_id) if same_as else None
        )
        self.case = records.case(policy_no=policy.policy_no, established=found)
        self.receipt, self.seq = records.receipt(total), 0

    async def publish(self, **changes):
        self.seq += 1
        self.case = replace(self.case, **changes)
        held = LimitsHeld("used", self.case.decision.lines) if self.case.decision else None
        await self.books.publish_claim(records.claim(self.seq, case=self.case, limits=held))

    async def assess(self):
        if not self.seq:
            await self.publish()
        document = records.document(document_id=self.receipt.document_id)
        case = self.case
        step = AssessStep(
            case.claim_id, case.policy_no, case.report, (self.receipt,), (document,), established=case.established
        )
        await self.publish(assessment=await self.assessing.assess_claim(step))
        return self.case.assessment.settlement.payable_fen

    async def decide(self, outcome="full"):
        payable = await self.assess()
        payable = payable if outcome == "full" else 0
        lines = (DecidedLine("accident_medical", payable),) if payable else ()
        decision = Decision("adjuster", outcome, payable, lines, (), "", (), ("adj-1",), records.NOW)
        await self.publish(state="decided", decision=decision)
        return payable


async def test_two_visits_of_one_accident_bear_one_deductible(database: Database, policy: Policy):
    first = Visit(database, policy, "600.00")
    assert await first.decide() == 400_00
    assert await Visit(database, policy, "500.00").assess() == 320_00
    assert await Visit(database, policy, "500.00", same_as=first).assess() == 400_00


async def test_what_a_visit_below_the_deductible_left_of_it_is_borne_by_the_next_ones(
    database: Database, policy: Policy
):
    first = Visit(database, policy, "60.00")
    await first.decide("refused")
    second = Visit(database, policy, "30.00", same_as=first)
    await second.decide("refused")
    # whichever of them is named
    for named in (first, second):
        assert await Visit(database, policy, "500.00", same_as=named).assess() == 392_00
    # and the first one, opened again, bears no more than it did
    assert await first.assess() == 0


async def test_the_one_that_is_decided_first_bears_it_and_one_that_was_refused_does_not(
    database: Database, policy: Policy
):
    first = Visit(database, policy, "600.00")
    await first.assess()
    second = Visit(database, policy, "500.00", same_as=first)
    assert await second.decide() == 320_00
    assert await first.assess() == 480_00
    await second.decide("refused")
    assert await first.assess() == 400_00


async def test_a_claim_that_was_withdrawn_bore_nothing(database: Database, policy: Policy):
    first = Visit(database, policy, "600.00")
    await first.decide()
    await first.publish(state="withdrawn")
    assert await Visit(database, policy, "500.00", same_as=first).assess() == 320_00
