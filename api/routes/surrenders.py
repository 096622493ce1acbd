"""Surrender (退保): a quote with its steps, an application that holds it, confirm or cancel, and where a refund goes."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.renewals import loses_its_renewal
from activities.surrenders import quote_document, quoted
from api.auth import Caller
from api.deps import IdempotencyHeader, ObjectId, Parent, ParentOrOperator, TheParts
from api.errors import Problem, not_found
from api.fields import Body, Comment
from api.idempotency import first_record, once
from api.paging import Paging, page_of
from api.parts import Parts
from api.policy_actions import bars_surrender, refuse
from api.queue import UNPAID
from api.refund_account import GIVE_ACCOUNT, AccountBody, ask_the_insurer, is_concerned
from api.routes.catalogue import insurer_ref
from api.routes.policies import own_policy, terms_of
from api.surrender_refunds import asks_account, surrender_label, surrender_turn
from api.timeline import timeline_of
from api.views import instant
from insurance.rules.codes import SURRENDER_REASONS
from insurance.rules.masking import mask_name
from insurance.rules.periods import end_of_day
from insurance.rules.surrender import SurrenderValue, surrender_value
from insurance.tables import Claim, LimitEntry, Policy, Purchase, Surrender
from workflows.messages import SurrenderRequest

router = APIRouter(prefix="/v1", tags=["surrenders"])

REFUND_TO = "退款按原付款路径退回；原账户收不了时，只能退到投保人本人的账户，户名须与保单一致：投保人姓名有误的，请先申请更正再退保"
WAITS_ANEW = "退保后保障会有间断：接着这张保单续保的保单，疾病等待期将从它的生效日重新计算，电子保单也会更新"
UNISSUED = (*UNPAID, "paid")
CLAIM_OPEN = "这张保单有正在处理的理赔，结案后可以再申请退保"


class SurrenderBody(Body):
    reason: Literal["bought_twice", "not_wanted", "poor_service", "wrong_details", "other"]
    comment: Comment = ""


@router.get("/policies/{policy_no}/surrender-quote")
async def quote(parts: TheParts, caller: Parent, policy_no: ObjectId) -> dict[str, Any]:
    """What would be refunded if it were asked for now, of which policy, and the reasons to choose from; `blocked` says what has to be over
    first. Nothing is stored. 409 `policy_ended` where nothing is left to end."""
    today = parts.today()
    async with parts.database.transaction() as session:
        policy = await own_policy(session, caller.subject, policy_no)
        refuse(bars_surrender(policy, today))
        blocked = await _open_claim(session, policy)
        value = await _value(session, policy, today)
        waits_anew = await _waits_anew(session, policy, value.cover_ends_on or today)
    reasons = [{"reason": reason, "label": text} for reason, text in SURRENDER_REASONS.items()]
    return quoted(value) | {
        "expires_at": instant(_quote_expires_at(parts, today)),
        "policy": _policy_card(parts, policy),
        "reasons": reasons,
        "refund_to": REFUND_TO,
        "blocked": {"code": "claim_open", "message": CLAIM_OPEN} if blocked else None,
        # what was bought to go on from this policy
        "waiting_period_anew": {"policies": waits_anew, "message": WAITS_ANEW} if waits_anew is not None else None,
    }


@router.post("/policies/{policy_no}/surrenders", status_code=201)
async def request(
    parts: TheParts, caller: Parent, policy_no: ObjectId, body: SurrenderBody, key: IdempotencyHeader = None
) -> JSONResponse:
    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        policy = await own_policy(session, caller.subject, policy_no, lock=True)
        await _require_surrenderable(parts, session, policy)
        today = parts.today()
        value = await _value(session, policy, today)
        order = _order(parts, caller, policy, body, f"su-{new_id}", today, value)
        row = await first_record(session, _first_record(order, value), "surrender_id")
        await parts.processes.start_surrender(order)
        return surrender_view(row)

    return await once(parts, caller, f"POST /v1/policies/{policy_no}/surrenders", key, body, 201, work)


@router.get("/policies/{policy_no}/surrenders")
async def list_surrenders(parts: TheParts, caller: Parent, policy_no: ObjectId, page: Paging) -> dict[str, Any]:
    """Newest first, also those that came to nothing."""
    async with parts.database.transaction() as session:
        await own_policy(session, caller.subject, policy_no)
        mine = [col(Surrender.policy_no) == policy_no, col(Surrender.subject) == caller.subject]
        rows = await page_of(session, Surrender, mine, page, "surrender_id")
    return rows.answer(surrender_view)


@router.get("/surrenders/{surrender_id}")
async def show(parts: TheParts, caller: Parent, surrender_id: ObjectId) -> dict[str, Any]:
    return await _shown(parts, caller, surrender_id)


@router.post("/surrenders/{surrender_id}/confirm")
async def confirm(parts: TheParts, caller: Parent, surrender_id: ObjectId) -> dict[str, Any]:
    """409 `quote_expired` when that was too late: a new quote counts the days anew."""
    shown = await _shown(parts, caller, surrender_id)
    if shown["state"] in ("quoted", "cancelled") and instant(parts.now()) >= shown["expires_at"]:
        raise Problem(409, "quote_expired", "报价已过期，保单继续有效；请重新申请退保")
    return await _told(parts, caller, surrender_id, "confirm")


@router.post("/surrenders/{surrender_id}/cancel")
async def cancel(parts: TheParts, caller: Parent, surrender_id: ObjectId) -> dict[str, Any]:
    return await _told(parts, caller, surrender_id, "cancel")


@router.put("/surrenders/{surrender_id}/payee")
async def set_payee(
    parts: TheParts, caller: ParentOrOperator, request: Request, surrender_id: ObjectId, body: AccountBody
) -> dict[str, Any]:
    """Where the refund goes when the original payment can't take it back. The insurer's operator registers one for a family whose name
    was mistyped: what has ended can't be corrected any more. 409 `refund_under_way` while it is being paid to one."""
    row = await _visible(parts, caller, surrender_id)
    async with parts.database.transaction() as session:
        policy = await session.get_one(Policy, row.policy_no)
    account = body.given_by(caller, policy.applicant, ask_the_insurer(parts, row.insurer_code))
    await body.record_consent(parts, request, caller, row, policy.purchase_id)
    await parts.processes.update(surrender_id, "set_account", account)
    return surrender_view(await _visible(parts, caller, surrender_id))


