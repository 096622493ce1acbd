import asyncio

import pytest

from tests.workflows.process_orders import adjuster
from tests.workflows.process_reviews import (
    LEAD,
    decided,
    held,
    partial,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import (
    ClaimOutcome,
    DecisionOrder,
    Reassignment,
)

pytestmark = pytest.mark.servers


async def test_a_partial_decision_that_is_accepted_is_paid(world):
    claim_id = await decided(world, partial(adjuster()))
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_partial_decision_that_nobody_answers_is_paid_when_the_time_is_over(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.let_pass(days=29)
    assert world.books.walked(claim_id)[-1] == "decided"
    await world.let_pass(days=2)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


async def test_a_refusal_that_nobody_answers_closes_the_claim(world):
    claim_id = await decided(world, refused(adjuster()))
    assert await refusal_of(world, claim_id, "accept") == "illegal_move"
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
    assert world.books.walked(claim_id)[-2:] == ["decided", "closed"]
    assert held(world, claim_id)[1] == 0


async def test_a_refusal_without_a_coded_reason_is_none(world):
    _, review_id = await taken(world)
    assert (
        await refusal_of(world, review_id, "decide", DecisionOrder(adjuster(), "refused", (), "")) == "reason_required"
    )


async def test_a_disputed_decision_goes_once_to_somebody_else(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    second = f"{claim_id}-r2"
    await world.until_state(second, "open")
    assert await refusal_of(world, second, "take", adjuster()) == "conflict_of_interest"
    assert await refusal_of(world, second, "reassign", Reassignment(LEAD, "adjuster-1")) == "conflict_of_interest"
    other = adjuster("adjuster-2")
    await world.update(second, "take", other)
    await world.update(second, "decide", partial(other))
    await world.until_state(claim_id, "decided")
    assert await refusal_of(world, claim_id, "dispute") == "already_disputed"
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert [d.outcome for d in world.claim(claim_id).case.undone] == ["refused"]


async def test_a_claim_with_a_partial_decision_is_withdrawn(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert held(world, claim_id)[1] == 0


async def test_a_dispute_that_comes_when_the_claim_is_being_closed_is_refused_and_not_lost(world, monkeypatch):
    claim_id = await decided(world, refused(adjuster()))
    reached, go_on = asyncio.Event(), asyncio.Event()
    close = world.insurer.close_claim

    async def slow(result):
        reached.set()
        await go_on.wait()
        return await close(result)

    monkeypatch.setattr(world.insurer, "close_claim", slow)
    passing = asyncio.create_task(world.let_pass(days=31))
    await reached.wait()
    assert await refusal_of(world, claim_id, "dispute") == "illegal_move"
    assert await refusal_of(world, claim_id, "withdraw") == "illegal_move"
    go_on.set()
    await passing
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
