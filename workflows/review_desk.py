"""The desk (审核台) of one review: who holds it and since when, what was done with it, and how that is published."""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.review_rows import ReviewRecord, Verdict
from activities.reviews import ReviewRecords
from insurance.rules.case import Decision
from insurance.rules.skills import Skill
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import Actor, Reassignment, Reminder, ReviewOrder
from workflows.options import RECORDS
from workflows.review_opening import opening, skill_for

# A review that its adjuster left alone goes back to the queue.
IDLE_LIMIT = timedelta(days=3)


class ReviewDesk:
    """`first` is who decided a large case first: the second adjuster is somebody else."""

    def __init__(self, order: ReviewOrder) -> None:
        self.order = order
        self.assessment = order.assessment
        self.adjuster: str | None = None
        self.first: str | None = None
        self.decision: Decision | None = None
        self.verdict: Verdict | None = None
        self.is_over = False
        self._state = "open"
        # the opening is the first of both
        self._seq = 1
        self._touched_at = order.opened_at
        self._journal = Journal(1)

    # --- holding ------------------------------------------------------------------------------------------------------

    async def opened(self) -> None:
        if not self.order.shown:
            record = opening(self.order)
            await workflow.execute_local_activity_method(ReviewRecords.publish_review, record, **RECORDS)

    async def wait(self) -> None:
        """Returns when it is over, or after the idle limit of whoever holds it; who took it meanwhile has all of it."""
        try:
            await workflow.wait_condition(lambda: self.is_over, timeout=self._touched_at + IDLE_LIMIT - workflow.now())
        except TimeoutError:
            if workflow.now() < self._touched_at + IDLE_LIMIT:
                return
            self.touch()
            if self.adjuster is not None:
                await self._hold(None, "review_idle", "system", f"{IDLE_LIMIT.days}天没有处理，退回待领取")

    async def take(self, actor: Actor) -> None:
        await self._hold(actor.subject, "review_taken", actor.label, "已领取")

    async def release(self, actor: Actor) -> None:
        await self._hold(None, "review_released", actor.label, "已退回待领取")

    async def reassign(self, order: Reassignment) -> None:
        await self._hold(order.to, "review_reassigned", order.actor.label, f"改派给{order.to}", order.reason)

    async def remind(self, reminder: Reminder) -> None:
        if not self.is_over:
            subject = self.adjuster or f"role:adjuster:{self.order.insurer_code}"
            self._journal.tell(subject, reminder.kind, reminder.text, workflow.now())
            await self.publish("review_reminded", "system", reminder.text)

    async def end(self, state: str, event: str, by: str, text: str, reason: str | None = None) -> None:
        self.is_over = True
        await self.publish(event, by, text, state, reason)

    def touch(self) -> None:
        self._touched_at = workflow.now()

    async def _hold(self, adjuster: str | None, event: str, by: str, text: str, reason: str | None = None) -> None:
        self.adjuster = adjuster
        self.touch()
        waiting = "open" if self.first is None else "second_open"
        state = {"open": "taken", "second_open": "second_taken"}[waiting] if adjuster else waiting
        await self.publish(event, by, text, state, reason)

    # --- who may ------------------------------------------------------------------------------------------------------

    def require_waiting(self, actor: Actor) -> None:
        self.require_undecided()
        if self.adjuster is not None:
            raise ApplicationError("已有理赔员在处理", type="already_taken")
        self._require_impartial(actor.subject)

    def require_assignable(self, order: Reassignment) -> None:
        if not order.actor.lead:
            raise ApplicationError("只有理赔主管可以改派", type="lead_required")
        self.require_undecided()
        barred = self.order.decided_last if order.nobody_else else self.order.excluded
        if order.to in (*barred, self.first, self.order.family):
            message = "这位理赔员参与过这件申请，或者这是其本人家庭的申请，须由另一位理赔员审核"
            raise ApplicationError(message, "adjuster", type="conflict_of_interest")

    def require_holder(self, actor: Actor) -> None:
        self.require_undecided()
        if self.adjuster != actor.subject:
            raise ApplicationError("请先领取这件审核", type="not_holder")

    def require_undecided(self) -> None:
        if self.is_over:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")

    def _require_impartial(self, subject: str) -> None:
        if subject == self.order.family:
            raise ApplicationError("这是您本人家庭的申请，须由另一位理赔员审核", type="conflict_of_interest")
        if subject in self.order.excluded or subject == self.first:
            raise ApplicationError("您参与过这件申请，须由另一位理赔员审核", type="conflict_of_interest")

    # --- record -------------------------------------------------------------------------------------------------------

    async def publish(
        self, event: str, by: str, text: str, state: str | None = None, reason: str | None = None
    ) -> None:
        if state not in (None, self._state) and not allowed("review", self._state, state or ""):
            raise RuntimeError(f"review: {self._state} -> {state}")
        self._state = state or self._state
        self._seq += 1
        self._journal.event(event, by, text, workflow.now(), reason=reason)
        await workflow.execute_local_activity_method(ReviewRecords.publish_review, self._record(), **RECORDS)

    @property
    def skill(self) -> Skill:
        return skill_for(self._order_now)

    @property
    def _order_now(self) -> ReviewOrder:
        return replace(self.order, assessment=self.assessment)

    def _record(self) -> ReviewRecord:
        return replace(
            opening(self._order_now),
            state=self._state,
            seq=self._seq,
            adjuster=self.adjuster,
            decision=self.decision,
            updated_at=workflow.now(),
            verdict=self.verdict,
            entries=self._journal.take(),
        )


class AtADesk:
    """What every process at a desk hears of who holds it."""

    _desk: ReviewDesk

    @workflow.update
    async def take(self, actor: Actor) -> None:
        await self._desk.take(actor)

    @take.validator
    def _may_take(self, actor: Actor) -> None:
        self._desk.require_waiting(actor)

    @workflow.update
    async def release(self, actor: Actor) -> None:
        await self._desk.release(actor)

    @release.validator
    def _may_release(self, actor: Actor) -> None:
        self._desk.require_holder(actor)

    @workflow.update
    async def reassign(self, order: Reassignment) -> None:
        await self._desk.reassign(order)

    @reassign.validator
    def _may_reassign(self, order: Reassignment) -> None:
        self._desk.require_assignable(order)
