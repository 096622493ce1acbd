import asyncio
from datetime import timedelta

import pytest

from insurance.rules.cover import shanghai_day
from insurance.rules.periods import end_of_day
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


async def letters_of(world, claim_id):
    await world.until_told(claim_id, "letter_made")
    return [letter for letter in world.books.letters if letter.claim.claim_id == claim_id]


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


async def test_a_family_has_all_of_the_last_day_that_it_is_told(world):
    claim_id = await decided(world, refused(adjuster()))
    (letter,) = await letters_of(world, claim_id)
    until = end_of_day(letter.dispute_until)
    assert until - world.time > timedelta(days=30)
    await world.let_pass(seconds=(until - world.time).total_seconds() - 60)
    day = letter.dispute_until
    told = {n.text for n in world.books.notices.values() if n.kind == "your_turn"}
    assert told == {f"对审核结果如有异议，可以提出，最后一日为{day.month}月{day.day}日"}
    await world.update(claim_id, "dispute")
    await world.until_state(f"{claim_id}-r2", "open")


async def test_papers_are_taken_until_the_end_of_the_last_day_that_the_family_is_told(world):
    claim_id = await world.report()
    day = shanghai_day(world.claim(claim_id).case.state_since + timedelta(days=180))
    await world.let_pass(seconds=(end_of_day(day) - world.time).total_seconds() - 60)
    told = {n.text for n in world.books.notices.values() if n.kind == "your_turn"}
    assert told == {f"还在等您提交理赔材料，最后一日为{day.month}月{day.day}日"}
    assert world.books.walked(claim_id)[-1] == "reported"
    await world.let_pass(minutes=2)
    assert (await world.end_of(claim_id)).state == "withdrawn"


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


async def test_a_family_that_has_nothing_left_to_say_is_asked_for_nothing(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    second, other = f"{claim_id}-r2", adjuster("adjuster-2")
    await world.until_state(second, "open")
    await world.update(second, "take", other)
    await world.update(second, "decide", refused(other))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
    assert world.books.walked(claim_id)[-2:] == ["decided", "closed"]
    assert "your_turn" not in world.books.noticed(claim_id)


async def test_a_claim_with_a_partial_decision_is_withdrawn(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.until_told(claim_id, "notice_delivered")
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
