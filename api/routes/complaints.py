"""Complaints (投诉) of families, and how the insurer's desk answers them; for the authority a count without any case."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.complaints import ComplaintRecord, values_of
from activities.history import lock_history
from api.auth import Caller
from api.complaint_views import complaint_row, complaint_view, readable_by, whose_doing
from api.deps import Authority, IdempotencyHeader, InsurerStaff, ObjectId, Parent, TheParts, require
from api.errors import Problem, invalid, not_found
from api.fields import Body, Day, Long, PolicyNo
from api.idempotency import first_record, once
from api.paging import Paging, page_of
from api.parts import Parts
from api.reading_log import note_read
from api.routes.claims import visible_claim
from api.routes.policies import own_policy
from api.scope import of_insurer, of_region
from api.timeline import timeline_of
from insurance.rules.complaints import KINDS, WAITING, ComplaintFile
from insurance.tables import Claim, Complaint
from workflows.messages import Actor, ComplaintAnswering, ComplaintExtension, ComplaintOrder, Objection

router = APIRouter(prefix="/v1", tags=["complaints"])

Kind = Literal["decision", "delay", "payment", "service", "selling", "privacy", "other"]


async def desk(caller: InsurerStaff) -> Caller:
    """The insurer's complaint desk: its adjusters' leads and its operator."""
    if caller.role == "adjuster" and not caller.lead:
        raise Problem(403, "lead_required", "投诉由理赔主管或保险公司负责人处理")
    return caller


async def family_or_desk(caller: Annotated[Caller, Depends(require("parent", "adjuster", "operator"))]) -> Caller:
    return caller if caller.role == "parent" else await desk(caller)


Desk = Annotated[Caller, Depends(desk)]
FamilyOrDesk = Annotated[Caller, Depends(family_or_desk)]


class ComplaintBody(Body):
    """About a claim, or about a policy."""

    claim_id: PolicyNo | None = None
    policy_no: PolicyNo | None = None
    kind: Kind
    text: Long


class ReasonBody(Body):
    reason: Long


class AnswerBody(Body):
    outcome: Literal["upheld", "partly_upheld", "not_upheld"]
    text: Long


# --- the family -----------------------------------------------------------------------------------------------------------


@router.post("/complaints", status_code=201)
async def complain(parts: TheParts, caller: Parent, body: ComplaintBody, key: IdempotencyHeader = None) -> JSONResponse:
    """One at a time about one claim or policy: what comes up meanwhile belongs to it."""

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        complaint = await _complaint(parts, session, caller, body, f"cm-{new_id}")
        row = Complaint(**values_of(ComplaintRecord(0, complaint), parts.calendar))
        await lock_history(session, f"complaints:{row.about}")
        await _require_no_other(session, row)
        row = await first_record(session, row, "complaint_id")
        await parts.processes.start_complaint(ComplaintOrder(complaint))
        return complaint_view(parts, row, caller)

    return await once(parts, caller, "POST /v1/complaints", key, body, 201, work)


@router.post("/complaints/{complaint_id}/review")
async def ask_review(parts: TheParts, caller: Parent, complaint_id: ObjectId, body: ReasonBody) -> dict[str, Any]:
    """Asks the insurer's superior body to look at the answer again (核查), within 30 days of it."""
    return await _told(parts, caller, complaint_id, "ask_review", Objection(body.reason))


@router.post("/complaints/{complaint_id}/withdraw")
async def withdraw(parts: TheParts, caller: Parent, complaint_id: ObjectId) -> dict[str, Any]:
    return await _told(parts, caller, complaint_id, "withdraw")


