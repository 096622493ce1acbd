"""Steps at the payment gateway (支付宝): query, close, refund (退款), pay out (转账)."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from temporalio import activity

from insurance.adapters.ports import (
    Payments,
    PaymentsUnavailable,
    PayOrder,
    Refund,
    Refused,
    Trade,
    Transfer,
    TransferOrder,
)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class RefundStep:
    """`out_request_no` names this refund: the same one is given back once however often it is asked for."""

    out_trade_no: str
    out_request_no: str
    amount_fen: int
    reason: str


class PaymentSteps:
    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    @activity.defn
    async def payment_page(self, order: PayOrder) -> str:
        """The signed address of the payment page; needs our key, not the gateway."""
        return self._payments.page_pay_url(order)

    @activity.defn
    async def query_trade(self, out_trade_no: str) -> Trade:
        return await self._payments.query_trade(out_trade_no)

    @activity.defn
    async def close_trade(self, out_trade_no: str) -> Trade:
        """Afterwards nobody can pay this order; `paid` when somebody just did."""
        return await self._payments.close_trade(out_trade_no)

    @activity.defn
    async def refund(self, step: RefundStep) -> Refund:
        """An earlier attempt may have been carried out and its answer lost: ask before asking again."""
        if activity.info().attempt > 1:
            known = await _told(self._payments.query_refund(step.out_trade_no, step.out_request_no))
            if known is not None and known.status == "done":
                return known
        try:
            return await self._payments.refund(step.out_trade_no, step.out_request_no, step.amount_fen, step.reason)
        except Refused:
            # what was asked for before may be on its way, or done: then this is no refusal of the money
            known = await _told(self._payments.query_refund(step.out_trade_no, step.out_request_no))
            if known is None:
                raise
            return known

    @activity.defn
    async def pay_out(self, order: TransferOrder) -> Transfer:
        """The gateway knows `out_biz_no`: a repeat gives the first one's answer and moves nothing again."""
        if activity.info().attempt > 1:
            known = await _told(self._payments.query_transfer(order.out_biz_no))
            if known.status != "not_found":
                return known
        return await self._payments.transfer(order)

    @activity.defn
    async def query_payout(self, out_biz_no: str) -> Transfer:
        return await _told(self._payments.query_transfer(out_biz_no))


async def _told(question: Awaitable[Answer]) -> Answer:
    """A refusal to tell says nothing about the money: it must never count as a refusal to move it."""
    try:
        return await question
    except Refused as refusal:
        raise PaymentsUnavailable(refusal.code) from None
