"""A purchase as its family sees it, alone and in lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from api.late_payments import late_payment_view, late_payments_of
from api.parts import Parts
from api.queue import BUSY, places_of
from api.refund_account import GIVE_ACCOUNT
from api.routes.catalogue import any_product, insurer_ref
from api.views import instant, masked_person
from insurance.rules.status import label
from insurance.tables import LatePayment, Purchase

WHY_RETURNED = {
    "surplus": "这笔款项是重复支付、迟到或金额不符的付款，不是保单的保费",
    "no_policy": "这笔保费没有出单",
    "cancelled": "这笔保费在您取消前已到账",
}
# what the family can do, if anything, for money to come back
TO_DO = {
    "gateway": "无需操作，正在全额退回",
    "account": f"原付款账户收不了退款，{GIVE_ACCOUNT}",
    "check": "无需操作，支付渠道暂时拒绝了退款，正在核对，仍会全额退回",
}


def _returning_view(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "amount_fen": item["amount_fen"],
        "paid_at": instant(item["paid_at"]),
        "why": item["why"],
        "reason": WHY_RETURNED[item["why"]],
        "waits_for": item["waits_for"],
        "to_do": TO_DO[item["waits_for"]],
    }


@dataclass(frozen=True)
class Beside:
    """What the rows of a page don't say themselves, by purchase."""

    places: Mapping[str, dict[str, Any]]
    late: Mapping[str, Sequence[LatePayment]]


async def beside_of(parts: Parts, session: AsyncSession, rows: Sequence[Purchase]) -> Beside:
    queued = [row.purchase_id for row in rows if row.state == "queued"]
    late = await late_payments_of(session, [row.purchase_id for row in rows])
    return Beside(await places_of(parts, session, queued), late)


def _late_as_returning(row: LatePayment) -> dict[str, Any]:
    waits_for = "check" if row.state == "check" else "gateway"
    return {"amount_fen": row.amount_fen, "paid_at": row.paid_at, "why": "surplus", "waits_for": waits_for}


def purchase_view(parts: Parts, row: Purchase, beside: Beside) -> dict[str, Any]:
    """`queue_position` and `queue_seconds` are null when it waits no more. `late_payments`: what came when it had ended; each counts in
    `returning` or in `refunded_fen` too."""
    payment, late = None, beside.late.get(row.purchase_id, ())
    own = (row.returning or {"items": []})["items"]
    returning = [*own, *(_late_as_returning(paid) for paid in late if paid.state != "returned")]
    back_fen = sum(paid.amount_fen for paid in late if paid.state == "returned")
    if row.payment_url is not None:
        payment = {"url": row.payment_url, "amount_fen": row.premium_fen, "expires_at": instant(row.expires_at)}
    return {
        "purchase_id": row.purchase_id,
        "state": row.state,
        "label": label("purchase", row.state),
        **beside.places.get(row.purchase_id, {"queue_position": None, "queue_seconds": None}),
        "message": BUSY if row.state == "queued" else None,
        "product_id": row.product_id,
        "title": terms.title if (terms := any_product(parts, row.product_id)) else row.product_id,
        "insurer": insurer_ref(parts, row.insurer_code),
        "premium_fen": row.premium_fen,
        "payment": payment,
        "policy_no": row.policy_no,
        "effective_date": row.effective_date.isoformat() if row.effective_date else None,
        "paid_at": instant(row.paid_at),
        "refunded_fen": row.refunded_fen + back_fen,
        "returning": [_returning_view(item) for item in returning],
        "late_payments": [late_payment_view(paid) for paid in late],
        "reason_code": row.reason_code,
        "reason": row.reason,
        "warnings": row.notes["warnings"] if row.notes else [],
        "applicant": masked_person(row.application["applicant"]),
        "insured": masked_person(row.application["insured"]),
        "created_at": instant(row.created_at),
    }
