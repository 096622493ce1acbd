"""The wait for a policy (出单): the insurer is asked again under one number; who waits is told, and it has an end."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.failures import failure_code, failure_message
from activities.purchases import IssuedCover
from insurance.rules.days import SHANGHAI
from insurance.rules.issuing import IssueCall, issue_plan
from workflows.options import OUTSIDE
from workflows.purchase_case import PurchaseCase

# one question to the insurer, with how long it may take
Ask = Callable[[dict[str, Any]], Awaitable[IssuedCover]]


async def until_issued(case: PurchaseCase, first_day: date, ask: Ask) -> IssuedCover:
    """Raises ActivityError when the insurer refuses, or has not answered in `issue_days`. No timer runs beside the question: its own
    limit is the next call's, so that a purchase which goes as it should costs nothing more."""
    if case.order.issue_days is None:
        return await ask(OUTSIDE)
    plan = issue_plan(workflow.now(), first_day, case.order.issue_days)
    for call in plan.calls:
        try:
            return await ask(_until(call.at))
        except ActivityError as error:
            if _is_refused(error):
                raise
        await _say(case, call, plan.gives_up_at)
    return await ask(_until(plan.gives_up_at))


def why_not_issued(case: PurchaseCase, error: ActivityError) -> tuple[str, str]:
    """(code, words). What the insurer never answered it may have done: its operator is asked to look."""
    if _is_refused(error):
        return failure_code(error), failure_message(error)
    text = "一笔投保在期限内没有出单，保费已全额退回，请确认保险公司没有生成保单"
    case.tell_operator("issue_given_up", text)
    return "issue_overdue", "保险公司没有按时出单"


def number_taken(case: PurchaseCase) -> tuple[str, str]:
    """(code, words). What stands at the insurer can't be cancelled from here: its number is somebody else's policy."""
    case.stays_paid()
    text = "一笔投保收到的保单号已属于另一份保单，没有出单，保费全额退回；请核对保单号，并作废保险公司多出的保单"
    case.tell_operator("policy_no_taken", text)
    case.journal.tell("role:operator", "policy_no_taken", text, workflow.now())
    return "policy_no_taken", "保险公司出单有误，未能生成保单"


def _is_refused(error: ActivityError) -> bool:
    cause = error.__cause__
    return isinstance(cause, ApplicationError) and cause.non_retryable


def _until(at: datetime) -> dict[str, Any]:
    return {**OUTSIDE, "schedule_to_close_timeout": max(at - workflow.now(), timedelta(seconds=1))}


async def _say(case: PurchaseCase, call: IssueCall, gives_up_at: datetime) -> None:
    until = gives_up_at.astimezone(SHANGHAI)
    promise = f"正在催办；到{until.month}月{until.day}日{until.hour}时仍未出单，保费会全额退回"
    begins = "保障期间将要开始而" if call.kind == "cover_not_begun" else ""
    asked = f"一笔已缴费的投保{begins}还没有出单，请向保险公司查询"
    if call.kind == "issue_escalated":
        # the platform's
        case.journal.tell("role:operator", call.kind, asked, workflow.now())
    else:
        case.tell_operator(call.kind, asked)
        not_covered = "保单没有生成，保障还没有生效，" if begins else "保险公司还没有出单，"
        case.tell(call.kind, f"已收到保费，{not_covered}{promise}")
    await case.publish(case.state, call.kind, "system", "保险公司还没有出单，正在催办")