async def _visible(parts: Parts, caller: Caller, surrender_id: str) -> Surrender:
    """404 for somebody else's."""
    async with parts.database.transaction() as session:
        row = await session.get(Surrender, surrender_id)
    if row is None or not is_concerned(caller, row):
        raise not_found()
    return row


async def _told(parts: Parts, caller: Caller, surrender_id: str, update: str) -> dict[str, Any]:
    await _shown(parts, caller, surrender_id)
    await parts.processes.update(surrender_id, update)
    return await _shown(parts, caller, surrender_id)


async def _shown(parts: Parts, caller: Caller, surrender_id: str) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        row = await session.get(Surrender, surrender_id)
        if row is None or row.subject != caller.subject:
            raise not_found()
        return surrender_view(row) | {"timeline": await timeline_of(session, surrender_id)}


async def _require_surrenderable(parts: Parts, session: AsyncSession, policy: Policy) -> None:
    refuse(bars_surrender(policy, parts.today()))
    if await _open_claim(session, policy):
        raise Problem(409, "claim_open", CLAIM_OPEN)


async def _open_claim(session: AsyncSession, policy: Policy) -> bool:
    statement = select(Claim.claim_id).where(Claim.policy_no == policy.policy_no, col(Claim.open)).limit(1)
    return (await session.exec(statement)).first() is not None


async def _value(session: AsyncSession, policy: Policy, today: date) -> SurrenderValue:
    used = select(func.coalesce(func.sum(col(LimitEntry.used_fen)), 0)).where(LimitEntry.policy_no == policy.policy_no)
    claim_paid = (await session.exec(used)).one() > 0
    terms = terms_of.validate_python(policy.terms)
    return surrender_value(terms, policy.premium_fen, policy.effective_date, today, claim_paid)


