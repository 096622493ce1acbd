"""Letters of a claim (文书): the decision notice, made with each decision, and the apportionment statement (分割单) once it is paid."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlmodel import col, select
from temporalio.exceptions import ApplicationError

from activities.letter_orders import NothingToTell, apportionment_letter, decision_letter, decision_letter_id
from activities.letter_shelf import CONTENT_TYPE
from activities.letters import LetterSteps, MadeLetter
from api.claim_files import case_of, evidence_of
from api.deps import IdempotencyHeader, ObjectId, ParentOrAdjuster, TheParts
from api.errors import Problem, not_found
from api.fields import Body
from api.parts import Parts
from api.reading_log import note_read
from api.routes.claims import visible_claim
from api.views import instant
from insurance.rules.apportionment import NotApportionable
from insurance.rules.case import CaseReceipt
from insurance.rules.case_file import CaseFile
from insurance.tables import Letter

router = APIRouter(prefix="/v1/claims", tags=["letters"])


class LetterBody(Body):
    kind: Literal["decision", "apportionment"]


@router.get("/{claim_id}/letters")
async def list_letters(parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId) -> dict[str, Any]:
    """All of them, oldest first: one for each decision, one for each sum that was apportioned."""
    async with parts.database.transaction() as session:
        case = case_of(await visible_claim(session, caller, claim_id))
        statement = select(Letter).where(Letter.process_id == claim_id).order_by(col(Letter.made_at))
        rows = (await session.exec(statement)).all()
    return {"items": [_view(row, case) for row in rows], "next_cursor": None}


@router.post("/{claim_id}/letters", status_code=201)
async def make(
    parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, body: LetterBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """The statement of what was paid on which receipt, or a decision's notice that is not there yet. Asked for again, it is the one
    that was made first, whatever the key."""
    async with parts.database.transaction() as session:
        case = case_of(await visible_claim(session, caller, claim_id))
        _, receipts = await evidence_of(session, claim_id)
    made = await _made(parts, case, receipts, body.kind)
    async with parts.database.transaction() as session:
        row = await session.get_one(Letter, made.letter_id)
    return JSONResponse(_view(row, case), 201)


@router.get("/{claim_id}/letters/{letter_id}", response_class=Response)
async def show(parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, letter_id: ObjectId) -> Response:
    """The file (application/pdf). That somebody else than the family read it is logged."""
    async with parts.database.transaction() as session:
        await visible_claim(session, caller, claim_id)
        row = await session.get(Letter, letter_id)
        if row is None or row.process_id != claim_id:
            raise not_found()
        note_read(session, caller, claim_id, "letter", parts.now())
    headers = {
        "content-disposition": f'inline; filename="{letter_id}.pdf"',
        "cache-control": "private, no-store",
        "etag": f'"{row.sha256}"',
    }
    return Response(await parts.storage.get(row.object_key, row.version_id), media_type=CONTENT_TYPE, headers=headers)


async def _made(parts: Parts, case: CaseFile, receipts: tuple[CaseReceipt, ...], kind: str) -> MadeLetter:
    steps = LetterSteps(parts.database, parts.storage, parts.settings.storage.retention_days)
    try:
        if kind == "decision":
            return await steps.make_decision_letter(decision_letter(case, parts.settings.process.dispute_days))
        return await steps.make_apportionment(apportionment_letter(case, receipts))
    except NothingToTell:
        title = "还没有作出理赔决定" if kind == "decision" else "赔款全部支付后才能开具分割单"
        raise Problem(409, "illegal_move", title) from None
    except NotApportionable:
        raise Problem(409, "not_apportionable", "赔款不是按现有票据计算的，无法开具分割单，请联系客服") from None
    except ApplicationError:
        raise Problem(503, "unavailable") from None


def _view(row: Letter, case: CaseFile) -> dict[str, Any]:
    """`stands`: false for the notice of a decision that was undone, or disputed and decided anew."""
    return {
        "letter_id": row.letter_id,
        "kind": row.kind,
        "title": row.title,
        "stands": row.kind != "decision" or (case.decision is not None and row.letter_id == decision_letter_id(case)),
        "sha256": row.sha256,
        "size": row.size,
        "made_at": instant(row.made_at),
        "url": f"/v1/claims/{row.process_id}/letters/{row.letter_id}",
    }
