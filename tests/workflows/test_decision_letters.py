from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.rules.cover import shanghai_day
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_world import World
from workflows.messages import DecisionOrder

pytestmark = pytest.mark.servers


async def decided(world: World, outcome: str, *reasons: str) -> str:
    """A claim on which an adjuster has decided."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(payer="别人"), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "decide", DecisionOrder(adjuster(), outcome, reasons, ""))
    return claim_id


async def refused(world: World) -> str:
    claim_id = await decided(world, "refused", "not_insured")
    await world.until_state(claim_id, "decided")
    return claim_id


async def test_payment_does_not_wait_for_the_letter_but_the_end_does(world: World):
    reached, go_on = world.books.hold("drawing")
    claim_id = await decided(world, "full")
    await world.until_state(claim_id, "paid")
    await reached.wait()
    assert "letter_made" not in world.books.told(claim_id)
    go_on.set()
    assert (await world.end_of(claim_id)).state == "closed"
    assert world.books.told(claim_id)[-2:] == ["letter_made", "closed"]


async def test_what_is_paid_without_a_person_has_no_letter_unless_somebody_asks_for_one(world: World):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.end_of(claim_id)
    assert world.books.letters == []


async def test_a_full_decision_has_one_letter_with_its_own_sums(world: World):
    claim_id = await decided(world, "full")
    await world.end_of(claim_id)
    (letter,) = world.books.letters
    assert (letter.claim.claim_id, letter.letter_id, letter.dispute_until) == (claim_id, f"{claim_id}-d1", None)
    assert letter.decision.payable_fen == letter.settlement.payable_fen == 800_00


async def test_a_refusals_letter_is_announced_and_says_how_long_it_can_be_disputed(world: World):
    claim_id = await refused(world)
    await world.until_told(claim_id, "letter_made")
    (letter,) = world.books.letters
    assert letter.decision.reason_codes == ("not_insured",)
    assert letter.dispute_until == shanghai_day(letter.decision.decided_at + timedelta(days=30))
    assert "letter_made" in world.books.noticed(claim_id)


async def test_the_decision_after_a_dispute_has_a_letter_of_its_own(world: World):
    claim_id = await refused(world)
    await world.until_told(claim_id, "letter_made")
    await world.update(claim_id, "dispute")
    review_id = f"{claim_id}-r2"
    await world.until_state(review_id, "open")
    other = adjuster("adjuster-2")
    await world.update(review_id, "take", other)
    await world.update(review_id, "decide", DecisionOrder(other, "full", (), ""))
    await world.end_of(claim_id)
    assert [(letter.letter_id[-2:], letter.decision.outcome) for letter in world.books.letters] == [
        ("d1", "refused"),
        ("d2", "full"),
    ]


def told_of_it(world: World, claim_id: str) -> list[str]:
    found = [
        n for key, n in world.books.notices.items() if key.startswith(f"{claim_id}:") and n.kind == "letter_failed"
    ]
    return [n.subject for n in found]


NO_FONT = ApplicationError("no font", type="font_missing", non_retryable=True)
AWAY = ApplicationError("store", type="unavailable", next_retry_delay=timedelta(hours=2))
LEAD, OPERATOR = "role:lead:xiangjiang", "role:operator:xiangjiang"


async def test_a_letter_that_is_not_made_within_a_day_is_told_to_the_lead_and_to_the_family(world: World):
    world.books.letters_fail = AWAY
    claim_id = await refused(world)
    await world.let_pass(hours=21)
    assert "letter_failed" not in world.books.told(claim_id)
    await world.let_pass(hours=4)
    await world.until_told(claim_id, "letter_failed")
    assert told_of_it(world, claim_id) == [LEAD]
    lead = next(n for n in world.books.notices.values() if n.kind == "letter_failed")
    assert "3日内" in lead.text


async def test_a_refusals_letter_is_tried_again_every_half_day(world: World):
    world.books.letters_fail = NO_FONT
    claim_id = await refused(world)
    await world.until_told(claim_id, "letter_failed")
    await world.let_pass(hours=11)
    world.books.letters_fail = None
    assert world.books.letters == []
    await world.let_pass(hours=2)
    await world.until_told(claim_id, "letter_made")
    assert [letter.letter_id for letter in world.books.letters] == [f"{claim_id}-d1"]
    assert "letter_made" in world.books.noticed(claim_id)
    assert told_of_it(world, claim_id) == [LEAD]


async def test_a_letter_that_is_not_made_in_the_laws_days_is_told_to_the_insurers_operator(world: World):
    world.books.letters_fail = NO_FONT
    claim_id = await refused(world)
    await world.let_pass(days=2, hours=23)
    assert told_of_it(world, claim_id) == [LEAD]
    await world.let_pass(hours=14)
    await world.until_told(claim_id, "letter_given_up")
    assert told_of_it(world, claim_id) == [LEAD, OPERATOR]
    await world.let_pass(days=31)
    assert (await world.end_of(claim_id)).state == "closed"


async def test_a_letter_that_can_not_be_drawn_keeps_nobody_from_the_money(world: World):
    world.books.letters_fail = NO_FONT
    claim_id = await decided(world, "full")
    assert (await world.end_of(claim_id)).state == "closed"
    assert "letter_failed" in world.books.told(claim_id)
    assert told_of_it(world, claim_id) == [LEAD, OPERATOR]
    assert world.books.letters == []
