"""Serious cases (大案): adjusters say what they did, schools follow stage and what to do and leave notes."""

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.serious_cases import FEEDBACK
from api.auth import Caller
from api.case_views import case_row, case_view, notes_of, school_row, school_view
from api.deps import Adjuster, IdempotencyHeader, ObjectId, SchoolStaff, TheParts
from api.errors import Problem, not_found
from api.fields import Body, Comment, Long
from api.idempotency import once
from api.paging import Paging, page_of
from api.parts import Parts
from api.timeline import timeline_of
from insurance.tables import CaseNote, Claim, ConsentRecord, Policy, SeriousCase
from workflows.client import ProcessEnded
from workflows.messages import Actor, CaseStep, SchoolNoted

router = APIRouter(prefix="/v1", tags=["cases"])


class StepBody(Body):
    comment: Comment = ""


class NoteBody(Body):
    text: Long


# --- adjusters ------------------------------------------------------------------------------------------------------------


@router.get("/serious-cases")
async def list_cases(
    parts: TheParts, caller: Adjuster, page: Paging, state: Literal["open", "closed"] = "open"
) -> dict[str, Any]:
    """The insurer's serious cases, newest first, each with when its next milestone is due."""
    closed = col(SeriousCase.state) == "closed"
    mine = [col(SeriousCase.insurer_code) == caller.insurer, closed if state == "closed" else ~closed]
    async with parts.database.transaction() as session:
        rows = await page_of(session, SeriousCase, mine, page, "case_id")
    return rows.answer(case_row)


@router.get("/serious-cases/{case_id}")
async def show_case(parts: TheParts, caller: Adjuster, case_id: ObjectId) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        row = await _insurers(session, caller, case_id)
        view = case_view(row, await notes_of(session, case_id), parts.now())
        return view | {"timeline": await timeline_of(session, case_id)}


@router.post("/serious-cases/{case_id}/in-contact")
async def in_contact(parts: TheParts, caller: Adjuster, case_id: ObjectId, body: StepBody) -> dict[str, Any]:
    """The family was called."""
    return await _done(parts, caller, case_id, "in_contact", body)


@router.post("/serious-cases/{case_id}/documents-told")
async def documents(parts: TheParts, caller: Adjuster, case_id: ObjectId, body: StepBody) -> dict[str, Any]:
    """The family was told everything that is needed, at once."""
    return await _done(parts, caller, case_id, "documents", body)


async def _insurers(session: AsyncSession, caller: Caller, case_id: str) -> SeriousCase:
    row = await session.get(SeriousCase, case_id)
    if row is None or row.insurer_code != caller.insurer:
        raise not_found()
    return row


async def _done(parts: Parts, caller: Caller, case_id: str, update: str, body: StepBody) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        await _insurers(session, caller, case_id)
    step = CaseStep(Actor(caller.role, caller.subject, caller.lead), body.comment)
    await parts.processes.update(case_id, update, step)
    async with parts.database.transaction() as session:
        return case_view(await _insurers(session, caller, case_id), await notes_of(session, case_id), parts.now())


# --- schools --------------------------------------------------------------------------------------------------------------


@router.get("/schools/{school_code}/cases")
async def list_schools_cases(
    parts: TheParts, caller: SchoolStaff, page: Paging, school_code: ObjectId
) -> dict[str, Any]:
    """Of families that allow it, newest first."""
    _require_own(caller, school_code)
    async with parts.database.transaction() as session:
        rows = await page_of(session, SeriousCase, _may_see(school_code), page, "case_id")
    return rows.answer(school_row)


@router.get("/schools/{school_code}/cases/{case_id}")
async def show_schools_case(
    parts: TheParts, caller: SchoolStaff, school_code: ObjectId, case_id: ObjectId
) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        row = await _schools(session, caller, school_code, case_id)
        return school_view(row, await notes_of(session, case_id))


@router.post("/schools/{school_code}/cases/{case_id}/notes", status_code=201)
async def note(
    parts: TheParts,
    caller: SchoolStaff,
    school_code: ObjectId,
    case_id: ObjectId,
    body: NoteBody,
    key: IdempotencyHeader = None,
) -> JSONResponse:
    """What the school has to say to the case: the adjuster is told that there is something."""

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        row = await _schools(session, caller, school_code, case_id)
        if row.state == "closed":
            raise Problem(409, "illegal_move", "本案已办结")
        said = CaseNote(
            note_id=f"no-{new_id}",
            case_id=case_id,
            role="school",
            subject=caller.subject,
            text=body.text,
            created_at=parts.now(),
        )
        session.add(said)
        await session.flush()
        await _tell(parts, case_id, said.note_id)
        return school_view(row, await notes_of(session, case_id))

    return await once(parts, caller, f"POST /v1/schools/{school_code}/cases/{case_id}/notes", key, body, 201, work)


async def _tell(parts: Parts, case_id: str, note_id: str) -> None:
    """Before the note is committed: a repeat after a lost answer tells it again."""
    try:
        await parts.processes.tell_school_note(case_id, SchoolNoted(note_id))
    except ProcessEnded:
        raise Problem(409, "illegal_move", "本案已办结") from None


def _require_own(caller: Caller, school_code: str) -> None:
    if caller.school is None or caller.school != school_code:
        raise not_found()


async def _schools(session: AsyncSession, caller: Caller, school_code: str, case_id: str) -> SeriousCase:
    _require_own(caller, school_code)
    statement = select(SeriousCase).where(SeriousCase.case_id == case_id, *_may_see(school_code))
    row = (await session.exec(statement)).first()
    if row is None:
        raise not_found()
    return row


def _may_see(school_code: str) -> list[ColumnElement[bool]]:
    """The family's consent and the child's school as they stand now: taken back, or corrected, they end what the school sees at once."""
    allowed = (
        select(ConsentRecord.consent_id)
        .join(Policy, col(Policy.purchase_id) == col(ConsentRecord.purchase_id))
        .join(Claim, col(Claim.policy_no) == col(Policy.policy_no))
        .where(
            col(Claim.claim_id) == col(SeriousCase.claim_id),
            Policy.insured["school_code"].astext == school_code,
            col(ConsentRecord.kind) == FEEDBACK,
            col(ConsentRecord.agreed).is_(True),
            col(ConsentRecord.withdrawn_at).is_(None),
        )
    )
    return [col(SeriousCase.school_code).is_not(None), allowed.exists()]
