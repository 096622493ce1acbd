"""What the insurer (保险公司) hears of a claim: the report (报案) and how it ended (结案)."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.insurer import CloseClaimStep, InsurerSteps, ReportStep
from insurance.adapters.ports import ClaimReport, ClaimResult
from workflows.claim_case import ClaimCase
from workflows.options import OUTSIDE


async def report(case: ClaimCase) -> None:
    """The insurer's report number (报案号); the family goes on meanwhile."""
    order, told = case.order, case.order.report
    request = ClaimReport(
        order.claim_id, order.policy_no, told.event, told.accident_at, told.accident_region, told.patient_state
    )
    try:
        case.report_no = await case.unless_over(
            workflow.start_activity_method(
                InsurerSteps.report_claim, ReportStep(order.insurer_code, request), **OUTSIDE
            )
        )
    except ActivityError:
        await case.note("report_refused", "insurer", "保险公司未登记报案，已转人工处理，不影响您提交材料")
        return
    if case.report_no is not None:
        await case.note("reported", "insurer", "保险公司已登记报案")


async def close(case: ClaimCase) -> None:
    """A claim that was paid or refused, or taken back. Nothing to tell when the insurer never took the report."""
    if case.report_no is None:
        return
    order, is_withdrawn = case.order, case.state == "withdrawn"
    assert is_withdrawn or case.decision is not None
    outcome = "withdrawn" if is_withdrawn or case.decision is None else case.decision.outcome
    result = ClaimResult(
        f"{order.claim_id}-close-{case.round}", case.report_no, outcome, case.paid_fen, case.last_paid_at
    )
    try:
        await workflow.execute_activity_method(
            InsurerSteps.close_claim, CloseClaimStep(order.insurer_code, result), **OUTSIDE
        )
    except ActivityError:
        told = "close_refused", "insurer", "保险公司未登记结案，已转人工处理"
        if is_withdrawn:
            await case.note(*told)
        else:
            # the move that follows tells it
            case.journal.event(*told, workflow.now())
