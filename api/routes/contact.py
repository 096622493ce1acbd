"""Contact (联系客服): messages between a family and the adjusters of its insurer, about a policy or about one claim."""

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.contact import Thread, from_adjuster, from_family
from api.auth import Caller
from api.contact_views import message_head, message_view
from api.deps import Adjuster, IdempotencyHeader, ObjectId, ParentOrAdjuster, TheParts
from api.errors import Problem
from api.fields import Body, Long
from api.idempotency import once
from api.paging import PageAsked, Paging, page_of
from api.parts import Parts
from api.reading_log import note_read
from api.routes.claims import visible_claim
from api.routes.policies import visible_policy
from insurance.rules.deadlines import working_days_after
from insurance.tables import Message

router = APIRouter(prefix="/v1", tags=["contact"])


class MessageBody(Body):
    text: Long


@router.get("/messages")
async def list_messages(
    parts: TheParts, caller: Adjuster, page: Paging, state: Literal["unanswered", "all"] = "unanswered"
) -> dict[str, Any]:
    """The insurer's, without their words. `unanswered`: families' that wait, oldest first, with the last working day for an answer."""
    mine: list[ColumnElement[bool]] = [col(Message.insurer_code) == caller.insurer]
    waiting = state == "unanswered"
    if waiting:
        mine += [col(Message.answered_at).is_(None), col(Message.answer_due_on).is_not(None)]
    async with parts.database.transaction() as session:
        rows = await page_of(session, Message, mine, page, "message_id", "created_at" if waiting else None)
    return rows.answer(message_head)


@router.get("/claims/{claim_id}/messages")
async def about_claim(parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, page: Paging) -> dict[str, Any]:
    """Newest first."""
    async with parts.database.transaction() as session:
        return await _shown(parts, session, caller, await _of_claim(session, caller, claim_id), page)


@router.post("/claims/{claim_id}/messages", status_code=201)
async def write_about_claim(
    parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, body: MessageBody, key: IdempotencyHeader = None
) -> JSONResponse:
    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        return await _written(parts, session, caller, await _of_claim(session, caller, claim_id), new_id, body.text)

    return await once(parts, caller, f"POST /v1/claims/{claim_id}/messages", key, body, 201, work)


@router.get("/policies/{policy_no}/messages")
async def about_policy(parts: TheParts, caller: ParentOrAdjuster, policy_no: ObjectId, page: Paging) -> dict[str, Any]:
    """Newest first."""
    async with parts.database.transaction() as session:
        return await _shown(parts, session, caller, await _of_policy(session, caller, policy_no), page)


@router.post("/policies/{policy_no}/messages", status_code=201)
async def write_about_policy(
    parts: TheParts, caller: ParentOrAdjuster, policy_no: ObjectId, body: MessageBody, key: IdempotencyHeader = None
) -> JSONResponse:
    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        return await _written(parts, session, caller, await _of_policy(session, caller, policy_no), new_id, body.text)

    return await once(parts, caller, f"POST /v1/policies/{policy_no}/messages", key, body, 201, work)


async def _of_claim(session: AsyncSession, caller: Caller, claim_id: str) -> Thread:
    claim = await visible_claim(session, caller, claim_id)
    return Thread(claim.policy_no, claim.claim_id, claim.insurer_code, claim.subject)


async def _of_policy(session: AsyncSession, caller: Caller, policy_no: str) -> Thread:
    policy = await visible_policy(session, caller, policy_no)
    if policy.applicant_subject is None:
        raise Problem(409, "no_account", "这张保单还没有家长账户，请电话联系投保人")
    return Thread(policy.policy_no, None, policy.insurer_code, policy.applicant_subject)


async def _shown(
    parts: Parts, session: AsyncSession, caller: Caller, thread: Thread, page: PageAsked
) -> dict[str, Any]:
    note_read(session, caller, thread.about, "contact", parts.now())
    rows = await page_of(session, Message, [col(Message.about) == thread.about], page, "message_id")
    return rows.answer(lambda row: message_view(row, caller))


async def _written(
    parts: Parts, session: AsyncSession, caller: Caller, thread: Thread, new_id: str, text: str
) -> dict[str, Any]:
    message_id, at = f"me-{new_id}", parts.now()
    if caller.role == "parent":
        insurer = parts.catalogue.insurer(thread.insurer_code)
        days = insurer.answer_working_days if insurer else 1
        due = working_days_after(parts.today(), days, parts.calendar)
        row = await from_family(session, thread, message_id, text, at, due.due_on)
    else:
        row = await from_adjuster(session, thread, message_id, caller.subject, text, at)
    return message_view(row, caller)
