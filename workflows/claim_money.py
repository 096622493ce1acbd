"""The money of a claim (赔款): who gets it, transfer by transfer; what an account can't take waits for another one."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

from insurance.rules.cover import shanghai_day
from insurance.rules.decision import taken
from insurance.rules.payees import another_account
from insurance.rules.shares import parse_shares, split
from workflows.claim_case import ClaimCase
from workflows.payouts import is_called_off, transfer

REMIND_OF_PAYEE = timedelta(days=7)


async def pay(case: ClaimCase) -> None:
    """Pay what the decision owes and is not paid yet; ends in `paid` or `payee_needed`."""
    assert case.decision is not None
    await case.move("paying", "paying", "system", "正在支付赔款")
    due = max(0, case.decision.payable_fen - case.paid_before_this_round)
    if due and not case.payees:
        await _ask_for_payee(case, "请填写收款账户，收到后立即支付")
        return
    # an heir may have got more in advance than the decision gives: it is not paid out once more to the others
    left = due - sum(case.advanced_fen(index) + case.settled_fen(index) for index in range(len(case.payees)))
    is_unproven = due > 0 and not case.may_be_paid and (left > 0 or not workflow.patched("nothing-left"))
    if is_unproven and workflow.patched("pay-the-proven"):
        others = "请填写投保人本人的账户；由他人领取的，请先上传关系证明或授权委托书"
        await _ask_for_payee(case, "请先上传继承人声明或关系证明" if case.is_deceased else others)
        return
    if left > 0 and case.payees_unseen and workflow.patched("payees-looked-at"):
        await _ask_for_look(case)
        return
    text, is_owed = _told_as_paid(case, due, left), left > 0
    for index, share_fen in enumerate(split(due, parse_shares([p.share for p in case.payees])) if due else ()):
        amount_fen = min(share_fen - case.advanced_fen(index), left)
        if amount_fen <= 0 or case.is_paid(index):
            continue
        if not await transfer(case, index, amount_fen):
            if is_called_off(case):
                # others are named, or another account: what holds for them is looked at anew
                await pay(case)
                return
            await _ask_for_payee(case, another_account(case.payouts[-1].reason_code, "赔款"))
            return
        left -= amount_fen
    case.paid_lines = taken(case.decision.lines, case.paid_lines)
    if due:
        case.tell("paid", "赔款已支付，请查收" if is_owed else text)
    await case.move("paid", "paid", "system", text, limits=case.used())


def _told_as_paid(case: ClaimCase, due: int, left: int) -> str:
    """What was paid before, in advance or in another round, is not paid anew."""
    if left > 0:
        return "赔款已支付"
    if not due or case.last_paid_at is None:
        return "没有需要补付的金额"
    day = shanghai_day(case.last_paid_at)
    return f"应付的赔款已于{day.month}月{day.day}日全部支付，没有需要补付的金额"


async def await_look(case: ClaimCase, is_over: Callable[[], bool]) -> None:
    """Until somebody of the insurer has looked, or others are named. The clock of the payment runs on; the lead hears of it again."""
    try:
        await workflow.wait_condition(is_over, timeout=REMIND_OF_PAYEE)
    except TimeoutError:
        tell_lead(case)
        await case.note("look_reminded", "system", "已再次提醒核对收款人")


async def await_payee(case: ClaimCase, interrupted: Callable[[], bool]) -> None:
    """What is owed stays owed: this wait has reminders instead of an end. Returns when there is an account, or was interrupted."""
    try:
        await workflow.wait_condition(lambda: not case.payee_wanted or interrupted(), timeout=REMIND_OF_PAYEE)
    except TimeoutError:
        case.tell("payee_needed", "还在等您填写收款账户，收到后立即支付")
        await case.note("payee_reminded", "system", "已再次提醒填写收款账户")


async def _ask_for_payee(case: ClaimCase, text: str) -> None:
    case.payee_wanted = True
    case.tell("payee_needed", text)
    await case.move("payee_needed", "payee_needed", "system", text)


async def _ask_for_look(case: ClaimCase) -> None:
    """Nobody is paid on the word of a paper that only the family has seen."""
    text = "已收到收款人信息，理赔员核对后支付"
    tell_lead(case)
    case.tell("payee_to_confirm", text)
    case.payees_to_confirm = case.payees
    await case.move("payee_needed", "payee_to_confirm", "system", text)


def tell_lead(case: ClaimCase) -> None:
    text = (
        "决定之后填写的收款人由关系证明或授权委托书证明，请核对材料并确认，确认后才会支付；有疑问的，请撤销决定重新审核"
    )
    case.tell_staff("lead", "payee_to_confirm", text)
