"""Review (人工审核): an adjuster takes a claim, corrects, asks once for what is missing, decides; a second one from 20,000 yuan."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.reviews import ReviewRecord, ReviewRecords
from insurance.rules.case import Assessment, Decision, PapersRequest
from insurance.rules.decision import NotDecidable, decide_by_adjuster, needs_second_adjuster
from insurance.rules.status import allowed
from workflows.messages import Actor, DecisionOrder, PapersOrder, Reassignment, ReviewOrder, ReviewResult
from workflows.options import RECORDS

# A review that its adjuster left alone goes back to the queue.
IDLE_LIMIT = timedelta(days=3)


@workflow.defn(name="review")
class ReviewWorkflow:
    @workflow.init
    def __init__(self, order: ReviewOrder) -> None:
        self._order = order
        self._assessment = order.assessment
        self._state = "open"
        self._seq = 0
        self._adjuster: str | None = None
        self._first: DecisionOrder | None = None
        self._touched_at = order.opened_at
        self._result: ReviewResult | None = None
        self._closed = False

    @workflow.run
    async def run(self, order: ReviewOrder) -> ReviewResult:
        await self._publish()
        while self._result is None and not self._closed:
            await self._wait_for_adjuster()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._result or ReviewResult(None, None)

    async def _wait_for_adjuster(self) -> None:
        """Returns when something is decided, or after the idle limit of whoever holds it; who took it meanwhile has all of it."""
        try:
            await workflow.wait_condition(
                lambda: self._result is not None or self._closed, timeout=self._touched_at + IDLE_LIMIT - workflow.now()
            )
        except TimeoutError:
            if workflow.now() < self._touched_at + IDLE_LIMIT:
                return
            self._touched_at = workflow.now()
            if self._adjuster is not None:
                await self._hold(None)

    # --- what adjusters do --------------------------------------------------------------------------------------------

    @workflow.update
    async def take(self, actor: Actor) -> None:
        await self._hold(actor.subject)

    @take.validator
    def _may_take(self, actor: Actor) -> None:
        self._require_waiting()
        self._require_impartial(actor.subject)

    @workflow.update
    async def release(self, actor: Actor) -> None:
        await self._hold(None)

    @release.validator
    def _may_release(self, actor: Actor) -> None:
        self._require_holder(actor)

    @workflow.update
    async def reassign(self, order: Reassignment) -> None:
        await self._hold(order.to)

    @reassign.validator
    def _may_reassign(self, order: Reassignment) -> None:
        if not order.actor.lead:
            raise ApplicationError("只有理赔主管可以改派", type="lead_required")
        self._require_undecided()
        self._require_impartial(order.to)

    @workflow.update
    async def request_documents(self, order: PapersOrder) -> None:
        self._result = ReviewResult(None, PapersRequest(order.kinds, order.comment, order.actor.label, workflow.now()))
        await self._publish("waiting_documents")

    @request_documents.validator
    def _may_request_documents(self, order: PapersOrder) -> None:
        self._require_holder(order.actor)
        if self._order.papers_asked and not (order.actor.lead and order.new_fact):
            raise ApplicationError(
                "补充材料只能一次性通知；再次通知须由主管说明新情况", type="papers_already_requested"
            )

    @workflow.update
    async def decide(self, order: DecisionOrder) -> None:
        """Large sums wait for a second adjuster, who decides alike or sends it back to the queue."""
        if self._first is None and self._needs_second(order):
            self._first, self._adjuster = order, None
            await self._publish("second_open")
            return
        if self._first is not None and not _alike(self._first, order):
            self._first, self._adjuster = None, None
            await self._publish("open")
            return
        self._result = ReviewResult(self._decision(order), None)
        await self._publish("decided")

    @decide.validator
    def _may_decide(self, order: DecisionOrder) -> None:
        self._require_holder(order.actor)
        try:
            self._decision(order)
        except NotDecidable as refusal:
            raise ApplicationError(refusal.message, refusal.field, type=refusal.code) from None

    # --- what the claim tells -----------------------------------------------------------------------------------------

    @workflow.signal
    async def reassessed(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._touched_at = workflow.now()
        await self._publish()

    @workflow.signal
    async def close(self) -> None:
        """The claim was withdrawn: there is nothing to decide any more."""
        if self._result is None:
            self._closed = True
            await self._publish("withdrawn")

    # --- rules of holding ---------------------------------------------------------------------------------------------

    @property
    def _waiting_state(self) -> str:
        return "open" if self._first is None else "second_open"

    def _require_undecided(self) -> None:
        if self._result is not None or self._closed:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")

    def _require_waiting(self) -> None:
        self._require_undecided()
        if self._adjuster is not None:
            raise ApplicationError("已有理赔员在处理", type="already_taken")

    def _require_holder(self, actor: Actor) -> None:
        self._require_undecided()
        if self._adjuster != actor.subject:
            raise ApplicationError("请先领取这件审核", type="not_holder")

    def _require_impartial(self, subject: str) -> None:
        first = self._first.actor.subject if self._first else None
        if subject in self._order.excluded or subject == first:
            raise ApplicationError("您已处理过这件申请，须由另一位理赔员审核", type="conflict_of_interest")

    def _needs_second(self, order: DecisionOrder) -> bool:
        return needs_second_adjuster(self._assessment.settlement.payable_fen, self._order.second_adjuster_from_fen)

    def _decision(self, order: DecisionOrder) -> Decision:
        first = (self._first.actor.subject,) if self._first else ()
        return decide_by_adjuster(
            self._assessment,
            order.outcome,
            order.reason_codes,
            order.comment,
            order.lines,
            (*first, order.actor.subject),
            workflow.now(),
        )

    async def _hold(self, adjuster: str | None) -> None:
        self._adjuster = adjuster
        self._touched_at = workflow.now()
        waiting = self._waiting_state
        await self._publish({"open": "taken", "second_open": "second_taken"}[waiting] if adjuster else waiting)

    # --- record -------------------------------------------------------------------------------------------------------

    async def _publish(self, state: str | None = None) -> None:
        if state not in (None, self._state) and not allowed("review", self._state, state or ""):
            raise RuntimeError(f"review: {self._state} -> {state}")
        self._state = state or self._state
        self._seq += 1
        order, assessment = self._order, self._assessment
        record = ReviewRecord(
            review_id=order.review_id,
            claim_id=order.claim_id,
            insurer_code=order.insurer_code,
            state=self._state,
            seq=self._seq,
            adjuster=self._adjuster,
            excluded=order.excluded,
            findings=assessment.findings,
            amount_fen=assessment.settlement.payable_fen,
            decision=self._result.decision if self._result else None,
            due_at=order.due_at,
            created_at=order.opened_at,
            updated_at=workflow.now(),
        )
        await workflow.execute_local_activity_method(ReviewRecords.publish_review, record, **RECORDS)


def _alike(first: DecisionOrder, second: DecisionOrder) -> bool:
    return (first.outcome, first.lines) == (second.outcome, second.lines)
