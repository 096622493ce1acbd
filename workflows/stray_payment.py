"""A stray payment (DOMAIN T4): money for an order whose purchase has ended, or never was, goes back in full, once."""

from temporalio import workflow

from activities.stray import StrayPayments, StrayRecord
from workflows.journal import Journal
from workflows.messages import StrayOutcome, StrayPayment
from workflows.options import RECORDS
from workflows.refunds import refund_in_full


@workflow.defn(name="stray_payment")
class StrayPaymentWorkflow:
    @workflow.run
    async def run(self, stray: StrayPayment) -> StrayOutcome:
        payment = stray.payment
        if await workflow.execute_local_activity_method(StrayPayments.is_known, payment.trade_no, **RECORDS):
            return StrayOutcome("known")
        await refund_in_full(payment)
        journal = Journal()
        now = workflow.now()
        journal.event("stray_payment_returned", "system", "一笔没有对应投保的款项已按原路全额退回", now)
        journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
        journal.moved(f"back:{payment.trade_no}", "refund", payment.amount_fen, payment.trade_no, now)
        record = StrayRecord(f"stray-{payment.trade_no}", journal.take())
        await workflow.execute_local_activity_method(StrayPayments.publish_stray, record, **RECORDS)
        return StrayOutcome("refunded")
