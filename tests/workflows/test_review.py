import pytest

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import (
    LEAD,
    PAYABLE,
    full,
    in_review,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import (
    ClaimOutcome,
    Correction,
    DecisionOrder,
    Reassignment,
)

pytestmark = pytest.mark.servers

# --- holding ----------------------------------------------------------------------------------------------------------


async def test_an_adjuster_takes_decides_in_full_and_the_family_is_paid(world):
    claim_id, review_id = await taken(world)
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.walked(review_id) == ["open", "taken", "decided"]
    assert world.claim(claim_id).case.decision.adjusters == ("adjuster-1",)


async def test_who_hears_that_a_claim_is_in_review_finds_its_review(world):
    reached, go_on = world.books.hold("review_opened")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt("1100.00", sure=False), payees=(payee(),))
    await reached.wait()
    # its process stands before anybody can hear of it
    assert (await world.client.get_workflow_handle(f"{claim_id}-r1").describe()).status.name == "RUNNING"
    assert "in_review" not in world.books.walked(claim_id)
    go_on.set()
    await world.until_state(claim_id, "in_review")
    assert world.books.walked(f"{claim_id}-r1") == ["open"]
    assert world.books.told(f"{claim_id}-r1") == ["review_opened"]


async def test_a_review_belongs_to_who_took_it(world):
    _, review_id = await taken(world)
    other = adjuster("adjuster-2")
    assert await refusal_of(world, review_id, "take", other) == "already_taken"
    assert await refusal_of(world, review_id, "release", other) == "not_holder"
    assert await refusal_of(world, review_id, "decide", full(other)) == "not_holder"
    await world.update(review_id, "release", adjuster())
    await world.update(review_id, "take", other)
    assert world.books.walked(review_id) == ["open", "taken", "open", "taken"]


async def test_a_review_that_its_adjuster_leaves_alone_goes_back_to_the_queue(world):
    _, review_id = await taken(world)
    await world.let_pass(days=3, hours=1)
    await world.until_state(review_id, "open")
    assert world.books.records[review_id].adjuster is None
    told = [event for event in world.books.told(review_id) if event != "review_reminded"]
    assert told == ["review_opened", "review_taken", "review_idle"]


async def test_a_review_tells_its_own_steps_with_who_and_why(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "release", adjuster())
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-2", "休假"))
    await world.update(review_id, "decide", full(adjuster("adjuster-2")))
    await world.update(review_id, "take", adjuster("adjuster-3"))
    await world.update(review_id, "decide", full(adjuster("adjuster-3")))
    await world.until_told(review_id, "review_decided")
    told = [(event.event, event.by) for _, event in sorted(world.books.events[review_id].items())]
    assert told == [
        ("review_opened", "system"),
        ("review_taken", "adjuster:adjuster-1"),
        ("review_released", "adjuster:adjuster-1"),
        ("review_reassigned", "adjuster:lead-1"),
        ("review_sent_to_second", "adjuster:adjuster-2"),
        ("review_taken", "adjuster:adjuster-3"),
        ("review_decided", "adjuster:adjuster-3"),
    ]


async def test_who_takes_an_old_review_has_the_whole_time_for_it(world):
    claim_id = await in_review(world)
    review_id = f"{claim_id}-r1"
    await world.let_pass(days=2, hours=23)
    await world.update(review_id, "take", adjuster())
    await world.let_pass(days=2)
    assert world.books.walked(review_id)[-1] == "taken"
    await world.let_pass(days=2)
    await world.until_state(review_id, "open")


async def test_nobody_reviews_the_claim_of_their_own_family(world):
    claim_id = await in_review(world)
    mother = adjuster(world.claim(claim_id).case.subject)
    for update, said in (("take", mother), ("reassign", Reassignment(LEAD, mother.subject))):
        assert await refusal_of(world, f"{claim_id}-r1", update, said) == "conflict_of_interest"


async def test_a_lead_reassigns_and_nobody_else(world):
    _, review_id = await taken(world)
    assert await refusal_of(world, review_id, "reassign", Reassignment(adjuster(), "adjuster-2")) == "lead_required"
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-2"))
    assert await refusal_of(world, review_id, "decide", full(adjuster())) == "not_holder"
    await world.update(review_id, "decide", full(adjuster("adjuster-2")))
    await world.until_state(review_id, "decided")


# --- two adjusters ----------------------------------------------------------------------------------------------------

LARGE = {"total": "25100.00"}
LARGE_PAYABLE = 20_000_00


async def test_from_20000_yuan_a_second_adjuster_decides_alike(world):
    claim_id, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(review_id, "second_open")
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    assert await refusal_of(world, review_id, "reassign", Reassignment(LEAD, "adjuster-1")) == "conflict_of_interest"
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", full(second))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", LARGE_PAYABLE)
    assert world.books.walked(review_id) == ["open", "taken", "second_open", "second_taken", "decided"]
    assert world.claim(claim_id).case.decision.adjusters == ("adjuster-1", "adjuster-2")


async def test_two_adjusters_who_give_the_same_sums_agree_however_they_write_them(world):
    claim_id, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(review_id, "second_open")
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    lines = (DecidedLine("accident_medical", LARGE_PAYABLE),)
    await world.update(review_id, "decide", DecisionOrder(second, "full", (), "", lines))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", LARGE_PAYABLE)


async def test_below_20000_yuan_one_adjuster_is_enough(world):
    claim_id, review_id = await taken(world, total="25099.00")
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 19_999_20)


@pytest.mark.parametrize(("total", "adjusters"), [("3000.00", 1), ("3000.01", 2)])
async def test_a_refusal_above_3000_yuan_takes_two_adjusters(world, total, adjusters):
    # by what the receipts come to: 3,000 yuan, and a fen more
    claim_id, review_id = await taken(world, total=total)
    await world.update(review_id, "decide", refused(adjuster()))
    if adjusters == 2:
        await world.until_state(review_id, "second_open")
        await world.update(review_id, "take", adjuster("adjuster-2"))
        await world.update(review_id, "decide", refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    assert len(world.claim(claim_id).case.decision.adjusters) == adjusters


async def test_a_refusal_where_the_terms_pay_nothing_is_weighed_by_the_receipts(world):
    claim_id, review_id = await taken(world, total="3000.01", self_expense="3000.01")
    assert world.claim(claim_id).case.assessment.settlement.payable_fen == 0
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(review_id, "second_open")


async def test_a_payment_in_full_of_the_same_sum_takes_one(world):
    claim_id, review_id = await taken(world, total="3850.01")
    await world.update(review_id, "decide", full(adjuster()))
    assert (await world.end_of(claim_id)).state == "closed"


async def test_two_adjusters_who_do_not_agree_send_it_back_to_the_queue(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", refused(second))
    await world.until_state(review_id, "open")


async def test_a_second_review_that_is_left_alone_waits_for_a_second_adjuster_again(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    await world.update(review_id, "take", adjuster("adjuster-2"))
    await world.let_pass(days=4)
    await world.until_state(review_id, "second_open")


async def test_a_correction_before_the_second_adjuster_decides_starts_both_anew(world):
    claim_id, review_id = await taken(world, total="30000.00")
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(review_id, "second_open")
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    (receipt_id,) = world.books.receipts
    await world.update(claim_id, "correct", Correction(second, receipt_id, {"total": "40000.00"}, "核对原件"))
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", full(second))
    await world.until_state(review_id, "second_open")
    assert world.claim(claim_id).case.decision is None
