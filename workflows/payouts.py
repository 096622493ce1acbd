"""Paying out (赔款支付): one transfer under one number, followed until the gateway says how it ended."""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.failures import failure_message
from activities.payments import PaymentSteps
from insurance.adapters.ports import Transfer, TransferOrder
from insurance.rules.case import Payout
from workflows.claim_case import ClaimCase
from workflows.options import OUTSIDE, pauses

PENDING_PAUSES = timedelta(seconds=30), timedelta(hours=4)


async def transfer(case: ClaimCase, index: int, amount_fen: int, *, advance: bool = False) -> bool:
    """Pay one payee's share. False when the account can't take it: nothing moved, and another account gets another number."""
    payee = case.payees[index]
    out_biz_no = f"{case.order.claim_id}-{case.round}-{index}-{case.attempts(index)}"
    payout = Payout(out_biz_no, case.round, index, amount_fen, "paying", advance=advance)
    case.put_payout(payout)
    order = TransferOrder(out_biz_no, amount_fen, payee.kind, payee.account, payee.name, "学平险理赔款")
    try:
        done = await followed(order)
    except ActivityError as error:
        case.put_payout(replace(payout, state="failed", reason=failure_message(error)))
        return False
    if done.status == "failed":
        case.put_payout(replace(payout, state="failed", reason=done.reason, reason_code=done.reason_code))
        return False
    paid_at = done.paid_at or workflow.now()
    case.put_payout(replace(payout, state="paid", paid_at=paid_at))
    case.journal.moved(f"out:{out_biz_no}", "payout", amount_fen, done.order_id, paid_at)
    return True


async def followed(order: TransferOrder) -> Transfer:
    """`pending` is neither paid nor failed: ask until it is one of them. The same number never pays twice."""
    answer: Transfer = await workflow.execute_activity_method(PaymentSteps.pay_out, order, **OUTSIDE)
    for pause in pauses(*PENDING_PAUSES):
        if answer.status in ("paid", "failed"):
            break
        await workflow.sleep(pause)
        answer = await workflow.execute_activity_method(PaymentSteps.query_payout, order.out_biz_no, **OUTSIDE)
        if answer.status == "not_found":
            answer = await workflow.execute_activity_method(PaymentSteps.pay_out, order, **OUTSIDE)
    return answer
