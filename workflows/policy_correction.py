"""Correction of a policy (保全): asked of the insurer, who confirms it by an endorsement (批单) or declines. Until then nothing changes."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.corrections import CorrectionHold, CorrectionRecord, Corrections
from activities.failures import failure_code, failure_message
from activities.insurer import AmendStep, InsurerSteps
from activities.policy_documents import PolicyDocuments
from insurance.adapters.ports import Amendment, Endorsement, Person
from insurance.rules.correction import LABELS
from insurance.rules.periods import end_of_day
from insurance.rules.reminders import last_day
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import CorrectionOrder, CorrectionOutcome
from workflows.options import LETTERS, OUTSIDE, RECORDS, pauses

PENDING_PAUSES = timedelta(seconds=30), timedelta(hours=6)
# what the insurer has not answered by then is cleared by people; a new correction says again how all of it shall stand
UNANSWERED_AFTER = timedelta(days=30)
REFUSALS = {
    "policy_ended": "保单已终止或正在退保，不能更正",
    "correction_open": "这张保单已有一次更正在办理",
    "claim_being_settled": "这张保单有一件理赔刚作出决定、正在支付，结案后请重新申请更正",
}


@workflow.defn(name="correction")
class PolicyCorrectionWorkflow:
    @workflow.init
    def __init__(self, order: CorrectionOrder) -> None:
        self._order = order
        self._state = "submitted"
        self._seq = 0
        self._journal = Journal()
        self._endorsement_no: str | None = None
        self._declined: tuple[str, str] | None = None

    @workflow.run
    async def run(self, order: CorrectionOrder) -> CorrectionOutcome:
        hold = CorrectionHold(order.correction_id, order.policy_no)
        refused = await workflow.execute_local_activity_method(Corrections.hold_for_correction, hold, **RECORDS)
        if refused is None:
            await self._keep_as_it_was()
            await self._ask()
        else:
            await self._decline(refused, REFUSALS[refused], "system")
        return CorrectionOutcome(self._state, self._endorsement_no)

    async def _keep_as_it_was(self) -> None:
        """The e-policy as it stands until now stays on the shelf, also when nobody has downloaded it. In a day without a store the family
        goes before it."""
        with suppress(ActivityError):
            await workflow.execute_activity_method(
                PolicyDocuments.keep_policy_document, self._order.policy_no, **LETTERS
            )

    async def _ask(self) -> None:
        asking = asyncio.create_task(self._answer_of_insurer())
        text = f"您申请更正{self._what}，已转保险公司确认"
        await self._publish("confirming", "correction_submitted", "family", text)
        late_at = end_of_day(self._order.due_on)
        with suppress(TimeoutError):
            await workflow.wait_condition(asking.done, timeout=max(late_at - workflow.now(), timedelta(0)))
        if not asking.done():
            await self._insurer_late()
        answer = await asking
        if answer is None:
            await self._unanswered()
        elif answer.status == "accepted":
            await self._correct(answer)
        else:
            await self._decline(answer.reason_code or "declined", answer.reason or "保险公司未能确认更正", "insurer")

    async def _answer_of_insurer(self) -> Endorsement | None:
        """None when there is none in time. The same request, asked again, has one effect and tells how it stands."""
        step = AmendStep(self._order.insurer_code, self._amendment())
        deadline = self._order.requested_at + UNANSWERED_AFTER
        for pause in pauses(*PENDING_PAUSES):
            left = deadline - workflow.now()
            if left <= timedelta(0):
                break
            try:
                answer: Endorsement = await workflow.execute_activity_method(
                    InsurerSteps.amend_policy, step, **{**OUTSIDE, "schedule_to_close_timeout": left}
                )
            except ActivityError as error:
                if failure_code(error) == "unavailable":
                    break
                code = failure_code(error)
                return Endorsement("declined", "", code, REFUSALS.get(code) or failure_message(error))
            if answer.status != "pending":
                return answer
            await workflow.sleep(min(pause, left))
        return None

    def _amendment(self) -> Amendment:
        order, buyer, child = self._order, self._order.application.applicant, self._order.application.insured
        return Amendment(
            request_id=order.correction_id,
            policy_no=order.policy_no,
            applicant=Person(buyer.name, buyer.id_type, buyer.id_number, buyer.gender, buyer.birth_date, buyer.mobile),
            insured=Person(child.name, child.id_type, child.id_number, child.gender, child.birth_date),
            school_code=child.school_code,
            school_type=child.school_type,
            school_region=child.school_region,
            class_name=child.class_name,
            changed=tuple(change.field for change in order.changes),
            reason=order.reason,
            email=buyer.email,
            open_reports=order.open_reports,
        )

    # --- what came of it ----------------------------------------------------------------------------------------------

    async def _correct(self, answer: Endorsement) -> None:
        self._endorsement_no = answer.endorsement_no
        self._tell("corrected", f"保单的{self._what}已更正，批单号{answer.endorsement_no}；新的电子保单可以下载了")
        refused = await self._publish("corrected", "corrected", "insurer", f"保险公司已确认更正{self._what}")
        if refused is not None:
            await self._confirmed_too_late(refused, answer.endorsement_no)

    async def _confirmed_too_late(self, refused: str, endorsement_no: str) -> None:
        """Nothing of it was stored. The insurer has an endorsement that our policy does not: people clear that with it."""
        self._state, self._endorsement_no = "confirming", None
        self._journal = Journal(self._journal.event_count - 1)
        text = f"保险公司已出具批单{endorsement_no}，但有理赔正在支付，保单没有更正；请与保险公司核对，结案后重新办理"
        self._tell_operator("correction_too_late", text)
        await self._decline(refused, REFUSALS[refused], "system")

    async def _decline(self, code: str, reason: str, by: str) -> None:
        self._declined = (code, reason)
        self._tell("correction_declined", f"保单信息未能更正：{reason}。保单内容没有改变，仍然有效")
        await self._publish("declined", "correction_declined", by, "未能更正，保单内容没有改变")

    async def _insurer_late(self) -> None:
        until = last_day(self._order.requested_at + UNANSWERED_AFTER)
        text = f"保险公司五个工作日内没有答复更正申请，已催办；最迟等到{until}"
        self._tell("correction_late", text)
        self._tell_operator("correction_late", "一件保单更正超过五个工作日没有答复")
        await self._publish("confirming", "insurer_late", "system", text)

    async def _unanswered(self) -> None:
        self._declined = ("insurer_no_answer", "保险公司三十日内没有答复")
        self._tell(
            "correction_unanswered", "保险公司一直没有答复更正申请，保单内容没有改变；请联系客服，或重新申请更正"
        )
        self._tell_operator("correction_unanswered", "一件保单更正三十日没有答复，请与保险公司核对这张保单的信息")
        await self._publish("unanswered", "correction_unanswered", "system", "保险公司没有答复，保单内容没有改变")

    # --- record -------------------------------------------------------------------------------------------------------

    @property
    def _what(self) -> str:
        return "、".join(LABELS[change.field] for change in self._order.changes)

    def _tell(self, kind: str, text: str) -> None:
        self._journal.tell(self._order.subject, kind, text, workflow.now())

    def _tell_operator(self, kind: str, text: str) -> None:
        self._journal.tell(f"role:operator:{self._order.insurer_code}", kind, text, workflow.now())

    async def _publish(self, state: str, event: str, by: str, text: str) -> str | None:
        """Why it could not be, when it could not."""
        if state != self._state and not allowed("correction", self._state, state):
            raise RuntimeError(f"correction: {self._state} -> {state}")
        self._state = state
        self._seq += 1
        self._journal.event(event, by, text, workflow.now())
        order = self._order
        code, message = self._declined or (None, None)
        record = CorrectionRecord(
            correction_id=order.correction_id,
            policy_no=order.policy_no,
            subject=order.subject,
            insurer_code=order.insurer_code,
            state=state,
            seq=self._seq,
            changes=order.changes,
            application=order.application,
            insured_digest=order.insured_digest,
            reason=order.reason,
            due_on=order.due_on,
            endorsement_no=self._endorsement_no,
            declined_code=code,
            declined_reason=message,
            created_at=order.requested_at,
            updated_at=workflow.now(),
            entries=self._journal.take(),
        )
        refused: str | None = await workflow.execute_local_activity_method(
            Corrections.publish_correction, record, **RECORDS
        )
        return refused
