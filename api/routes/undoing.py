"""Undoing (撤销) a decision: it is never edited. By a lead, with a reason, before money has moved; another adjuster reviews then."""

from typing import Any

from fastapi import APIRouter

from api.auth import Caller
from api.deps import Lead, ObjectId, TheParts
from api.fields import Body, Long
from api.parts import Parts
from api.routes.claims import told
from api.routes.reviews import visible_review
from workflows.messages import Actor, Undoing

router = APIRouter(prefix="/v1", tags=["reviews"])


class UndoBody(Body):
    reason: Long


@router.post("/reviews/{review_id}/undo")
async def undo_reviewed(parts: TheParts, caller: Lead, review_id: ObjectId, body: UndoBody) -> dict[str, Any]:
    """The decision on the claim of this review, whoever made it; answers with the claim."""
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
    return await _undone(parts, caller, row.claim_id, body)


@router.post("/claims/{claim_id}/undo")
async def undo(parts: TheParts, caller: Lead, claim_id: ObjectId, body: UndoBody) -> dict[str, Any]:
    """As above, also for a decision that no person has reviewed."""
    return await _undone(parts, caller, claim_id, body)


async def _undone(parts: Parts, caller: Caller, claim_id: str, body: UndoBody) -> dict[str, Any]:
    return await told(parts, caller, claim_id, "undo", Undoing(Actor(caller.role, caller.subject, True), body.reason))