async def _complaint(
    parts: Parts, session: AsyncSession, caller: Caller, body: ComplaintBody, complaint_id: str
) -> ComplaintFile:
    if (body.claim_id is None) == (body.policy_no is None):
        raise invalid("claim_id", "about_one", "请选择一件理赔，或者一张保单")
    claim = await visible_claim(session, caller, body.claim_id) if body.claim_id else None
    policy = await own_policy(session, caller.subject, claim.policy_no if claim else str(body.policy_no))
    return ComplaintFile(
        complaint_id=complaint_id,
        policy_no=policy.policy_no,
        claim_id=claim.claim_id if claim else None,
        insurer_code=policy.insurer_code,
        subject=caller.subject,
        region=policy.insured["school_region"],
        kind=body.kind,
        text=body.text,
        complained_about=await whose_doing(session, policy.policy_no, claim, parts.now()),
        received_at=parts.now(),
        state="received",
        updated_at=parts.now(),
    )


async def _require_no_other(session: AsyncSession, row: Complaint) -> None:
    waiting = select(Complaint.complaint_id).where(
        Complaint.about == row.about, Complaint.complaint_id != row.complaint_id, col(Complaint.state).in_(WAITING)
    )
    if (await session.exec(waiting)).first() is not None:
        raise Problem(409, "complaint_open", "已有一件投诉正在处理，请等待答复；有补充请留言")


# --- both -----------------------------------------------------------------------------------------------------------------


@router.get("/complaints")
async def list_complaints(
    parts: TheParts,
    caller: FamilyOrDesk,
    page: Paging,
    state: Literal["open", "all"] = "all",
    claim_id: Annotated[PolicyNo | None, Query()] = None,
) -> dict[str, Any]:
    """A family's own, newest first; the desk's insurer's, without those about the caller. `open`: those that wait for an answer, the most
    urgent first."""
    wanted = [readable_by(caller)]
    if claim_id is not None:
        wanted.append(col(Complaint.about) == claim_id)
    if state == "open":
        wanted.append(col(Complaint.due_at).is_not(None))
    async with parts.database.transaction() as session:
        rows = await page_of(session, Complaint, wanted, page, "complaint_id", "due_at" if state == "open" else None)
    return rows.answer(complaint_row)


@router.get("/complaints/{complaint_id}")
async def show(parts: TheParts, caller: FamilyOrDesk, complaint_id: ObjectId) -> dict[str, Any]:
    """With its timeline. That the desk read it is logged. Whom it is about does not read how it is handled (回避)."""
    async with parts.database.transaction() as session:
        row = await _visible(session, caller, complaint_id)
        readable = select(Complaint.complaint_id).where(Complaint.complaint_id == complaint_id, readable_by(caller))
        if (await session.exec(readable)).first() is None:
            raise Problem(403, "conflict_of_interest", "投诉涉及您经办的事项，由其他人处理")
        note_read(session, caller, complaint_id, "complaint", parts.now())
        return complaint_view(parts, row, caller) | {"timeline": await timeline_of(session, complaint_id)}


# --- the desk -------------------------------------------------------------------------------------------------------------


@router.post("/complaints/{complaint_id}/take")
async def take(parts: TheParts, caller: Desk, complaint_id: ObjectId) -> dict[str, Any]:
    """Whoever takes it is named to the family, and is nobody it is about."""
    return await _handled(parts, caller, complaint_id, "take", _actor(caller))


@router.post("/complaints/{complaint_id}/extend")
async def extend(parts: TheParts, caller: Desk, complaint_id: ObjectId, body: ReasonBody) -> dict[str, Any]:
    """To 30 days when it is complex; to 60 by the insurer's operator. The family is told why."""
    return await _handled(parts, caller, complaint_id, "extend", ComplaintExtension(_actor(caller), body.reason))


@router.post("/complaints/{complaint_id}/answer")
async def answer(parts: TheParts, caller: Desk, complaint_id: ObjectId, body: AnswerBody) -> dict[str, Any]:
    """To the complaint, or to the request for a review. It is never edited."""
    answering = ComplaintAnswering(_actor(caller), body.outcome, body.text)
    return await _handled(parts, caller, complaint_id, "answer", answering)


