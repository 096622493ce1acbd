import pytest

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import (
    LEAD,
    PAYABLE,
    decided,
    full,
    held,
    partial,
    refusal_of,
    refused,
)
from workflows.messages import (
    ClaimOutcome,
    PapersOrder,
    PayeeOrder,
    Reassignment,
)

pytestmark = pytest.mark.servers


async def reopened(world, first_round):
    """A claim whose `first_round` is decided and over, in its second review."""
    claim_id = await decided(world, first_round)
    if first_round.outcome == "partial":
        await world.update(claim_id, "accept")
    if first_round.outcome == "refused":
        await world.let_pass(days=31)
    await world.end_of(claim_id)
    await world.reopen(claim_id)
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id, f"{claim_id}-r2"


async def opened(world, claim_id, number):
    review_id = f"{claim_id}-r{number}"
    await world.until_state(review_id, "open")
    return review_id


async def decided_again(world, review_id, order):
    await world.update(review_id, "take", order.actor)
    await world.update(review_id, "decide", order)


async def test_a_claim_that_is_opened_again_goes_to_somebody_else_and_pays_the_difference(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    await decided_again(world, review_id, full(adjuster("adjuster-2")))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", 400_00), ("payout", 400_00)]
    assert held(world, claim_id) == ("used", PAYABLE)
    assert [entry[1] for entry in world.insurer.entries if entry[0] == "closure"] == [
        f"{claim_id}-close-1",
        f"{claim_id}-close-2",
    ]


async def test_a_decision_on_a_new_fact_can_be_disputed_once_more_and_goes_to_whom_the_claim_is_new(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    await decided_again(world, await opened(world, claim_id, 2), refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    assert await refusal_of(world, claim_id, "dispute") == "already_disputed"
    await world.let_pass(days=31)
    await world.end_of(claim_id)
    await world.reopen(claim_id)
    await decided_again(world, await opened(world, claim_id, 3), partial(adjuster("adjuster-3")))
    await world.until_state(claim_id, "decided")
    await world.until(lambda: world.books.letters[-1].letter_id == f"{claim_id}-d3", "the letter is made")
    assert world.books.letters[-1].dispute_until is not None
    await world.update(claim_id, "dispute")
    review_id = await opened(world, claim_id, 4)
    for known in (1, 2, 3):
        assert await refusal_of(world, review_id, "take", adjuster(f"adjuster-{known}")) == "conflict_of_interest"
    # where the insurer has no fourth adjuster, a lead gives it to one who decided earlier, never to whom it is disputed of
    for known, nobody_else in ((1, False), (3, True)):
        given = Reassignment(LEAD, f"adjuster-{known}", "", nobody_else)
        assert await refusal_of(world, review_id, "reassign", given) == "conflict_of_interest"
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-1", "", nobody_else=True))
    await world.update(review_id, "release", adjuster())
    await decided_again(world, review_id, full(adjuster("adjuster-4")))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_what_was_paid_stays_paid_and_used_when_a_second_round_refuses(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await decided_again(world, review_id, refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_second_round_that_gives_less_takes_nothing_back(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await decided_again(world, review_id, partial(adjuster("adjuster-2"), (DecidedLine("accident_medical", 100_00),)))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_claim_that_was_paid_can_not_be_withdrawn_when_it_is_opened_again(world):
    claim_id, _ = await reopened(world, partial(adjuster()))
    assert await refusal_of(world, claim_id, "withdraw") == "illegal_move"


async def test_a_refused_claim_that_is_opened_again_can_be_withdrawn(world):
    claim_id, _ = await reopened(world, refused(adjuster()))
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)


async def test_papers_of_a_second_round_that_never_come_leave_the_paid_claim_to_the_adjuster(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    other = adjuster("adjuster-2")
    await world.update(review_id, "take", other)
    await world.update(review_id, "request_documents", PapersOrder(other, ("diagnosis",), ""))
    await world.until_state(claim_id, "supplement_requested")
    await world.let_pass(days=181)
    await world.until_state(f"{claim_id}-r3", "open")
    assert held(world, claim_id)[1] == PAYABLE


async def test_an_account_that_is_changed_for_a_second_round_gets_the_difference_only(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await world.update(claim_id, "set_payee", PayeeOrder((payee("new@example.com"),)))
    await decided_again(world, review_id, full(adjuster("adjuster-2")))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.payments.movements[-1][2] == 400_00
