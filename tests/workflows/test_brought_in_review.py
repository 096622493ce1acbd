import pytest

from tests.workflows.process_orders import adjuster
from tests.workflows.process_reviews import (
    PAYABLE,
    decided,
    full,
    papers_brought,
    partial,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import ClaimOutcome, Objection, PapersOrder

pytestmark = pytest.mark.servers

OTHER = adjuster("adjuster-2")
WITH_ANOTHER_RECEIPT = 1_040_00
DIAGNOSIS = PapersOrder(OTHER, ("diagnosis",), "请补诊断证明")


async def brings(world, claim_id, found=None):
    """A receipt of 300 yuan, or what `found` says of the file."""
    paper = await world.paper("medical_receipt", found or [world.receipt("300.00")])
    await world.update(claim_id, "add_document", paper)
    return paper


async def disputed(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute", Objection("医院补开了票据"))
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id, f"{claim_id}-r2"


async def opened_again(world):
    """After a request for papers, and a part of it paid."""
    claim_id, review_id = await papers_brought(world)
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "decide", partial(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    await world.end_of(claim_id)
    await world.reopen(claim_id)
    await world.until_state(f"{claim_id}-r3", "open")
    return claim_id, f"{claim_id}-r3"


@pytest.mark.parametrize("situation", [disputed, opened_again])
async def test_the_new_fact_is_handed_in_while_the_claim_is_reviewed_again(world, situation):
    claim_id, review_id = await situation(world)
    await brings(world, claim_id)
    await world.until(lambda: world.books.records[review_id].amount_fen == WITH_ANOTHER_RECEIPT, "the review knows")
    await world.update(review_id, "take", OTHER)
    await world.update(review_id, "decide", full(OTHER))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", WITH_ANOTHER_RECEIPT)


async def test_an_adjuster_asks_once_for_papers_of_a_claim_that_is_opened_again(world):
    claim_id, review_id = await opened_again(world)
    await world.update(review_id, "take", OTHER)
    await world.update(review_id, "request_documents", DIAGNOSIS)
    await world.until_state(claim_id, "supplement_requested")
    await world.update(claim_id, "submit")
    again = f"{claim_id}-r4"
    await world.until_state(again, "open")
    await world.update(again, "take", OTHER)
    assert await refusal_of(world, again, "request_documents", DIAGNOSIS) == "papers_already_requested"


async def test_an_adjuster_asks_once_for_papers_of_a_claim_that_is_disputed(world):
    claim_id, review_id = await papers_brought(world)
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    again = f"{claim_id}-r3"
    await world.until_state(again, "open")
    await world.update(again, "take", OTHER)
    await world.update(again, "request_documents", DIAGNOSIS)
    await world.until_state(claim_id, "supplement_requested")


async def test_a_decision_made_before_a_new_paper_is_read_does_not_stand(world):
    claim_id, review_id = await taken(world)
    world.reader_works.clear()
    await brings(world, claim_id)
    await world.update(review_id, "decide", refused(adjuster()))
    again = f"{claim_id}-r2"
    await world.until_state(again, "open")
    assert world.claim(claim_id).case.decision is None
    world.reader_works.set()
    await world.until(lambda: world.books.records[again].amount_fen == WITH_ANOTHER_RECEIPT, "the review knows")
    await world.update(again, "take", adjuster())
    await world.update(again, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", WITH_ANOTHER_RECEIPT)


async def test_a_file_that_can_not_be_read_changes_no_review(world):
    claim_id, review_id = await taken(world)
    await brings(world, claim_id, "文件已损坏")
    await world.until_told(claim_id, "document_rejected")
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert "evidence_added" not in world.books.told(claim_id)
