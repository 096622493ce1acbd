from datetime import timedelta

import pytest

from tests.workflows.process_orders import payee
from tests.workflows.process_reviews import PAYABLE
from workflows.messages import ClaimOutcome

pytestmark = pytest.mark.servers


async def test_the_insurers_days_begin_with_the_papers_whoever_reads_them_when(world):
    world.reader_works.clear()
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_state(claim_id, "reading")
    case = world.claim(claim_id).case
    assert case.received_at == case.submitted_at is not None
    world.reader_works.set()
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.claim(claim_id).case.received_at == case.received_at
    # what comes of a file that is left alone for so long: tests/interleavings/test_found_orders.py
    history = await world.handle(claim_id).fetch_history()
    begun = [e.activity_task_scheduled_event_attributes for e in history.events]
    days = [a.schedule_to_close_timeout.ToTimedelta() for a in begun if a.activity_type.name == "read_document"]
    assert days == [timedelta(days=1)]
    # however often that is: a reader that is down is no fault of the file's
    assert [a.retry_policy.maximum_attempts for a in begun if a.activity_type.name == "read_document"] == [0]


async def test_what_becomes_of_a_file_names_it(world):
    claim_id = await world.report()
    good, dark = await world.paper("medical_receipt", [world.receipt()]), await world.paper("medical_receipt", "太暗")
    for paper in (good, dark):
        await world.update(claim_id, "add_document", paper)
    await world.until_told(claim_id, "document_read")
    await world.until_told(claim_id, "document_rejected")
    said = [(e.event, e.document_id) for e in world.books.events[claim_id].values() if e.document_id]
    assert sorted(said) == sorted(
        [
            ("document_received", good.document_id),
            ("document_read", good.document_id),
            ("document_received", dark.document_id),
            ("document_rejected", dark.document_id),
        ]
    )


async def test_what_could_not_be_used_begins_no_days(world):
    claim_id = await world.report()
    await world.update(claim_id, "add_document", await world.paper("medical_receipt", "太暗"))
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "supplement_requested")
    assert world.claim(claim_id).case.received_at is None
    await world.let_pass(days=3)
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    case = world.claim(claim_id).case
    assert case.received_at - case.submitted_at >= timedelta(days=3)
