"""Quality review (质量抽查) of an automatic approval: beside the payment, which never waits for it. It changes no decision; a
disagreement stands in the claim's history and is counted."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.review_rows import Verdict
from activities.reviews import Remark, ReviewRecords
from workflows.messages import QualityJudgement, QualityOutcome, ReviewOrder
from workflows.options import RECORDS
from workflows.review_desk import AtADesk, ReviewDesk

DISAGREED = "质量抽查对本次自动审核提出了意见，已记录，不影响您的赔款"


@workflow.defn(name="quality_review")
class QualityReviewWorkflow(AtADesk):
    @workflow.init
    def __init__(self, order: ReviewOrder) -> None:
        self._order = order
        self._desk = ReviewDesk(order)

    @workflow.run
    async def run(self, order: ReviewOrder) -> QualityOutcome:
        await self._desk.opened()
        while not self._desk.is_over:
            await self._desk.wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        verdict = self._desk.verdict
        if verdict is not None and not verdict.agrees:
            await self._tell_claim(verdict)
        return QualityOutcome(verdict.agrees if verdict else None)

    @workflow.update
    async def judge(self, judgement: QualityJudgement) -> None:
        actor = judgement.actor
        self._desk.verdict = Verdict(judgement.agrees, judgement.reason, actor.subject, workflow.now())
        text = "同意自动审核结果" if judgement.agrees else "不同意自动审核结果"
        await self._desk.end("decided", "quality_judged", actor.label, text, judgement.reason)

    @judge.validator
    def _may_judge(self, judgement: QualityJudgement) -> None:
        self._desk.require_holder(judgement.actor)
        if not judgement.agrees and not judgement.reason.strip():
            raise ApplicationError("不同意时请写明原因", "reason", type="reason_required")

    async def _tell_claim(self, verdict: Verdict) -> None:
        """To its process while that runs; into its record once it is over."""
        by = f"adjuster:{verdict.by}"
        remark = Remark(self._order.claim_id, "quality_disagreed", by, DISAGREED, verdict.reason, workflow.now())
        while not await workflow.execute_local_activity_method(ReviewRecords.remark_on_claim, remark, **RECORDS):
            try:
                claim = workflow.get_external_workflow_handle(self._order.claim_id)
                await claim.signal("remark", remark)
                return
            except ApplicationError:
                # it ended at this moment: its record says so soon
                await workflow.sleep(timedelta(seconds=5))