async def _handled(parts: Parts, caller: Caller, complaint_id: str, update: str, arg: object) -> dict[str, Any]:
    """By nobody whose doing it is about, by now as when it came. The platform's own operator answers for no insurer, but may look
    at an answer again: whoever gave it may be the only operator that the insurer has."""
    async with parts.database.transaction() as session:
        row = await _visible(session, caller, complaint_id)
        if caller.insurer != row.insurer_code and row.state != "review_requested":
            raise Problem(403, "forbidden")
        claim = await session.get(Claim, row.claim_id) if row.claim_id else None
        if caller.subject in await whose_doing(session, row.policy_no, claim, row.created_at):
            raise Problem(409, "conflict_of_interest", "投诉涉及您经办的事项，须由其他人处理")
    return await _told(parts, caller, complaint_id, update, arg)


def _actor(caller: Caller) -> Actor:
    return Actor(caller.role, caller.subject, caller.lead)


async def _told(parts: Parts, caller: Caller, complaint_id: str, update: str, arg: object = None) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        await _visible(session, caller, complaint_id)
    await parts.processes.update(complaint_id, update, arg)
    async with parts.database.transaction() as session:
        return complaint_view(parts, await _visible(session, caller, complaint_id), caller)


async def _visible(session: AsyncSession, caller: Caller, complaint_id: str) -> Complaint:
    """404 for somebody else's."""
    statement = select(Complaint).where(Complaint.complaint_id == complaint_id, _visible_to(caller))
    row = (await session.exec(statement)).first()
    if row is None:
        raise not_found()
    return row


def _visible_to(caller: Caller) -> ColumnElement[bool]:
    if caller.role == "parent":
        return col(Complaint.subject) == caller.subject
    return of_insurer(caller, Complaint)


# --- the authority --------------------------------------------------------------------------------------------------------


@router.get("/overview/complaints")
async def overview(
    parts: TheParts, caller: Authority, received_from: Day | None = None, received_to: Day | None = None
) -> dict[str, Any]:
    """How many complaints came in a supervisor's region, by insurer and what they are about, and how many were not answered in
    time; without any case. An insurer's operator counts its own. Days of receipt; this year's, if not given."""
    if caller.role == "supervisor" and caller.region is None:
        raise Problem(403, "forbidden")
    first = received_from or parts.today().replace(month=1, day=1)
    last = received_to or parts.today()
    async with parts.database.transaction() as session:
        counted = await _counted(session, caller, first, last, parts.today())
    return {"region": caller.region, "received_from": first, "received_to": last, "items": counted}


async def _counted(session: AsyncSession, caller: Caller, first: date, last: date, today: date) -> list[dict[str, Any]]:
    table, region = Complaint, of_region(caller.region or "")
    wanted = [col(table.received_on).between(first, last), col(table.region).startswith(region, autoescape=True)]
    wanted.append(of_insurer(caller, table))
    answered, state = col(table.answered_on), col(table.state)
    unanswered = and_(answered.is_(None), state != "withdrawn")
    late = or_(answered > col(table.due_on), and_(unanswered, col(table.due_on) < today))
    statement = (
        select(col(table.insurer_code), col(table.kind))
        .add_columns(
            func.count(),
            func.count(answered),
            func.count().filter(late),
            func.count().filter(unanswered),
            func.count().filter(state == "withdrawn"),
            func.count().filter(state.in_(("review_requested", "reviewed"))),
        )
        .where(*wanted)
        .group_by(col(table.insurer_code), col(table.kind))
        .order_by(col(table.insurer_code), col(table.kind))
    )
    names = ("received", "answered", "late", "still_open", "withdrawn", "reviews_asked")
    return [
        {"insurer": insurer, "kind": kind, "label": KINDS[kind]} | dict(zip(names, counts, strict=True))
        for insurer, kind, *counts in (await session.execute(statement)).all()
    ]
