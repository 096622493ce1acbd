"""Giving money back (退款): asked for with one key until the gateway has done it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.payments import PaymentSteps, RefundStep
from workflows.messages import PaymentReceived
from workflows.options import OUTSIDE, pauses

PENDING_PAUSES = timedelta(seconds=30), timedelta(hours=4)
REFUSED_PAUSES = timedelta(hours=1), timedelta(days=1)


async def refund(step: RefundStep) -> None:
    """Returns when the money is back. Raises ActivityError when the gateway refuses for good (a closed account)."""
    for pause in pauses(*PENDING_PAUSES):
        answer = await workflow.execute_activity_method(PaymentSteps.refund, step, **OUTSIDE)
        if answer.status == "done":
            return
        await workflow.sleep(pause)


async def refund_in_full(payment: PaymentReceived) -> None:
    """All of one payment, by its original route. A refusal is tried again for as long as it takes: the money is not ours."""
    step = RefundStep(payment.out_trade_no, f"{payment.out_trade_no}-back", payment.amount_fen, "投保款退回")
    for pause in pauses(*REFUSED_PAUSES):
        try:
            await refund(step)
        except ActivityError:
            await workflow.sleep(pause)
        else:
            return
