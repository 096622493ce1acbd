"""On Temporal's full server, as in production: what a refused update leaves behind is the server's doing as much as ours."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_world import World, open_world
from workflows.client import MoveRefused
from workflows.messages import (
    Correction,
    DecisionOrder,
    PapersOrder,
    PayeeOrder,
    Reassignment,
    RefundAccount,
    Rereading,
    Undoing,
)

pytestmark = pytest.mark.servers

ADJUSTER, LEAD = adjuster(), adjuster("lead-1", lead=True)
ACCOUNT = RefundAccount("alipay", "father@example.com", "黄建国")
CORRECTION = Correction(ADJUSTER, "no-receipt", {"total": "1.00"}, "核对原件")
REFUSAL = DecisionOrder(ADJUSTER, "refused", ("event_not_covered",), "")
WITHOUT_REASON = DecisionOrder(ADJUSTER, "refused", (), "")
PAPERS = PapersOrder(ADJUSTER, ("diagnosis",), "")
ILLEGAL = "illegal_move"
TASK = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
)


@pytest.fixture(scope="module")
async def full_world(real_server: WorkflowEnvironment) -> AsyncIterator[World]:
    async with open_world(real_server, "refused-moves") as world:
        yield world


async def purchase_awaiting_payment(world):
    return await world.awaiting_payment()


async def claim_reported(world):
    return await world.report()


async def claim_in_review(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id


async def claim_refused(world):
    review_id = await review_taken(world)
    await world.update(review_id, "decide", REFUSAL)
    claim_id = review_id.removesuffix("-r1")
    await world.until_state(claim_id, "decided")
    for beside in ("notice_delivered", "letter_made"):
        await world.until_told(claim_id, beside)
    return claim_id


async def claim_waiting_for_an_account(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    return claim_id


async def review_open(world):
    return f"{await claim_in_review(world)}-r1"


async def review_taken(world):
    review_id = await review_open(world)
    await world.update(review_id, "take", ADJUSTER)
    return review_id


async def surrender_quoted(world):
    return await world.surrender(await world.policy())


async def surrender_waiting_for_an_account(world):
    surrender_id = await surrender_quoted(world)
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    return surrender_id


PAPER = "a paper"
REFUSED = {
    purchase_awaiting_payment: [("resume", None, ILLEGAL)],
    claim_reported: [
        ("submit", None, "documents_missing"),
        ("accept", None, ILLEGAL),
        ("dispute", None, ILLEGAL),
        ("correct", CORRECTION, ILLEGAL),
        ("undo", Undoing(LEAD, ""), ILLEGAL),
    ],
    claim_in_review: [
        ("submit", None, ILLEGAL),
        ("accept", None, ILLEGAL),
        ("dispute", None, ILLEGAL),
        ("correct", CORRECTION, "receipt_unknown"),
        ("read_again", Rereading(ADJUSTER, "no-document"), "document_unknown"),
        ("undo", Undoing(LEAD, ""), ILLEGAL),
    ],
    claim_refused: [
        ("add_document", PAPER, ILLEGAL),
        ("submit", None, ILLEGAL),
        ("accept", None, ILLEGAL),
        ("correct", CORRECTION, ILLEGAL),
        ("read_again", Rereading(ADJUSTER, "no-document"), ILLEGAL),
        ("undo", Undoing(ADJUSTER, ""), "lead_required"),
    ],
    claim_waiting_for_an_account: [
        ("add_document", PAPER, ILLEGAL),
        ("submit", None, ILLEGAL),
        ("accept", None, ILLEGAL),
        ("dispute", None, ILLEGAL),
        ("withdraw", None, ILLEGAL),
        ("undo", Undoing(ADJUSTER, ""), "lead_required"),
    ],
    World.with_one_of_two_heirs_paid: [
        ("set_payee", PayeeOrder((payee(),)), "payees_fixed"),
        ("undo", Undoing(LEAD, ""), ILLEGAL),
    ],
    review_open: [
        ("release", ADJUSTER, "not_holder"),
        ("decide", REFUSAL, "not_holder"),
        ("request_documents", PAPERS, "not_holder"),
        ("reassign", Reassignment(ADJUSTER, "adjuster-2"), "lead_required"),
    ],
    review_taken: [
        ("take", adjuster("adjuster-2"), "already_taken"),
        ("release", adjuster("adjuster-2"), "not_holder"),
        ("decide", WITHOUT_REASON, "reason_required"),
    ],
    surrender_quoted: [("set_account", ACCOUNT, ILLEGAL)],
    surrender_waiting_for_an_account: [("confirm", None, ILLEGAL), ("cancel", None, ILLEGAL)],
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.__name__)
async def test_a_move_that_the_state_does_not_allow_is_refused_and_leaves_no_trace(full_world, case):
    process_id = await case(full_world)
    before = await resting_events(full_world, process_id)
    for update, arg, code in REFUSED[case]:
        with pytest.raises(MoveRefused) as refusal:
            await full_world.update(process_id, update, await full_world.paper("other") if arg == PAPER else arg)
        assert (update, refusal.value.code) == (update, code)
    assert await resting_events(full_world, process_id) == before


async def resting_events(world, process_id):
    """What its history says once nobody is at work on it. Tasks are the server's: it drops those of a refusal or keeps them."""
    while True:
        history = await world.client.get_workflow_handle(process_id).fetch_history()
        kinds = Counter(event.event_type for event in history.events)
        tasks = {kind: kinds.pop(kind, 0) for kind in TASK}
        if tasks[EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED] == tasks[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]:
            return kinds
        await asyncio.sleep(0.01)
