"""Underwriting (核保): the insurer is asked, answers at once or later, and after a day of silence counts as having declined."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.failures import failure_code, failure_message
from activities.insurer import InsurerSteps, UnderwriteStep, UnderwritingQuery
from insurance.adapters.ports import Person, Proposal, Underwriting
from workflows.options import QUESTION, UNDERWRITING, pauses
from workflows.purchase_case import PurchaseCase

UNDERWRITING_PAUSES = timedelta(seconds=30), timedelta(minutes=30)
UNDERWRITING_LIMIT = timedelta(days=1)


async def underwrite(case: PurchaseCase) -> bool:
    """True when the insurer takes the risk."""
    asking = asyncio.create_task(_ask_insurer(case))
    await case.publish("underwriting", "underwriting_started", "insurer", "保险公司正在核保")
    await workflow.wait_condition(lambda: asking.done() or case.cancel_asked)
    if not asking.done():
        asking.cancel()
        await case.publish("cancelled", "cancelled", "family", "您已取消投保，没有产生费用")
        return False
    answer = asking.result()
    if answer.status == "accepted":
        case.underwriting = answer
        return True
    case.reason = (answer.reason_code or "declined", answer.reason or "")
    why = f"（{answer.reason}）" if answer.reason else ""
    case.tell("declined", f"很抱歉，保险公司未能承保{why}，没有产生任何费用")
    await case.publish("declined", "declined", "insurer", "保险公司未能承保")
    return False


async def _ask_insurer(case: PurchaseCase) -> Underwriting:
    try:
        answer = await _unless_told(
            case,
            workflow.start_activity_method(
                InsurerSteps.underwrite, UnderwriteStep(case.order.insurer_code, _proposal(case)), **UNDERWRITING
            ),
        )
        return answer if answer.status != "pending" else await _await_late_answer(case, answer)
    except ActivityError as error:
        code = failure_code(error)
        if code == "unavailable":
            return _no_answer()
        return Underwriting("declined", "", code, failure_message(error))


async def _await_late_answer(case: PurchaseCase, answer: Underwriting) -> Underwriting:
    """The insurer decides later: by callback, or when we ask again; after a day it counts as no answer."""
    deadline = workflow.now() + UNDERWRITING_LIMIT
    for pause in pauses(*UNDERWRITING_PAUSES):
        if workflow.now() >= deadline:
            break
        try:
            await workflow.wait_condition(lambda: case.underwriting is not None, timeout=pause)
        except TimeoutError:
            answer = await _ask_insurer_again(case, answer)
        if case.underwriting is not None:
            return case.underwriting
        if answer.status != "pending":
            return answer
    return _no_answer()


async def _ask_insurer_again(case: PurchaseCase, before: Underwriting) -> Underwriting:
    """What the insurer says now; the answer `before` when it can't be reached."""
    query = UnderwritingQuery(case.order.insurer_code, case.order.purchase_id)
    try:
        return await _unless_told(
            case, workflow.start_activity_method(InsurerSteps.query_underwriting, query, **QUESTION)
        )
    except ActivityError as error:
        if failure_code(error) == "unavailable":
            return before
        raise


async def _unless_told(case: PurchaseCase, asking: workflow.ActivityHandle[Underwriting]) -> Underwriting:
    """The step's answer, or the callback's when that is faster."""
    await workflow.wait_condition(lambda: asking.done() or case.underwriting is not None)
    if case.underwriting is None:
        return await asking
    asking.cancel()
    with suppress(ActivityError, asyncio.CancelledError):
        await asking
    return case.underwriting


def _proposal(case: PurchaseCase) -> Proposal:
    order, application = case.order, case.order.application
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


def _no_answer() -> Underwriting:
    return Underwriting("declined", "", "insurer_no_answer", "保险公司一天内没有答复")
