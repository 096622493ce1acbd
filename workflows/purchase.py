"""Purchase (投保): underwriting before money, and money that ends in exactly one of a policy or a full refund."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.failures import failure_code, failure_message
from activities.insurer import InsurerSteps, IssueStep, UnderwriteStep, UnderwritingQuery
from activities.payments import PaymentSteps
from activities.purchases import IssuedCover, PurchaseRecord, PurchaseRecords
from insurance.adapters.ports import IssueOrder, PayOrder, Person, Proposal, Underwriting
from insurance.rules.cover import first_day_of_cover, last_day_of_cover
from insurance.rules.eligibility import renews
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import PaymentReceived, PurchaseOrder, PurchaseOutcome, RefundAccount, UnderwritingAnswer
from workflows.options import OUTSIDE, QUESTION, RECORDS, UNDERWRITING, pauses
from workflows.refunds import Accounts, FullRefund

UNDERWRITING_PAUSES = timedelta(seconds=30), timedelta(minutes=30)
UNDERWRITING_LIMIT = timedelta(days=1)
# The gateway is asked about an order when no notice came; each pause is twice the one before.
FIRST_PAYMENT_QUERY = timedelta(minutes=1)


@workflow.defn(name="purchase")
class PurchaseWorkflow:
    @workflow.init
    def __init__(self, order: PurchaseOrder) -> None:
        self._order = order
        self._state = "submitted"
        self._seq = 0
        self._journal = Journal()
        self._underwriting: Underwriting | None = None
        self._attempt = 0
        self._payment_url: str | None = None
        self._expires_at = order.submitted_at
        self._arrived: list[PaymentReceived] = []
        self._accepted: PaymentReceived | None = None
        self._returned: list[PaymentReceived] = []
        self._returning: list[asyncio.Task[None]] = []
        self._accounts = Accounts()
        self._refunded_fen = 0
        self._cancel_asked = False
        self._resume_asked = False
        self._issued: IssuedCover | None = None
        self._reason: tuple[str, str] | None = None

    @workflow.run
    async def run(self, order: PurchaseOrder) -> PurchaseOutcome:
        if await self._underwrite():
            await self._collect_premium()
        if self._accepted is not None:
            await self._turn_into_policy(self._accepted)
        await self._return_surplus()
        while not all(task.done() for task in self._returning):
            await workflow.wait_condition(lambda: self._money_waits() or all(t.done() for t in self._returning))
            await self._return_surplus()
        for task in self._returning:
            await task
        await workflow.wait_condition(workflow.all_handlers_finished)
        return PurchaseOutcome(self._state, self._issued.policy_no if self._issued else None)

    # --- underwriting -------------------------------------------------------------------------------------------------

    async def _underwrite(self) -> bool:
        """True when the insurer takes the risk."""
        asking = asyncio.create_task(self._ask_insurer())
        await self._publish("underwriting", "underwriting_started", "insurer", "保险公司正在核保")
        await workflow.wait_condition(lambda: asking.done() or self._cancel_asked)
        if not asking.done():
            asking.cancel()
            await self._publish("cancelled", "cancelled", "family", "您已取消投保，没有产生费用")
            return False
        answer = asking.result()
        if answer.status == "accepted":
            self._underwriting = answer
            return True
        self._reason = (answer.reason_code or "declined", answer.reason or "")
        why = f"（{answer.reason}）" if answer.reason else ""
        self._tell("declined", f"很抱歉，保险公司未能承保{why}，没有产生任何费用")
        await self._publish("declined", "declined", "insurer", "保险公司未能承保")
        return False

    async def _ask_insurer(self) -> Underwriting:
        try:
            answer = await self._unless_told(
                workflow.start_activity_method(
                    InsurerSteps.underwrite, UnderwriteStep(self._order.insurer_code, self._proposal()), **UNDERWRITING
                )
            )
            return answer if answer.status != "pending" else await self._await_late_answer(answer)
        except ActivityError as error:
            code = failure_code(error)
            if code == "unavailable":
                return _no_answer()
            return Underwriting("declined", "", code, failure_message(error))

    async def _await_late_answer(self, answer: Underwriting) -> Underwriting:
        """The insurer decides later: by callback, or when we ask again; after a day it counts as no answer."""
        deadline = workflow.now() + UNDERWRITING_LIMIT
        for pause in pauses(*UNDERWRITING_PAUSES):
            if workflow.now() >= deadline:
                break
            try:
                await workflow.wait_condition(lambda: self._underwriting is not None, timeout=pause)
            except TimeoutError:
                answer = await self._ask_insurer_again(answer)
            if self._underwriting is not None:
                return self._underwriting
            if answer.status != "pending":
                return answer
        return _no_answer()

    async def _ask_insurer_again(self, before: Underwriting) -> Underwriting:
        """What the insurer says now; the answer `before` when it can't be reached."""
        query = UnderwritingQuery(self._order.insurer_code, self._order.purchase_id)
        try:
            return await self._unless_told(
                workflow.start_activity_method(InsurerSteps.query_underwriting, query, **QUESTION)
            )
        except ActivityError as error:
            if failure_code(error) == "unavailable":
                return before
            raise

    async def _unless_told(self, asking: workflow.ActivityHandle[Underwriting]) -> Underwriting:
        """The step's answer, or the callback's when that is faster."""
        await workflow.wait_condition(lambda: asking.done() or self._underwriting is not None)
        if self._underwriting is None:
            return await asking
        asking.cancel()
        with suppress(ActivityError, asyncio.CancelledError):
            await asking
        return self._underwriting

    def _proposal(self) -> Proposal:
        order, application = self._order, self._order.application
        buyer, child, cover = application.applicant, application.insured, order.death_cover
        return Proposal(
            request_id=order.purchase_id,
            product_id=order.terms.product_id,
            premium_fen=order.terms.premium_fen,
            effective_date=application.requested_effective_date,
            relationship=application.relationship,
            applicant=Person(buyer.name, buyer.id_type, buyer.id_number, buyer.gender, buyer.birth_date, buyer.mobile),
            insured=Person(child.name, child.id_type, child.id_number, child.gender, child.birth_date),
            school_code=child.school_code,
            school_type=child.school_type,
            # what was counted against the minors' cap; the form may have forgotten some of it
            existing_death_cover_fen=cover.existing_fen if cover else application.existing_death_cover_fen,
        )

    # --- premium ------------------------------------------------------------------------------------------------------

    async def _collect_premium(self) -> None:
        """Until the premium is there (`_accepted`), the family cancels, or an expired order is not resumed in time."""
        while True:
            await self._open_payment()
            paid_in_time = await self._wait_for_payment()
            if paid_in_time == "paid":
                return
            if paid_in_time == "cancelled":
                await self._publish("cancelled", "cancelled", "family", "您已取消投保，没有产生费用")
                return
            self._tell("payment_expired", "支付已超时，您可以在“未完成投保”中继续支付")
            await self._publish("expired", "payment_expired", "system", "支付时间已过，尚未收到保费")
            if not await self._resumed():
                return

    async def _resumed(self) -> bool:
        """True when the family wants to pay after all; False when it is settled (paid late, cancelled, or lapsed)."""
        outcome = await self._wait_for_resume()
        if outcome == "cancelled":
            await self._publish("cancelled", "cancelled", "family", "您已取消投保，没有产生费用")
        elif outcome == "lapsed":
            self._reason = ("lapsed", "超过可继续支付的期限")
            await self._publish("cancelled", "lapsed", "system", "长时间未支付，本次投保已结束，没有产生费用")
        return outcome == "resumed"

    async def _open_payment(self) -> None:
        self._attempt += 1
        self._resume_asked = False
        self._expires_at = workflow.now() + timedelta(minutes=self._order.payment_minutes)
        terms = self._order.terms
        self._payment_url = await workflow.execute_local_activity_method(
            PaymentSteps.payment_page,
            PayOrder(self._out_trade_no, terms.premium_fen, terms.title, self._expires_at),
            **RECORDS,
        )
        self._tell("payment_open", "核保已通过，请在倒计时内完成支付")
        await self._publish("awaiting_payment", "payment_opened", "system", "核保通过，等待支付保费")

    async def _wait_for_payment(self) -> Literal["paid", "expired", "cancelled"]:
        pause = FIRST_PAYMENT_QUERY
        while workflow.now() < self._expires_at:
            timeout = min(pause, self._expires_at - workflow.now())
            try:
                await workflow.wait_condition(lambda: self._money_waits() or self._cancel_asked, timeout=timeout)
            except TimeoutError:
                if workflow.now() < self._expires_at:
                    await self._ask_gateway("query", QUESTION)
                pause *= 2
            if await self._accept_payment():
                return "paid"
            if self._cancel_asked:
                break
        await self._close_order()
        if await self._accept_payment():
            return "paid"
        return "cancelled" if self._cancel_asked else "expired"

    async def _wait_for_resume(self) -> Literal["paid", "resumed", "cancelled", "lapsed"]:
        deadline = workflow.now() + timedelta(days=self._order.resume_days)
        while workflow.now() < deadline:
            try:
                await workflow.wait_condition(
                    lambda: self._money_waits() or self._cancel_asked or self._resume_asked,
                    timeout=deadline - workflow.now(),
                )
            except TimeoutError:
                return "lapsed"
            if await self._accept_payment():
                return "paid"
            if self._cancel_asked:
                return "cancelled"
            if self._resume_asked:
                return "resumed"
        return "lapsed"

    async def _close_order(self) -> None:
        """Afterwards nobody can pay it. An order that the gateway will not close ends with its time."""
        if not await self._ask_gateway("close", OUTSIDE):
            await workflow.sleep(max(self._expires_at - workflow.now(), timedelta(0)))
            await self._ask_gateway("query", OUTSIDE)

    async def _ask_gateway(self, how: Literal["query", "close"], patience: dict[str, Any]) -> bool:
        """What the gateway itself says of the order: a notice may be late or lost. False when it does not say."""
        step = PaymentSteps.query_trade if how == "query" else PaymentSteps.close_trade
        try:
            trade = await workflow.execute_activity_method(step, self._out_trade_no, **patience)
        except ActivityError:
            return False
        if trade.status == "paid" and trade.trade_no and trade.amount_fen is not None and trade.paid_at:
            self._receive(PaymentReceived(trade.out_trade_no, trade.trade_no, trade.amount_fen, trade.paid_at))
        return True

    def _receive(self, payment: PaymentReceived) -> None:
        if all(payment.trade_no != known.trade_no for known in self._arrived):
            self._arrived.append(payment)

    def _money_waits(self) -> bool:
        return any(p not in self._returned and p != self._accepted for p in self._arrived)

    async def _accept_payment(self) -> bool:
        """Take the first payment of the right sum; anything else goes back at once."""
        if self._accepted is None:
            fits = [
                p for p in self._arrived if p not in self._returned and p.amount_fen == self._order.terms.premium_fen
            ]
            self._accepted = fits[0] if fits else None
            if self._accepted is not None:
                return True
        await self._return_surplus()
        return False

    async def _return_surplus(self) -> None:
        """Beside everything else, which a refund that takes its time must not hold up."""
        while surplus := [p for p in self._arrived if p not in self._returned and p != self._accepted]:
            self._returned.append(surplus[0])
            if workflow.patched("surplus-beside"):
                self._returning.append(asyncio.create_task(self._give_back(surplus[0], beside=True)))
            else:
                await self._give_back(surplus[0], beside=False)

    async def _give_back(self, payment: PaymentReceived, *, beside: bool) -> None:
        self._journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
        if beside:
            await self._publish(self._state, "payment_returning", "system", "收到一笔多付或迟付的款项，正在全额退回")
        await self._refund(payment, "多付或迟付的款项已全额退回")
        await self._publish(self._state, "payment_returned", "system", "一笔款项已全额退回")

    async def _refund(self, payment: PaymentReceived, text: str) -> None:
        """Returns when all of it is back, to be published with what follows."""
        returned = await FullRefund(payment, self._tell_of_refund, self._accounts).done()
        self._refunded_fen += payment.amount_fen
        now = workflow.now()
        self._journal.moved(f"back:{returned.key}", "refund", payment.amount_fen, returned.trade_no, now)
        self._tell("refunded", text)

    async def _tell_of_refund(self, payment: PaymentReceived, event: str) -> None:
        """The premium's own refund is seen in the state too; a surplus is given back in any."""
        is_premium = payment == self._accepted
        if event == "payee_taken":
            state = "refunding" if is_premium else self._state
            await self._publish(state, event, "family", "已收到收款账户，正在退款")
            return
        operator = f"role:operator:{self._order.insurer_code}"
        if event == "refund_refused":
            self._journal.tell(operator, event, "一笔投保款的退款被支付渠道拒绝，请核对", workflow.now())
            await self._publish(self._state, event, "system", "退款暂时没有成功，正在核对，仍会全额退回")
            return
        text = "款项无法退回原付款账户，请填写投保人的收款账户，收到后立即退款"
        self._tell("payee_needed", text if event == "payee_needed" else "还在等您填写收款账户，以便退款")
        self._journal.tell(operator, "refund_refused", "一笔投保款无法按原路退回", workflow.now())
        state = "payee_needed" if is_premium else self._state
        await self._publish(state, event, "system", "无法退回原付款账户，等待填写收款账户")

    # --- policy -------------------------------------------------------------------------------------------------------

    async def _turn_into_policy(self, payment: PaymentReceived) -> None:
        """Exactly one of the two: a policy, or all of it back."""
        issuing = None if self._cancel_asked else asyncio.create_task(self._ask_for_policy(payment))
        self._journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
        await self._publish("paid", "paid", "family", "已收到保费")
        if issuing is None:
            await self._refund_refused(payment, "cancelled", "您已取消投保")
            return
        try:
            self._issued = await issuing
        except ActivityError as error:
            await self._refund_refused(payment, failure_code(error), failure_message(error))
            return
        self._tell("issued", "投保成功，保单已生成")
        await self._publish("issued", "issued", "insurer", "保单已生成")

    async def _ask_for_policy(self, payment: PaymentReceived) -> IssuedCover:
        order = self._order
        assert self._underwriting is not None
        first = first_day_of_cover(order.terms, payment.paid_at, order.application.requested_effective_date)
        issued = await workflow.execute_activity_method(
            InsurerSteps.issue_policy,
            IssueStep(
                order.insurer_code,
                IssueOrder(
                    request_id=f"{order.purchase_id}-issue",
                    proposal_no=self._underwriting.proposal_no,
                    premium_fen=payment.amount_fen,
                    paid_at=payment.paid_at,
                    effective_date=first,
                    trade_no=payment.trade_no,
                ),
            ),
            **OUTSIDE,
        )
        return IssuedCover(
            policy_no=issued.policy_no,
            terms=order.terms,
            insured_digest=order.insured_digest,
            paid_at=payment.paid_at,
            out_trade_no=payment.out_trade_no,
            effective_date=first,
            ends_on=last_day_of_cover(order.terms, first),
            renewal=order.renewal or renews(first, order.insured_until),
            death_limit_fen=order.death_limit_fen,
            death_cover=order.death_cover,
        )

    async def _refund_refused(self, payment: PaymentReceived, code: str, message: str) -> None:
        """Paid, but there will be no policy: all of it goes back."""
        self._reason = (code, message)
        await self._publish("refunding", "refunding", "system", "未能出单，正在全额退款")
        await self._refund(payment, "未能出单，保费已全额退回")
        self._returned.append(payment)
        await self._publish("refunded", "refunded", "system", "保费已全额退回")

    # --- messages -----------------------------------------------------------------------------------------------------

    @workflow.signal
    def payment_noticed(self, payment: PaymentReceived) -> None:
        self._receive(payment)

    @workflow.signal
    def underwriting_answered(self, answer: UnderwritingAnswer) -> None:
        if answer.status != "pending" and self._underwriting is None:
            self._underwriting = Underwriting(answer.status, answer.proposal_no, answer.reason_code, answer.reason)

    @workflow.update
    async def cancel(self) -> None:
        """Answers once the order is closed at the gateway; a payment that was faster is given back in full, or asks for an account."""
        self._cancel_asked = True
        await workflow.wait_condition(lambda: self._state in FINAL or self._state == "payee_needed")

    @cancel.validator
    def _may_cancel(self) -> None:
        self._require("submitted", "underwriting", "awaiting_payment", "expired")

    @workflow.update
    async def resume(self) -> None:
        """A new payment page for an expired order."""
        self._resume_asked = True
        await workflow.wait_condition(lambda: not self._resume_asked or self._state in FINAL)

    @resume.validator
    def _may_resume(self) -> None:
        self._require("expired")

    @workflow.update
    async def set_account(self, account: RefundAccount) -> None:
        """For every refund that asks for one."""
        self._accounts.given.append(account)
        await workflow.wait_condition(self._accounts.all_taken)

    @set_account.validator
    def _may_set_account(self, account: RefundAccount) -> None:
        if not self._accounts.waiting:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")

    def _require(self, *states: str) -> None:
        if self._state not in states or self._cancel_asked:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")

    # --- record -------------------------------------------------------------------------------------------------------

    @property
    def _out_trade_no(self) -> str:
        return f"{self._order.purchase_id}-{self._attempt}"

    def _tell(self, kind: str, text: str) -> None:
        self._journal.tell(self._order.subject, kind, text, workflow.now())

    async def _publish(self, state: str, event: str, by: str, text: str) -> None:
        """Move to `state` and make it visible; nothing is promised to anybody before it stands in the table."""
        if state != self._state and not allowed("purchase", self._state, state):
            raise RuntimeError(f"purchase: {self._state} -> {state}")
        self._state = state
        self._seq += 1
        self._journal.event(event, by, text, workflow.now())
        await workflow.execute_local_activity_method(PurchaseRecords.publish_purchase, self._record(), **RECORDS)

    def _record(self) -> PurchaseRecord:
        order, payment, issued = self._order, self._accepted, self._issued
        code, message = self._reason or (None, None)
        return PurchaseRecord(
            purchase_id=order.purchase_id,
            subject=order.subject,
            insurer_code=order.insurer_code,
            product_id=order.terms.product_id,
            state=self._state,
            seq=self._seq,
            application=order.application,
            premium_fen=order.terms.premium_fen,
            payment_url=self._payment_url if self._state == "awaiting_payment" else None,
            out_trade_no=self._out_trade_no if self._attempt else None,
            expires_at=self._expires_at if self._attempt else None,
            paid_at=payment.paid_at if payment else None,
            refunded_fen=self._refunded_fen,
            effective_date=issued.effective_date if issued else None,
            policy_no=issued.policy_no if issued else None,
            reason_code=code,
            reason=message,
            created_at=order.submitted_at,
            updated_at=workflow.now(),
            entries=self._journal.take(),
            issued=issued,
        )


FINAL = frozenset({"declined", "issued", "refunded", "cancelled"})


def _no_answer() -> Underwriting:
    return Underwriting("declined", "", "insurer_no_answer", "保险公司一天内没有答复")
