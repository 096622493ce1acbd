"""Signed messages from outside: verified, stored once, then given to their process. The sender repeats what we did not confirm."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from api.deps import ObjectId, TheParts
from api.errors import Problem, invalid, not_found
from api.parts import Parts
from insurance.adapters.ports import PaymentNotice, SignatureInvalid, UnderwritingNotice
from insurance.tables import Callback, Purchase
from workflows.client import ProcessEnded
from workflows.messages import PaymentReceived, UnderwritingAnswer

router = APIRouter(prefix="/v1/callbacks", tags=["callbacks"])

LONGEST_ID = 64


@router.post("/alipay", response_class=PlainTextResponse)
async def alipay(parts: TheParts, request: Request) -> PlainTextResponse:
    """`success` is Alipay's word for confirmed; anything else makes it send again."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        notice = parts.adapters.payments.parse_notice(form)
    except SignatureInvalid:
        raise Problem(401, "signature_invalid", "签名不正确") from None
    _require_ids(notify_id=notice.notify_id, out_trade_no=notice.out_trade_no, trade_no=notice.trade_no)
    purchase_id = notice.out_trade_no.rpartition("-")[0] or notice.out_trade_no
    if await _is_new(parts, "alipay", notice.notify_id, purchase_id):
        await _apply_payment(parts, purchase_id, notice)
        await _mark_applied(parts, "alipay", notice.notify_id)
    return PlainTextResponse("success")


@router.post("/insurers/{code}")
async def insurer(parts: TheParts, request: Request, code: ObjectId) -> JSONResponse:
    adapter = parts.adapters.insurers.get(code)
    if adapter is None:
        raise not_found()
    try:
        notice = adapter.parse_callback(dict(request.headers), await request.body(), parts.now())
    except SignatureInvalid:
        raise Problem(401, "signature_invalid", "签名不正确") from None
    _require_ids(event_id=notice.event_id, request_id=notice.request_id)
    if await _is_new(parts, f"insurer:{code}", notice.event_id, notice.request_id):
        await _apply_underwriting(parts, code, notice)
        await _mark_applied(parts, f"insurer:{code}", notice.event_id)
    return JSONResponse({"received": True})


def _require_ids(**ids: str) -> None:
    """Signed, and still nothing that we could have been told about."""
    for field, text in ids.items():
        if not 0 < len(text) <= LONGEST_ID or not text.isprintable():
            raise invalid(field, "invalid_value", "不是可用的编号")


async def _apply_payment(parts: Parts, purchase_id: str, notice: PaymentNotice) -> None:
    """A refund's notice tells nothing new: the refund was ours and its answer counts."""
    if notice.status != "paid" or notice.refunded_fen:
        return
    payment = PaymentReceived(notice.out_trade_no, notice.trade_no, notice.amount_fen, notice.paid_at or parts.now())
    await parts.processes.tell_payment(purchase_id, payment)


async def _apply_underwriting(parts: Parts, code: str, notice: UnderwritingNotice) -> None:
    """An insurer speaks for its own purchases: about another's it knows as little as about one that never was."""
    async with parts.database.transaction() as session:
        purchase = await session.get(Purchase, notice.request_id)
    if purchase is None or purchase.insurer_code != code:
        return
    answer = notice.underwriting
    try:
        await parts.processes.tell_underwriting(
            notice.request_id,
            UnderwritingAnswer(answer.status, answer.proposal_no, answer.reason_code, answer.reason),
        )
    except ProcessEnded:
        return


async def _is_new(parts: Parts, source: str, event_id: str, process_id: str) -> bool:
    """False when it was stored and applied before. Stored but not applied (we died between) counts as new: applying twice is
    harmless, since processes know what they were told."""
    values: dict[str, Any] = {
        "source": source,
        "event_id": event_id,
        "process_id": process_id,
        "received_at": parts.now(),
    }
    async with parts.database.transaction() as session:
        await session.execute(insert(Callback).values(**values).on_conflict_do_nothing())
        row = await session.get(Callback, (source, event_id))
        return row is None or row.applied_at is None


async def _mark_applied(parts: Parts, source: str, event_id: str) -> None:
    mine = (col(Callback.source) == source, col(Callback.event_id) == event_id)
    async with parts.database.transaction() as session:
        await session.execute(update(Callback).where(*mine).values(applied_at=parts.now()))