async def _waits_anew(session: AsyncSession, policy: Policy, last_day: date) -> list[str] | None:
    """The family's own policies that would begin with a gap. Empty: only an order that is under way may; None: nothing does."""
    mine = col(Policy.applicant_subject) == policy.applicant_subject
    lose = (
        select(col(Policy.policy_no)).where(loses_its_renewal(policy, last_day), mine).order_by(col(Policy.policy_no))
    )
    if lost := (await session.exec(lose)).all():
        return list(lost)
    under_way = select(col(Purchase.purchase_id)).where(
        Purchase.insured_digest == policy.insured_digest,
        Purchase.insurer_code == policy.insurer_code,
        Purchase.subject == policy.applicant_subject,
        col(Purchase.state).in_(UNISSUED),
    )
    return [] if (await session.exec(under_way.limit(1))).first() is not None else None


def _order(
    parts: Parts,
    caller: Caller,
    policy: Policy,
    body: SurrenderBody,
    surrender_id: str,
    requested_on: date,
    value: SurrenderValue,
) -> SurrenderRequest:
    return SurrenderRequest(
        surrender_id=surrender_id,
        policy_no=policy.policy_no,
        subject=caller.subject,
        insurer_code=policy.insurer_code,
        reason=body.reason,
        comment=body.comment,
        refund_fen=value.refund_fen,
        steps=value.steps,
        requested_on=requested_on,
        cover_ends_on=value.cover_ends_on or requested_on,
        before_effect=value.cover_ends_on is None,
        out_trade_no=policy.out_trade_no,
        quote_expires_at=_quote_expires_at(parts, requested_on),
        requested_at=parts.now(),
    )


def _quote_expires_at(parts: Parts, requested_on: date) -> datetime:
    """Not after the day that was counted with: cover would end in the past, and a day's premium too much come back."""
    in_time = parts.now() + timedelta(minutes=parts.settings.process.quote_minutes)
    return min(in_time, end_of_day(requested_on))


def _first_record(order: SurrenderRequest, value: SurrenderValue) -> Surrender:
    return Surrender(
        surrender_id=order.surrender_id,
        policy_no=order.policy_no,
        subject=order.subject,
        insurer_code=order.insurer_code,
        state="quoted",
        seq=0,
        reason=order.reason,
        comment=order.comment,
        quote=quote_document(value, order.requested_on),
        refund_fen=order.refund_fen,
        quote_expires_at=order.quote_expires_at,
        cover_ends_on=order.cover_ends_on,
        created_at=order.requested_at,
        updated_at=order.requested_at,
    )


def _policy_card(parts: Parts, policy: Policy) -> dict[str, Any]:
    return {
        "policy_no": policy.policy_no,
        "title": policy.terms["title"],
        "insurer": insurer_ref(parts, policy.insurer_code),
        "insured_name": mask_name(policy.insured["name"]),
        "applicant_name": mask_name(policy.applicant["name"]),
        "effective_date": policy.effective_date.isoformat(),
        "ends_on": policy.ends_on.isoformat(),
    }


def surrender_view(row: Surrender) -> dict[str, Any]:
    return {
        "surrender_id": row.surrender_id,
        "policy_no": row.policy_no,
        "state": row.state,
        "label": surrender_label(row),
        "whose_turn": surrender_turn(row),
        "reason": row.reason,
        "reason_label": SURRENDER_REASONS[row.reason],
        "refund_fen": row.refund_fen,
        "steps": row.quote["steps"],
        "expires_at": instant(row.quote_expires_at),
        # of one before its effect there is none
        "cover_ends_on": row.quote["cover_ends_on"],
        "refund_due_on": row.refund_due_on.isoformat() if row.refund_due_on else None,
        "rejected_code": row.rejected_code,
        "refunded_at": instant(row.refunded_at),
        "to_do": GIVE_ACCOUNT if asks_account(row) else None,
    }
