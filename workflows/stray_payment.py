"""A stray payment (DOMAIN T4): money for an order whose purchase has ended, or never was, goes back in full, once."""

from temporalio import workflow

from activities.stray import Late, LateState, StrayPayments, StrayRecord, process_of
from workflows.journal import Journal
from workflows.messages import PaymentReceived, StrayOutcome, StrayPayment
from workflows.options import RECORDS
from workflows.refunds import FullRefund


@workflow.defn(name="stray_payment")
class StrayPaymentWorkflow:
    def __init__(self) -> None:
        self._journal = Journal()
        self._purchase_id: str | None = None

    @workflow.run
    async def run(self, stray: StrayPayment) -> StrayOutcome:
        payment, self._purchase_id = stray.payment, stray.purchase_id
        if await workflow.execute_local_activity_method(StrayPayments.is_known, payment.trade_no, **RECORDS):
            return StrayOutcome("known")
        journal = self._journal
        journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
        if workflow.patched("stray-in-the-books"):
            journal.event("stray_payment", "system", "收到一笔没有对应投保的款项，正在按原路全额退回", workflow.now())
            await self._publish(payment, "returning")
        returned = await FullRefund(payment, self._tell_operator).done()
        now = workflow.now()
        journal.event("stray_payment_returned", "system", "一笔没有对应投保的款项已按原路全额退回", now)
        journal.moved(f"back:{returned.key}", "refund", payment.amount_fen, returned.trade_no, now)
        await self._publish(payment, "returned")
        return StrayOutcome("refunded")

    async def _tell_operator(self, payment: PaymentReceived, *_: str) -> None:
        """Whoever paid it is not known here: the gateway's operator is asked to find another way."""
        text = "一笔没有对应投保的款项无法按原路退回，请与支付渠道核对"
        self._journal.event("stray_refund_refused", "system", text, workflow.now())
        self._journal.tell("role:operator", "refund_refused", text, workflow.now())
        await self._publish(payment, "check")

    async def _publish(self, payment: PaymentReceived, state: LateState) -> None:
        late = Late(payment.amount_fen, payment.paid_at, state, workflow.now())
        record = StrayRecord(process_of(payment.trade_no), self._journal.take(), self._purchase_id, late)
        await workflow.execute_local_activity_method(StrayPayments.publish_stray, record, **RECORDS)
