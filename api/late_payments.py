"""What a family paid for a purchase that had ended (迟到或重复的付款), and how it goes back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.views import instant
from insurance.tables import LatePayment

WORDS: Mapping[str, tuple[str, str]] = {
    "returning": ("退款中", "本次投保结束后又收到这笔款项，正在按原路全额退回，无需操作"),
    "check": ("退款核对中", "这笔款项暂时没有退成，支付渠道正在核对，仍会全额退回，无需操作"),
    "returned": ("已退回", "这笔款项已按原路全额退回"),
}


async def late_payments_of(session: AsyncSession, purchase_ids: Sequence[str]) -> dict[str, list[LatePayment]]:
    """By purchase, oldest first."""
    found = select(LatePayment).where(col(LatePayment.purchase_id).in_(purchase_ids))
    late: dict[str, list[LatePayment]] = {}
    for row in (await session.exec(found.order_by(col(LatePayment.paid_at)))).all() if purchase_ids else ():
        late.setdefault(row.purchase_id, []).append(row)
    return late


def late_payment_view(row: LatePayment) -> dict[str, Any]:
    """`state`: `returning`, `check` (the gateway refused, somebody looks at it) or `returned`, `since` when."""
    label, text = WORDS[row.state]
    return {
        "amount_fen": row.amount_fen,
        "paid_at": instant(row.paid_at),
        "state": row.state,
        "label": label,
        "text": text,
        "since": instant(row.since),
    }
