"""Paying out (赔款支付): one transfer under one number, followed until the gateway says how it ended."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.failures import failure_code
from activities.payments import PaymentSteps
from insurance.adapters.ports import Transfer, TransferOrder
from insurance.rules.case import Payout
from insurance.rules.payees import CALLED_OFF, NOT_TAKEN, is_of_account, why_not_paid
from workflows.claim_case import ClaimCase
from workflows.options import OUTSIDE, pauses

PENDING_PAUSES = timedelta(seconds=30), timedelta(hours=4)
REFUSED_PAUSES = timedelta(hours=1), timedelta(days=1)
TOLD_EVERY = timedelta(days=7)


async def transfer(
    case: ClaimCase,
    index: int,
    amount_fen: int,
    *,
    advance: bool = False,
    is_outdated: Callable[[], bool] = lambda: False,
) -> bool:
    """Pay one payee's share. False when the account can't take it: nothing moved, and another account gets another number. Any other
    refusal is the payer's to mend: the operator hears of it, and it is tried until the money has gone, while the clocks run on. False
    as well when it is outdated before it is tried again, or the payee another one: it is called off (`is_called_off`), nothing moved."""
    payee, told_at, is_off = case.payees[index], None, False
    payout = _paying(case, index, amount_fen, advance)

    def is_void() -> bool:
        return is_outdated() or case.payees[index : index + 1] != (payee,) or _is_former(case, payout)

    for pause in pauses(*REFUSED_PAUSES):
        order = TransferOrder(payout.out_biz_no, amount_fen, payee.kind, payee.account, payee.name, "学平险理赔款")
        done = await (_become_of(order) if is_off else answered(order))
        if done.status == "paid":
            _book(case, payout, done)
            return True
        if is_off and done.status in ("failed", "not_found"):
            _call_off(case, payout, done)
            return False
        if is_of_account(done.reason_code) or not workflow.patched(f"payers-fault-{case.round}-{len(case.payouts)}"):
            reason = why_not_paid(done.reason_code)
            case.put_payout(replace(payout, state="failed", reason=reason, reason_code=done.reason_code))
            return False
        if done.status == "failed":
            # this number is over; the next one holds its place from now on, unless others are to be paid by now
            case.put_payout(replace(payout, state="failed", reason=NOT_TAKEN, reason_code=done.reason_code))
            if case.payouts[-1].former:
                return False
            payout = _paying(case, index, amount_fen, advance)
        case.put_payout(replace(payout, reason=NOT_TAKEN, reason_code=done.reason_code))
        if told_at is None or workflow.now() - told_at >= TOLD_EVERY:
            told_at = workflow.now()
            await _tell_of_refusal(case, done)
        if workflow.patched(f"still-owed-{case.round}-{len(case.payouts)}"):
            is_off = await _rested(case, pause, is_void, is_off)
        else:
            await workflow.sleep(pause)
    raise AssertionError("pauses do not end")


def is_called_off(case: ClaimCase) -> bool:
    """Whether that is why the last transfer moved nothing."""
    return bool(case.payouts) and case.payouts[-1].called_off


def _call_off(case: ClaimCase, payout: Payout, done: Transfer) -> None:
    off = replace(payout, state="failed", reason=CALLED_OFF, reason_code=done.reason_code, called_off=True)
    case.put_payout(off)


async def _rested(case: ClaimCase, pause: timedelta, is_void: Callable[[], bool], was_off: bool) -> bool:
    """Whether it is void, after the pause or as soon as it becomes so."""
    case.is_resting = not was_off
    with suppress(TimeoutError):
        await workflow.wait_condition(lambda: not was_off and is_void(), timeout=pause)
    case.is_resting = False
    return was_off or is_void()


def _is_former(case: ClaimCase, payout: Payout) -> bool:
    return any(p.former for p in case.payouts if p.out_biz_no == payout.out_biz_no)


async def _become_of(order: TransferOrder) -> Transfer:
    """What the gateway knows of a number that is not sent again. Where it doesn't say, money may be moving, and it is asked later."""
    try:
        answer: Transfer = await workflow.execute_activity_method(
            PaymentSteps.query_payout, order.out_biz_no, **OUTSIDE
        )
    except ActivityError as error:
        return Transfer(order.out_biz_no, "pending", reason_code=failure_code(error))
    return answer


def _paying(case: ClaimCase, index: int, amount_fen: int, advance: bool) -> Payout:
    out_biz_no = f"{case.order.claim_id}-{case.round}-{index}-{case.attempts(index)}"
    payout = Payout(out_biz_no, case.round, index, amount_fen, "paying", advance=advance)
    case.put_payout(payout)
    return payout


async def answered(order: TransferOrder) -> Transfer:
    """`paid`, `failed` (this number moves nothing any more), or `not_found`: refused, and the same number may be asked for again."""
    try:
        return await followed(order)
    except ActivityError as error:
        return Transfer(order.out_biz_no, "not_found", reason_code=failure_code(error))


def _book(case: ClaimCase, payout: Payout, done: Transfer) -> None:
    paid_at = done.paid_at or workflow.now()
    case.put_payout(replace(payout, state="paid", paid_at=paid_at))
    case.journal.moved(f"out:{payout.out_biz_no}", "payout", payout.amount_fen, done.order_id, paid_at)


async def _tell_of_refusal(case: ClaimCase, done: Transfer) -> None:
    text = f"支付渠道没有办理一笔赔款（{done.reason_code}），与家长的收款账户无关：请检查付款账户的余额、限额、权限和设置；"
    case.tell_staff("operator", "payout_refused", f"{text}系统会继续支付，期限照常计算")
    await case.note("payout_refused", "system", f"{NOT_TAKEN}，您不用做什么")


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
