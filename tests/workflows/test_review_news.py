import pytest

from insurance.rules.case import AssessmentGrounds, DecidedLine, Repeat
from tests.workflows.process_orders import adjuster
from tests.workflows.process_reviews import (
    LEAD,
    PAYABLE,
    correction,
    full,
    held,
    papers_brought,
    partial,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import (
    ClaimOutcome,
    Correction,
    Rereading,
    Undoing,
)

pytestmark = pytest.mark.servers

# --- another claim with the same receipt comes during the review ---------------------------------------------------------


def another_claim_comes(world, state="in_review"):
    receipt_id, receipt = next(reversed(world.books.receipts.items()))
    repeat = Repeat("same_receipt", receipt.document_id, receipt_id, "cl-other", state)
    world.books.grounds = AssessmentGrounds({}, (), 0, (repeat,))


async def test_who_decides_to_pay_is_told_first_of_a_claim_that_came_meanwhile(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(review_id, "decide", full(adjuster()))
    again = f"{claim_id}-r2"
    await world.until_state(again, "open")
    assert world.claim(claim_id).case.decision is None
    assert "same_receipt_elsewhere" in [f.code for f in world.books.records[again].findings]
    # known now, and no reason to be asked a third time
    await world.update(again, "take", adjuster())
    await world.update(again, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]


async def test_who_decides_to_pay_is_told_when_the_other_claim_was_paid_meanwhile(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    another_claim_comes(world, "paid")
    await world.update(review_id, "decide", partial(adjuster(), (DecidedLine("accident_medical", 1_00),)))
    await world.until_state(f"{claim_id}-r2", "open")


async def test_a_refusal_needs_no_second_look(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(claim_id, "decided")


# --- read once more -----------------------------------------------------------------------------------------------------


def document_of(world):
    return next(iter(world.books.documents.values()))


def reads_from_now_on(world, reading):
    """The reader got better."""
    world.papers = {data: [reading] for data in world.papers}


async def read_again(world, claim_id, event="document_read_again"):
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    await world.until_told(claim_id, event)
    return next(iter(world.books.receipts.values()))


async def test_what_was_corrected_outlives_a_new_reading_and_the_rest_follows_it(world):
    claim_id, review_id = await taken(world, pool_pay="100.00", hospital=None)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    better = world.receipt("1100.00", pool_pay="0.00", hospital="长沙市明湖人民医院")
    reads_from_now_on(world, better)
    receipt = await read_again(world, claim_id)
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "1100.00")
    assert (receipt.fields.pool_pay, receipt.fields.hospital) == ("0.00", "长沙市明湖人民医院")
    assert [(a.field, a.new, a.person) for a in receipt.amendments] == [("total", "600.00", "adjuster-1")]
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    assert held(world, claim_id) == ("reserved", 400_00)


async def test_a_correction_that_comes_while_the_file_is_read_again_stays(world):
    claim_id, review_id = await taken(world)
    reads_from_now_on(world, world.receipt("1500.00"))
    world.reader_works.clear()
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    again = Rereading(adjuster(), document_of(world).document_id)
    assert await refusal_of(world, claim_id, "read_again", again) == "illegal_move"
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    world.reader_works.set()
    await world.until_told(claim_id, "document_read_again")
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "1500.00")
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


async def test_what_a_new_reading_does_not_find_counts_no_more_until_a_person_says_that_it_is_there(world):
    claim_id, one = await world.report(), world.receipt("1100.00", sure=False)
    halves = [one, world.receipt("300.00", bill_no=None)]
    await world.update(claim_id, "add_document", await world.paper("medical_receipt", halves))
    await world.update(claim_id, "submit")
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", adjuster())
    both = world.books.records[review_id].amount_fen
    reads_from_now_on(world, one)
    await read_again(world, claim_id)
    first, second = world.books.receipts.values()
    await world.until(lambda: world.books.records[review_id].amount_fen == PAYABLE, "one of them counts")
    assert (first.superseded, second.superseded, second.fields.total) == (False, True, "300.00")
    found = Correction(adjuster(), second.receipt_id, {"total": "300.00"}, "原件上有两张")
    await world.update(claim_id, "correct", found)
    await world.until(lambda: world.books.records[review_id].amount_fen == both, "both of them count")
    assert both > PAYABLE


async def test_a_new_reading_that_fails_leaves_everything_as_it_was(world):
    claim_id, _ = await taken(world)
    before = next(iter(world.books.receipts.values()))
    world.papers = dict.fromkeys(world.papers, "文件已损坏")
    assert await read_again(world, claim_id, "document_not_read_again") == before
    assert document_of(world).state == "received"


async def test_a_reading_that_comes_after_the_decision_changes_nothing(world):
    claim_id, review_id = await taken(world)
    reads_from_now_on(world, world.receipt("5100.00"))
    world.reader_works.clear()
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(claim_id, "decided")
    world.reader_works.set()
    await world.let_pass(minutes=10)
    assert "document_read_again" not in world.books.told(claim_id)
    await world.update(claim_id, "undo", Undoing(LEAD, "再看一次"))
    await world.until_state(f"{claim_id}-r2", "open")
    assert world.books.records[f"{claim_id}-r2"].amount_fen == PAYABLE


async def test_other_papers_are_not_read(world):
    claim_id, _ = await papers_brought(world)
    record = next(d for d in world.books.documents.values() if d.kind == "medical_record")
    assert (
        await refusal_of(world, claim_id, "read_again", Rereading(adjuster(), record.document_id)) == "document_unknown"
    )
