"""The payment of a premium (缴费): a page with a time, the gateway's word when no notice comes, and an expired order taken up again."""

from datetime import timedelta
from typing import Any, Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.payments import PaymentSteps
from insurance.adapters.ports import PayOrder
from workflows.messages import PaymentReceived
from workflows.options import OUTSIDE, QUESTION, RECORDS, pauses
from workflows.purchase_case import PurchaseCase
from workflows.purchase_money import PurchaseMoney

# The gateway is asked about an order when no notice came; each pause is twice the one before.
FIRST_PAYMENT_QUERY = timedelta(minutes=1)
# about an order of which the gateway would not say how it ended
ASKED_AGAIN = timedelta(minutes=5), timedelta(days=1)


class PremiumPayment:
    def __init__(self, case: PurchaseCase, money: PurchaseMoney) -> None:
        self._case = case
        self._money = money
        self.resume_asked = False
        # orders that may have been paid, for all that the gateway said
        self._unsaid: list[str] = []
        # the page was not opened yet when it was to be closed: it can be paid as long as its time goes on
        self._stays_open = False

    async def collect(self) -> None:
        """Until the premium is there (`accepted`), the family cancels, or an expired order is not resumed in time."""
        case = self._case
        while True:
            await self._open_payment()
            paid_in_time = await self._wait_for_payment()
            if paid_in_time == "paid":
                return
            if paid_in_time == "cancelled":
                await case.publish("cancelled", "cancelled", "family", f"您已取消投保，{self._costs()}")
                return
            case.tell("payment_expired", "支付已超时，您可以在“未完成投保”中继续支付")
            await case.publish("expired", "payment_expired", "system", "支付时间已过，尚未收到保费")
            if not await self._resumed():
                return

    async def _resumed(self) -> bool:
        """True when the family wants to pay after all; False when it is settled (paid late, cancelled, or lapsed)."""
        case = self._case
        outcome = await self._wait_for_resume()
        if outcome == "cancelled":
            await case.publish("cancelled", "cancelled", "family", f"您已取消投保，{self._costs()}")
        elif outcome == "lapsed":
            case.reason = ("lapsed", "超过可继续支付的期限")
            await case.publish("cancelled", "lapsed", "system", f"长时间未支付，本次投保已结束，{self._costs()}")
        return outcome == "resumed"

    def _costs(self) -> str:
        if self._stays_open:
            return "请不要再打开支付页面；如有款项到账，会全额退回"
        return "如有已付款项，会全额退回" if self._unsaid else "没有产生费用"

    async def _open_payment(self) -> None:
        case = self._case
        case.attempt += 1
        self.resume_asked = False
        case.expires_at = workflow.now() + timedelta(minutes=case.order.payment_minutes)
        terms = case.order.terms
        case.payment_url = await workflow.execute_local_activity_method(
            PaymentSteps.payment_page,
            PayOrder(case.out_trade_no, terms.premium_fen, terms.title, case.expires_at),
            **RECORDS,
        )
        case.tell("payment_open", "核保已通过，请在倒计时内完成支付")
        await case.publish("awaiting_payment", "payment_opened", "system", "核保通过，等待支付保费")

    async def _wait_for_payment(self) -> Literal["paid", "expired", "cancelled"]:
        case = self._case
        pause = FIRST_PAYMENT_QUERY
        while workflow.now() < case.expires_at:
            timeout = min(pause, case.expires_at - workflow.now())
            try:
                await workflow.wait_condition(lambda: self._money.waits() or case.cancel_asked, timeout=timeout)
            except TimeoutError:
                if workflow.now() < case.expires_at:
                    await self._ask_gateway("query", QUESTION)
                pause *= 2
            if await self._money.accept_premium():
                return "paid"
            if case.cancel_asked:
                break
        await self._close_order()
        if await self._money.accept_premium():
            return "paid"
        return "cancelled" if case.cancel_asked else "expired"

    async def _wait_for_resume(self) -> Literal["paid", "resumed", "cancelled", "lapsed"]:
        case = self._case
        deadline = workflow.now() + timedelta(days=case.order.resume_days)
        again = pauses(*ASKED_AGAIN)
        while workflow.now() < deadline:
            left = deadline - workflow.now()
            try:
                await workflow.wait_condition(
                    lambda: self._money.waits() or case.cancel_asked or self.resume_asked,
                    timeout=min(left, next(again)) if self._unsaid else left,
                )
            except TimeoutError:
                if not self._unsaid:
                    return "lapsed"
            # the family waits for an answer, unless it gives up or its time is over
            await self._ask_about_unsaid(OUTSIDE if case.cancel_asked or workflow.now() >= deadline else QUESTION)
            if await self._money.accept_premium():
                return "paid"
            if case.cancel_asked:
                return "cancelled"
            if self.resume_asked:
                return "resumed"
        return "lapsed"

    async def _close_order(self) -> None:
        """Afterwards nobody can pay it. An order that the gateway will not close ends with its time."""
        if not await self._ask_gateway("close", OUTSIDE):
            await workflow.sleep(max(self._case.expires_at - workflow.now(), timedelta(0)))
            self._unsaid.append(self._case.out_trade_no)
        await self._ask_about_unsaid(OUTSIDE)
        if self._unsaid and not workflow.patched("asks-again"):
            self._unsaid.clear()

    async def _ask_about_unsaid(self, patience: dict[str, Any]) -> None:
        self._unsaid = [number for number in self._unsaid if not await self._ask_gateway("query", patience, number)]

    async def _ask_gateway(
        self, how: Literal["query", "close"], patience: dict[str, Any], number: str | None = None
    ) -> bool:
        """What the gateway itself says of the order: a notice may be late or lost. False when it does not say how it ended."""
        step = PaymentSteps.query_trade if how == "query" else PaymentSteps.close_trade
        try:
            trade = await workflow.execute_activity_method(step, number or self._case.out_trade_no, **patience)
        except ActivityError:
            return False
        if how == "close":
            self._stays_open = trade.status == "not_found" and workflow.now() < self._case.expires_at
        if trade.status == "paid" and trade.trade_no and trade.amount_fen is not None and trade.paid_at:
            self._money.receive(PaymentReceived(trade.out_trade_no, trade.trade_no, trade.amount_fen, trade.paid_at))
        return how == "close" or trade.status != "waiting"
