"""The history of a claim (操作记录) for its insurer's staff: who did what, when and why, and whether the record is whole."""

from typing import Any

from fastapi import APIRouter

from api.complaint_views import readable_by
from api.deps import InsurerStaff, ObjectId, TheParts
from api.errors import not_found
from api.history import history_of
from api.reading_log import note_read
from insurance.tables import Claim

router = APIRouter(prefix="/v1/claims", tags=["claims"])


@router.get("/{claim_id}/history")
async def history(parts: TheParts, caller: InsurerStaff, claim_id: ObjectId) -> dict[str, Any]:
    """Every entry of the claim, its reviews, and complaints that the caller may know of, oldest first. `verification.intact` is false
    when an entry was changed, taken out or cut off; `broken_at` then names the first one that can't be believed."""
    async with parts.database.transaction() as session:
        row = await session.get(Claim, claim_id)
        if row is None or caller.insurer not in (None, row.insurer_code):
            raise not_found()
        note_read(session, caller, claim_id, "claim_history", parts.now())
        found = await history_of(session, claim_id, readable_by(caller))
    return {"claim_id": claim_id} | found.view()
