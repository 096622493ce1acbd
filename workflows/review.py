"""Review (人工审核): an adjuster takes a claim, corrects, asks once for what is missing, decides; two adjusters decide large sums and
the refusal of all but small ones."""

from contextlib import suppress
from dataclasses import replace

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from insurance.rules.case import Assessment, Decision, PapersRequest
from insurance.rules.decision import (
    NotDecidable,
    check_words,
    decide_by_adjuster,
    decided_sum,
    given,
    needs_second_adjuster,
    why,
)
from insurance.rules.skills import GRAVE
from workflows.messages import (
    DecisionOrder,
    PapersOrder,
    Reminder,
    ReviewAnswer,
    ReviewOrder,
    ReviewResult,
)
from workflows.review_desk import AtADesk, ReviewDesk

OUTCOMES = {"full": "全额赔付", "partial": "部分赔付", "refused": "拒赔"}


@workflow.defn(name="review")
class ReviewWorkflow(AtADesk):
    @workflow.init
    def __init__(self, order: ReviewOrder) -> None:
        self._order = order
        self._desk = ReviewDesk(order)
        self._first: DecisionOrder | None = None
        self._result = ReviewResult(None, None)

    @workflow.run
    async def run(self, order: ReviewOrder) -> ReviewResult:
        await self._desk.opened()
        while not self._desk.is_over:
            await self._desk.wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if order.answers:
            await self._answer()
            await workflow.wait_condition(workflow.all_handlers_finished)
        return self._result

    async def _answer(self) -> None:
        """To the claim, whichever run of it waits."""
        answer = ReviewAnswer(self._order.review_id, self._result)
        claim: workflow.ExternalWorkflowHandle[object] = workflow.get_external_workflow_handle(self._order.claim_id)
        # one that has ended needs no answer
        with suppress(ApplicationError):
            await claim.signal("review_answered", answer)

    # --- what adjusters do --------------------------------------------------------------------------------------------

    @workflow.update
    async def request_documents(self, order: PapersOrder) -> None:
        self._result = ReviewResult(None, PapersRequest(order.kinds, order.comment, order.actor.label, workflow.now()))
        by, reason = order.actor.label, "；".join(filter(None, (order.new_fact, order.comment)))
        await self._desk.end("waiting_documents", "review_papers_requested", by, "已请家长补充材料", reason)

    @request_documents.validator
    def _may_request_documents(self, order: PapersOrder) -> None:
        self._desk.require_holder(order.actor)
        if self._order.papers_asked and not (order.actor.lead and order.new_fact):
            raise ApplicationError(
                "补充材料只能一次性通知；再次通知须由主管说明新情况", type="papers_already_requested"
            )

    @workflow.update
    async def decide(self, order: DecisionOrder) -> None:
        """What takes two adjusters waits for the second one, who decides alike or sends it back to the queue."""
        outcome, by = OUTCOMES[order.outcome], order.actor.label
        if self._first is None and self._needs_second(order):
            await self._wait_for_second(order)
        elif self._first is not None and not self._is_alike(self._first, order):
            self._first = self._desk.first = self._desk.adjuster = None
            text = f"第二人认为应{outcome}，两人不一致，退回重新审核"
            await self._desk.publish("review_returned", by, text, "open", why(order.reason_codes, order.comment))
        else:
            decision = self._desk.decision = self._decision(order)
            self._result = ReviewResult(decision, None)
            reason = why(order.reason_codes, order.comment)
            await self._desk.end("decided", "review_decided", by, f"已作出决定：{outcome}", reason)

    @decide.validator
    def _may_decide(self, order: DecisionOrder) -> None:
        self._desk.require_holder(order.actor)
        try:
            # not where it is carried out: what was decided before without words stands
            check_words(self._decision(order), self._desk.assessment.settlement)
        except NotDecidable as refusal:
            raise ApplicationError(refusal.message, refusal.field, type=refusal.code) from None

    async def _wait_for_second(self, order: DecisionOrder) -> None:
        self._first, self._desk.first, self._desk.adjuster = order, order.actor.subject, None
        text = f"拟{OUTCOMES[order.outcome]}，须另一位理赔员复核"
        reason = why(order.reason_codes, order.comment)
        await self._desk.publish("review_sent_to_second", order.actor.label, text, "second_open", reason)

    # --- what the claim tells -----------------------------------------------------------------------------------------

    @workflow.signal
    async def reassessed(self, assessment: Assessment) -> None:
        changed = assessment.settlement != self._desk.assessment.settlement
        self._desk.assessment = assessment
        self._desk.touch()
        if changed and self._first is not None and not self._desk.is_over:
            # what the first adjuster decided was another sum
            self._first = self._desk.first = self._desk.adjuster = None
            text = "金额有变化，须由两位理赔员重新审核"
            await self._desk.publish("review_returned", "system", text, "open")
            return
        await self._desk.publish("review_reassessed", "system", "票据内容有更正，已重新理算")

    @workflow.signal
    async def remind(self, reminder: Reminder) -> None:
        """A clock of the claim: to whoever has the review, or to all who could take it."""
        await self._desk.remind(reminder)

    @workflow.signal
    async def close(self) -> None:
        """The claim was withdrawn: there is nothing to decide any more."""
        if not self._desk.is_over:
            await self._desk.end("withdrawn", "review_withdrawn", "family", "申请已撤回，不再审核")

    # --- deciding -----------------------------------------------------------------------------------------------------

    def _needs_second(self, order: DecisionOrder) -> bool:
        limits = self._order.second_adjuster_from_fen, self._order.refusal_second_above_fen
        desk, assessment = self._desk, self._desk.assessment
        decided_fen = decided_sum(assessment, order.outcome, order.lines)
        is_grave = desk.skill in GRAVE
        if not workflow.patched("what-is-taken-away"):
            # of before: only refusals were weighed, by what was corrected
            known = replace(assessment, read_payable_fen=0, unread_totals=0)
            decided_fen = decided_fen if order.outcome == "refused" else assessment.settlement.payable_fen
            if order.outcome == "refused" and not workflow.patched("grave-refusals"):
                is_grave = False
                known = replace(known, claimed_fen=0) if assessment.settlement.payable_fen else known
            assessment = known
        return needs_second_adjuster(assessment, order.outcome, decided_fen, *limits, is_grave=is_grave)

    def _decision(self, order: DecisionOrder) -> Decision:
        first = (self._first.actor.subject,) if self._first else ()
        return decide_by_adjuster(
            self._desk.assessment,
            order.outcome,
            order.reason_codes,
            order.comment,
            order.lines,
            (*first, order.actor.subject),
            workflow.now(),
        )

    def _is_alike(self, first: DecisionOrder, second: DecisionOrder) -> bool:
        """By the sums that they give on each coverage, however they were written down."""
        if (first.outcome, first.lines) == (second.outcome, second.lines):
            return True
        sums = [given(self._decision(order).lines) for order in (first, second)]
        return first.outcome == second.outcome and sums[0] == sums[1] and workflow.patched("alike-in-sums")
