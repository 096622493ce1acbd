"""The review (人工审核) that a claim waits for: a process of its own, which answers by signal, so that either may outlive a run."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from activities.review_rows import ReviewRecord
from workflows.claim_case import ClaimCase
from workflows.messages import ReviewAnswer, ReviewOrder, ReviewResult
from workflows.review_opening import opening


class ClaimReview:
    """At most one is open. Claims that began before reviews answered wait for their child instead."""

    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        continued = case.order.continued
        self._result: ReviewResult | None = continued.answer if continued else None
        self._child: workflow.ChildWorkflowHandle[Any, ReviewResult] | None = None

    async def begin(self, excluded: tuple[str, ...]) -> ReviewRecord | None:
        """`excluded`: adjusters who may not take it. The record that shows it in the queue, unless it shows itself."""
        self._result = None
        review_id = self._case.review_id
        assert review_id is not None
        # by name: importing its file would load it into the claim's sandbox
        if workflow.patched("reviews-answer"):
            self._case.reviewing = True
            order = review_order(self._case, review_id, excluded, answers=True)
            order = replace(order, shown=workflow.patched("review-first"))
            abandon = workflow.ParentClosePolicy.ABANDON
            await workflow.start_child_workflow("review", order, id=review_id, parent_close_policy=abandon)
            return opening(order) if order.shown else None
        order = review_order(self._case, review_id, excluded)
        self._child = await workflow.start_child_workflow("review", order, id=review_id, result_type=ReviewResult)
        return None

    @property
    def answer(self) -> ReviewResult | None:
        return self._result

    def take_answer(self, answer: ReviewAnswer) -> None:
        if answer.review_id == self._case.review_id:
            self._result, self._case.reviewing = answer.result, False

    @property
    def is_open(self) -> bool:
        return self._case.reviewing or (self._child is not None and not self._child.done())

    async def result(self) -> ReviewResult:
        """When it has ended. ReviewResult(None, None): nothing was decided."""
        if self._child is not None:
            return await self._child
        await workflow.wait_condition(lambda: not self.is_open)
        return self._result or ReviewResult(None, None)

    async def tell(self, signal: str, *args: object) -> None:
        """There is nobody to tell when the review ended at the same moment."""
        if not self.is_open:
            return
        with suppress(ApplicationError):
            await self._signal(signal, args)

    async def _signal(self, signal: str, args: Sequence[object]) -> None:
        if self._child is not None:
            await self._child.signal(signal, args=args)
        else:
            assert self._case.review_id is not None
            review = workflow.get_external_workflow_handle(self._case.review_id)
            await review.signal(signal, args=args)


async def open_quality_review(case: ClaimCase) -> None:
    """It goes on by itself; payment does not wait for it. One that is open already sees what was decided again."""
    review_id = f"{case.order.claim_id}-q{case.round}"
    order = replace(review_order(case, review_id, ()), kind="quality")
    abandon = workflow.ParentClosePolicy.ABANDON
    with suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow("quality_review", order, id=review_id, parent_close_policy=abandon)


def review_order(case: ClaimCase, review_id: str, excluded: tuple[str, ...], *, answers: bool = False) -> ReviewOrder:
    order = case.order
    assert case.assessment is not None
    return ReviewOrder(
        review_id=review_id,
        claim_id=order.claim_id,
        insurer_code=order.insurer_code,
        assessment=case.assessment,
        second_adjuster_from_fen=order.terms.second_adjuster_from_fen,
        excluded=excluded,
        # a new fact, or another adjuster's look at a dispute, may need others
        papers_asked=any(case.since_clocks_began(asked.at) for asked in case.papers_requests),
        opened_at=workflow.now(),
        due_at=workflow.now() + timedelta(days=order.review_days),
        patient_state=order.report.patient_state,
        refusal_second_above_fen=order.terms.small_claim_fen,
        answers=answers,
        critical_illness=order.report.critical_illness,
        family=order.subject,
        decided_last=case.undone[-1].adjusters if excluded and case.undone else (),
    )
