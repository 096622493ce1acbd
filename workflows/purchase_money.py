"""The money of a purchase: every payment that arrived is the premium, or goes back in full."""

import asyncio

from temporalio import workflow

from activities.purchases import Returning, WaitsFor, Why
from workflows.messages import PaymentReceived
from workflows.purchase_case import PurchaseCase
from workflows.refunds import Accounts, FullRefund

WAITS_FOR: dict[str, WaitsFor] = {
    "payee_taken": "gateway",
    "payee_needed": "account",
    "payee_reminded": "account",
    "refund_refused": "check",
}
# what is said while a premium goes back, and once it is back
UNISSUED = "未能出单，正在全额退款", "未能出单，保费已全额退回"
CANCELLED = "您取消前款项已到账，将全额退回", "您取消前到账的保费已全额退回"


class PurchaseMoney:
    def __init__(self, case: PurchaseCase) -> None:
        self._case = case
        self.accounts = Accounts()
        self._arrived: list[PaymentReceived] = []
        self._returned: list[PaymentReceived] = []
        self._returning: list[asyncio.Task[None]] = []

    def receive(self, payment: PaymentReceived) -> None:
        """The same payment told twice is one."""
        if all(payment.trade_no != known.trade_no for known in self._arrived):
            self._arrived.append(payment)

    def waits(self) -> bool:
        """Whether a payment has arrived that nothing is decided about yet."""
        return bool(self._surplus())

    def _surplus(self) -> list[PaymentReceived]:
        return [p for p in self._arrived if p not in self._returned and p != self._case.accepted]

    async def accept_premium(self) -> bool:
        """Take the first payment of the right sum; anything else goes back at once."""
        case = self._case
        if case.accepted is None:
            premium_fen = case.order.terms.premium_fen
            fits = [p for p in self._arrived if p not in self._returned and p.amount_fen == premium_fen]
            case.accepted = fits[0] if fits else None
            if case.accepted is not None:
                return True
        await self._return_surplus()
        return False

    async def return_surplus_until(self, done: asyncio.Task[None]) -> None:
        """As it arrives, whatever the premium waits for: the insurer, or the family's account."""
        while not done.done():
            await workflow.wait_condition(lambda: self.waits() or done.done())
            if done.done() or not workflow.patched("surplus-at-once"):
                return
            await self._return_surplus()

    async def settle(self) -> None:
        """Until all that is not the premium is back, and what arrives meanwhile."""
        await self._return_surplus()
        while not self._all_back():
            await workflow.wait_condition(lambda: self.waits() or self._all_back())
            await self._return_surplus()
        for task in self._returning:
            await task

    def _all_back(self) -> bool:
        return all(task.done() for task in self._returning)

    async def give_premium_back(self, payment: PaymentReceived, code: str, message: str) -> None:
        """Paid, but there will be no policy: all of it goes back."""
        case = self._case
        case.reason = (code, message)
        going, gone = CANCELLED if case.cancel_asked else UNISSUED
        self._on_its_way(payment, "gateway")
        await case.publish("refunding", "refunding", "system", going)
        await self._refund(payment, gone)
        self._returned.append(payment)
        await case.publish("refunded", "refunded", "system", "保费已全额退回")

    async def _return_surplus(self) -> None:
        """Beside everything else, which a refund that takes its time must not hold up."""
        while surplus := self._surplus():
            self._returned.append(surplus[0])
            if workflow.patched("surplus-beside"):
                self._returning.append(asyncio.create_task(self._give_back(surplus[0], beside=True)))
            else:
                await self._give_back(surplus[0], beside=False)

    async def _give_back(self, payment: PaymentReceived, *, beside: bool) -> None:
        case = self._case
        case.journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
        self._on_its_way(payment, "gateway")
        if beside:
            await case.publish(case.state, "payment_returning", "system", "收到一笔多付或迟付的款项，正在全额退回")
        await self._refund(payment, "多付或迟付的款项已全额退回")
        await case.publish(case.state, "payment_returned", "system", "一笔款项已全额退回")

    async def _refund(self, payment: PaymentReceived, text: str) -> None:
        """Returns when all of it is back, to be published with what follows."""
        case = self._case
        returned = await FullRefund(payment, self._tell_of_refund, self.accounts).done()
        case.refunded_fen += payment.amount_fen
        del case.returning[payment.trade_no]
        now = workflow.now()
        case.journal.moved(f"back:{returned.key}", "refund", payment.amount_fen, returned.trade_no, now)
        case.tell("refunded", text)

    def _on_its_way(self, payment: PaymentReceived, waits_for: WaitsFor) -> None:
        why_premium: Why = "cancelled" if self._case.cancel_asked else "no_policy"
        why: Why = why_premium if payment == self._case.accepted else "surplus"
        self._case.returning[payment.trade_no] = Returning(payment.amount_fen, payment.paid_at, why, waits_for)

    async def _tell_of_refund(self, payment: PaymentReceived, event: str, why: str) -> None:
        """The premium's own refund is seen in the state too; a surplus is given back in any."""
        case = self._case
        is_premium = payment == case.accepted
        self._on_its_way(payment, WAITS_FOR[event])
        if event == "payee_taken":
            state = "refunding" if is_premium else case.state
            account = self.accounts.given[-1]
            await case.publish(state, event, account.by, "已收到收款账户，正在退款", reason=account.reason)
            return
        if event == "refund_refused":
            case.tell_operator(event, "一笔投保款的退款被支付渠道拒绝，请核对")
            await case.publish(case.state, event, "system", "退款暂时没有成功，正在核对，仍会全额退回")
            return
        text = why or "款项无法退回原付款账户，请填写投保人的收款账户，收到后立即退款"
        case.tell("payee_needed", text if event == "payee_needed" else "还在等您填写收款账户，以便退款")
        case.tell_operator("refund_refused", "一笔投保款无法按原路退回")
        state = "payee_needed" if is_premium else case.state
        await case.publish(state, event, "system", why or "无法退回原付款账户，等待填写收款账户")
