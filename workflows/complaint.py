"""Complaint (投诉): from the family's words to the answer of a named person, within the regulator's days; and once more by the superior
body when the family asks for it (核查)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.complaints import ComplaintPlan, ComplaintRecord, Complaints
from insurance.rules.complaints import (
    NEXT_EXTENSION,
    OUTCOMES,
    REGULATORS_HOTLINE,
    WAITING,
    Answer,
    text_of,
    why_not_by,
)
from insurance.rules.deadlines import COMPLAINT_DAYS, COMPLAINT_REVIEW_DAYS
from insurance.rules.reminders import Call
from insurance.rules.status import allowed, label
from workflows.journal import Journal
from workflows.messages import (
    Actor,
    ComplaintAnswering,
    ComplaintExtension,
    ComplaintOrder,
    ComplaintOutcome,
    Objection,
)
from workflows.options import RECORDS

# what is late is called again
AGAIN = timedelta(days=7)
ENDED = frozenset({"reviewed", "withdrawn"})
NOT_YOURS = {
    "lead_required": "投诉由理赔主管或保险公司负责人处理",
    "superior_required": "核查申请由保险公司负责人处理",
    "conflict_of_interest": "投诉涉及您经办的事项，须由其他人处理",
}


@workflow.defn(name="complaint")
class ComplaintWorkflow:
    @workflow.init
    def __init__(self, order: ComplaintOrder) -> None:
        self._complaint = order.complaint
        self._journal = Journal()
        self._seq = 0
        # calls about the clock that runs were made up to here
        self._called_until = order.complaint.received_at
        self._due_at: datetime | None = None
        self._answered_by_operator = False
        self._is_over = False

    @workflow.run
    async def run(self, order: ComplaintOrder) -> ComplaintOutcome:
        self._tell_family("complaint_received", f"您的投诉已受理，一般{COMPLAINT_DAYS}日内答复")
        self._tell_staff("lead", "complaint_received", "收到一件投诉，请查看并安排处理")
        await self._note("complaint_received", "family", "您提交了投诉")
        while not self._is_over:
            await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ComplaintOutcome(self._complaint.state)

    async def _wait(self) -> None:
        """Until something happens, a clock calls, or the family's time for a review is over."""
        known = self._seq
        plan: ComplaintPlan = await workflow.execute_local_activity_method(
            Complaints.plan_complaint, replace(self._complaint, updated_at=workflow.now()), **RECORDS
        )
        self._due_at = plan.due_at
        call = next((call for call in plan.calls if call.at > self._called_until), None)
        until = self._next(call, plan)
        try:
            await workflow.wait_condition(lambda: self._seq != known, timeout=max(until - workflow.now(), timedelta(0)))
        except TimeoutError:
            if self._seq == known:
                await (self._call(call or plan.calls[-1], until) if self._is_waiting else self._rest())

    def _next(self, call: Call | None, plan: ComplaintPlan) -> datetime:
        if call is not None:
            return call.at
        if self._is_waiting or plan.review_until is None:
            return self._called_until + AGAIN
        return plan.review_until

    @property
    def _is_waiting(self) -> bool:
        return self._complaint.state in WAITING

    async def _call(self, call: Call, at: datetime) -> None:
        """To whoever has it; once it is late, to the insurer's operator, and the family hears where else it may turn. A review that
        stays late is the platform's operator's to look after, who may answer it too."""
        self._called_until, text = at, text_of(call, workflow.now())
        kind = f"complaint_{call.kind}"
        if call.kind in ("overdue", "escalated"):
            self._tell_staff("operator", kind, text)
            if call.kind == "escalated" and self._complaint.state == "review_requested":
                self._tell_platform(kind, text)
        else:
            self._tell_handlers(kind, text)
        if call.kind == "overdue":
            self._tell_family(kind, f"您的投诉没有按时答复，已报保险公司负责人；您也可以拨打{REGULATORS_HOTLINE}")
        await self._note(f"clock_{call.kind}", "system", text)

    async def _rest(self) -> None:
        """Nobody asked for a review: the answer stands."""
        self._is_over = True
        await self._note("complaint_closed", "system", "没有申请核查，投诉办结")

    # --- what the insurer does ----------------------------------------------------------------------------------------

    @workflow.update
    async def take(self, actor: Actor) -> None:
        """In place of whoever had it."""
        self._complaint = replace(self._complaint, handler=actor.subject)
        await self._note("complaint_taken", actor.label, f"投诉由{actor.subject}处理")

    @take.validator
    def _may_take(self, actor: Actor) -> None:
        self._require_waiting()
        self._require_suitable(actor)
        if self._complaint.handler == actor.subject:
            raise ApplicationError("已由您处理", type="already_taken")

    @workflow.update
    async def extend(self, extension: ComplaintExtension) -> None:
        complaint, state = self._complaint, NEXT_EXTENSION[self._complaint.state]
        because = (*complaint.extended_because, extension.reason)
        self._move(state, extended_because=because)
        self._tell_family(
            "complaint_extended", f"您的投诉情况复杂，答复期限{label('complaint', state)}，原因请在页面查看"
        )
        await self._note("complaint_extended", extension.actor.label, label("complaint", state), extension.reason)

    @extend.validator
    def _may_extend(self, extension: ComplaintExtension) -> None:
        self._require_waiting()
        self._require_handler(extension.actor)
        if self._complaint.state not in NEXT_EXTENSION:
            raise ApplicationError("答复期限不能再延长", type="illegal_move")
        if self._complaint.state == "extended_30" and extension.actor.role != "operator":
            raise ApplicationError("再次延长须由保险公司负责人批准", type="superior_required")
        if self._due_at is not None and workflow.now() >= self._due_at:
            raise ApplicationError("已经超过时限，不能再延长", type="too_late")

    @workflow.update
    async def answer(self, answering: ComplaintAnswering) -> None:
        actor = answering.actor
        answer = Answer(answering.outcome, answering.text, actor.subject, workflow.now())
        is_review = self._complaint.state == "review_requested"
        if is_review:
            self._move("reviewed", review_answer=answer)
            for role in ("lead", "operator"):
                self._tell_staff(
                    role, "complaint_reviewed", f"核查已答复：{OUTCOMES[answer.outcome]}；需要更正的请尽快办理"
                )
        else:
            self._answered_by_operator = actor.role == "operator"
            self._move("decided", answer=answer)
        told = "核查申请" if is_review else "投诉"
        text = f"{told}已答复：{OUTCOMES[answer.outcome]}"
        self._tell_family("complaint_answered", f"您的{told}已有答复，请在页面查看")
        await self._note("complaint_reviewed" if is_review else "complaint_answered", actor.label, text)

    @answer.validator
    def _may_answer(self, answering: ComplaintAnswering) -> None:
        self._require_waiting()
        self._require_handler(answering.actor)

    # --- what the family does -----------------------------------------------------------------------------------------

    @workflow.update
    async def ask_review(self, objection: Objection) -> None:
        self._called_until = workflow.now()
        self._move("review_requested", objection=objection.reason, review_asked_at=workflow.now(), handler=None)
        self._tell_family("complaint_received", f"您的核查申请已受理，{COMPLAINT_REVIEW_DAYS}日内答复")
        self._tell_staff("operator", "complaint_review_requested", "家长对投诉答复申请核查，请安排处理")
        if self._answered_by_operator:
            # who may be the only one that the insurer has
            text = "家长对保险公司负责人的投诉答复申请核查；保险公司没有其他负责人时，请您处理"
            self._tell_platform("complaint_review_requested", text)
        await self._note("complaint_review_requested", "family", "您对答复申请核查")

    @ask_review.validator
    def _may_ask_review(self, objection: Objection) -> None:
        if self._is_over or self._complaint.state != "decided":
            raise ApplicationError(f"not while {self._complaint.state}", type="illegal_move")

    @workflow.update
    async def withdraw(self) -> None:
        """Ends it on that day (art. 15)."""
        self._move("withdrawn")
        self._tell_handlers("complaint_withdrawn", "家长已撤回投诉")
        await self._note("complaint_withdrawn", "family", "您撤回了投诉")

    @withdraw.validator
    def _may_withdraw(self) -> None:
        self._require_waiting()

    # --- who may ------------------------------------------------------------------------------------------------------

    def _require_waiting(self) -> None:
        if not self._is_waiting:
            raise ApplicationError(f"not while {self._complaint.state}", type="illegal_move")

    def _require_suitable(self, actor: Actor) -> None:
        why = why_not_by(self._complaint, actor.subject, actor.lead, actor.role == "operator")
        if why is not None:
            raise ApplicationError(NOT_YOURS[why], type=why)

    def _require_handler(self, actor: Actor) -> None:
        self._require_suitable(actor)
        if self._complaint.handler != actor.subject:
            raise ApplicationError("请先领取这件投诉", type="not_holder")

    # --- record -------------------------------------------------------------------------------------------------------

    def _move(self, state: str, **changes: Any) -> None:
        if not allowed("complaint", self._complaint.state, state):
            raise RuntimeError(f"complaint: {self._complaint.state} -> {state}")
        self._complaint = replace(self._complaint, state=state, **changes)
        self._is_over = state in ENDED

    def _tell_family(self, kind: str, text: str) -> None:
        self._journal.tell(self._complaint.subject, kind, text, workflow.now())

    def _tell_staff(self, role: str, kind: str, text: str) -> None:
        self._journal.tell(f"role:{role}:{self._complaint.insurer_code}", kind, text, workflow.now())

    def _tell_platform(self, kind: str, text: str) -> None:
        self._journal.tell("role:operator", kind, text, workflow.now())

    def _tell_handlers(self, kind: str, text: str) -> None:
        complaint = self._complaint
        if complaint.handler is not None:
            self._journal.tell(complaint.handler, kind, text, workflow.now())
        self._tell_staff("operator" if complaint.review_asked_at else "lead", kind, text)

    async def _note(self, event: str, by: str, text: str, reason: str | None = None) -> None:
        """Publishes what stands now. What was complained about, and the answer, are in the record alone."""
        self._journal.event(event, by, text, workflow.now(), reason=reason)
        self._complaint = replace(self._complaint, event_count=self._journal.event_count, updated_at=workflow.now())
        self._seq += 1
        record = ComplaintRecord(self._seq, self._complaint, self._journal.take())
        await workflow.execute_local_activity_method(Complaints.publish_complaint, record, **RECORDS)
