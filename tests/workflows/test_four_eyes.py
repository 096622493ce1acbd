import pytest

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import (
    LEAD,
    correction,
    decided,
    full,
    partial,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import Undoing

pytestmark = pytest.mark.servers


async def test_who_takes_nearly_all_of_a_large_claim_needs_a_second_one(world):
    claim_id, review_id = await taken(world, total="9000.00")
    await world.update(review_id, "decide", partial(adjuster(), (DecidedLine("accident_medical", 1),)))
    await world.until_state(review_id, "second_open")
    await world.update(claim_id, "withdraw")


@pytest.mark.parametrize("order", [full, refused])
async def test_what_a_correction_took_away_is_looked_at_by_a_second_one(world, order):
    claim_id, review_id = await taken(world, total="9000.00")
    await world.update(claim_id, "correct", correction(world, claim_id, total="200.00"))
    await world.update(review_id, "decide", order(adjuster()))
    await world.until_state(review_id, "second_open")
    await world.update(claim_id, "withdraw")


async def test_who_undid_a_decision_does_not_decide_in_its_place(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.update(claim_id, "undo", Undoing(LEAD, "漏看一张票据"))
    review_id = f"{claim_id}-r2"
    await world.until_state(review_id, "open")
    assert await refusal_of(world, review_id, "take", LEAD) == "conflict_of_interest"
    await world.update(review_id, "take", adjuster("adjuster-2"))
    await world.update(claim_id, "withdraw")


async def test_who_spoke_for_the_family_does_not_decide(world):
    claim_id = await world.report(reported_by="adjuster-1")
    await world.hand_in(claim_id, world.receipt("1100.00", sure=False), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    await world.update(review_id, "take", adjuster("adjuster-2"))
    await world.update(claim_id, "withdraw")
