"""What adjusters do to a claim under review, and what other processes tell it."""

from dataclasses import replace

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.reading import READ_KINDS, ReadOutcome
from activities.reviews import Remark
from insurance.rules.assessment import event_of
from insurance.rules.case import EvidenceFile
from insurance.rules.days import SHANGHAI
from insurance.rules.questions import event_problems
from workflows.claim_deciding import Deciding
from workflows.claim_notices import TITLES
from workflows.messages import (
    Correction,
    Delivery,
    Establishing,
    IncidentLink,
    PayeesSeen,
    Rereading,
    ReviewAnswer,
    Undoing,
)
from workflows.receipt_amendments import NotCorrectable, amend

HOW = {"telephone": "电话告知", "handed_over": "当面交付", "post": "邮寄送达"}


class AdjusterMoves(Deciding):
    @workflow.signal
    async def remark(self, remark: Remark) -> None:
        """What others found about the case without changing it."""
        await self._case.note(remark.event, remark.by, remark.text, reason=remark.reason)

    @workflow.signal
    async def incident_linked(self, link: IncidentLink) -> None:
        await self._serious.linked(link)

    @workflow.signal
    async def review_answered(self, answer: ReviewAnswer) -> None:
        self._review.take_answer(answer)

    @workflow.update
    async def correct(self, correction: Correction) -> None:
        """An amendment of a receipt, and the settlement computed anew."""
        async with self._one_by_one:
            # others may have been faster
            self._require("in_review")
            case = self._case
            case.put_receipt(amend(case.receipts[correction.receipt_id], correction, workflow.now()))
            by, text = correction.actor.label, "理赔员更正了票据内容，已重新理算"
            await self._reassess("receipt_corrected", by, text, correction.reason)

    @correct.validator
    def _may_correct(self, correction: Correction) -> None:
        self._require("in_review")
        receipt = self._case.receipts.get(correction.receipt_id)
        if receipt is None:
            raise ApplicationError("没有这张票据", "receipt_id", type="receipt_unknown")
        try:
            amend(receipt, correction, workflow.now())
        except NotCorrectable as refusal:
            raise ApplicationError(refusal.message, refusal.field, type=refusal.code) from None

    @workflow.update
    async def establish(self, finding: Establishing) -> None:
        """What papers beside the receipts prove, in place of what was found before, and the settlement computed anew."""
        async with self._one_by_one:
            self._require("in_review")
            was_alive = not self._case.is_deceased
            self._case.established = finding.as_found(workflow.now())
            if finding.died_on is not None and was_alive:
                self._ask_for_heirs()
            by = finding.actor.label
            await self._reassess("event_established", by, "理赔员认定了事故的结果，已重新理算", reason=finding.reason)

    def _ask_for_heirs(self) -> None:
        """Whoever was named for a living child is not who is paid now."""
        if workflow.patched("heirs-are-paid") and self._case.forget_payees():
            text = "赔款将付给继承人，请填写每位继承人的收款账户和份额，并上传继承人证明或关系证明；有不清楚的地方请联系客服"
            self._case.tell("heirs_needed", text)

    @establish.validator
    def _may_establish(self, finding: Establishing) -> None:
        self._require("in_review")
        event = event_of(self._order.report, finding.as_found(workflow.now()))
        for problem in event_problems(event):
            raise ApplicationError(problem.message, problem.field.removeprefix("event."), type=problem.code)

    @workflow.update
    async def read_again(self, order: Rereading) -> None:
        """Begins a new reading of a file; what comes of it stands in the timeline."""
        document = self._case.documents[order.document_id]
        self._readings.begin_again(document, lambda outcome: self._take_rereading(document, outcome))

    @read_again.validator
    def _may_read_again(self, order: Rereading) -> None:
        self._require("in_review")
        document = self._case.documents.get(order.document_id)
        if document is None or document.state != "received" or document.kind not in READ_KINDS:
            raise ApplicationError("没有这份票据文件", "document_id", type="document_unknown")
        if self._readings.is_under_way(order.document_id):
            raise ApplicationError("这份文件正在识别", type="illegal_move")

    async def _take_rereading(self, document: EvidenceFile, outcome: ReadOutcome | None) -> None:
        """The review goes on meanwhile; a reading that comes when it is over changes nothing any more."""
        case = self._case
        async with self._one_by_one:
            if case.state != "in_review" or case.withdrawn:
                return
            if outcome is None or not outcome.receipts:
                await case.note("document_not_read_again", "system", "重新识别没有结果，原来的内容不变")
                return
            case.put_document(replace(case.documents[document.document_id], views=outcome.views or document.views))
            superseded = case.put_readings(document.document_id, outcome.receipts)
            fewer = f"；原来识别出的{superseded}张这次没有识别到，不再计算" if superseded else ""
            text = f"票据已重新识别，人工更正的内容不变{fewer}"
            await self._reassess("document_read_again", "system", text)

    @workflow.update
    async def record_delivery(self, delivery: Delivery) -> None:
        """The clock counts from the day on which the family was told."""
        case, day = self._case, delivery.at.astimezone(SHANGHAI)
        case.told_of(delivery.kind, delivery.at)
        text = f"{TITLES[delivery.kind]}已于{day.month}月{day.day}日{HOW[delivery.how]}"
        by, reason = delivery.actor.label, "：".join(filter(None, (delivery.by, delivery.comment)))
        await case.note("notice_delivered_otherwise", by, text, reason=reason)

    @record_delivery.validator
    def _may_record_delivery(self, delivery: Delivery) -> None:
        case = self._case
        if not delivery.actor.lead:
            raise ApplicationError("只有理赔主管可以登记送达", type="lead_required")
        if case.over or delivery.kind not in case.undelivered:
            raise ApplicationError("没有未送达的通知", type="illegal_move")
        since = case.decision.decided_at if case.decision else case.papers_requests[-1].at
        if not since <= delivery.at <= workflow.now():
            raise ApplicationError("送达时间应在通知作出之后、现在之前", "at", type="invalid_date")

    @workflow.update
    async def confirm_payees(self, order: PayeesSeen) -> None:
        """The lead has looked at the papers of those whom the policy does not know."""
        self._case.payees_unseen = False
        await self._case.note("payee_confirmed", order.actor.label, "理赔员已核对收款人")

    @confirm_payees.validator
    def _may_confirm_payees(self, order: PayeesSeen) -> None:
        case = self._case
        self._require("payee_needed", "in_review")
        if not order.actor.lead:
            raise ApplicationError("只有理赔主管可以核对收款人", type="lead_required")
        if not case.payees_unseen or not case.may_be_paid or self._undoing is not None:
            raise ApplicationError("没有待核对的收款人", type="illegal_move")
        if order.actor.subject in (*case.spoke_for_family, self._order.subject):
            raise ApplicationError("您代这个家庭提交过，须由另一位主管核对", type="conflict_of_interest")
        if case.payees_seq != order.payees_seq:
            raise ApplicationError("收款人已变更，请重新核对", "payees_seq", type="payees_changed")

    @workflow.update
    async def undo(self, undoing: Undoing) -> None:
        self._undoing = undoing
        await workflow.wait_condition(lambda: self._undoing is None or self._case.ended)

    @undo.validator
    def _may_undo(self, undoing: Undoing) -> None:
        if not undoing.actor.lead:
            raise ApplicationError("只有理赔主管可以撤销决定", type="lead_required")
        if self._case.state == "decided":
            self._require_unanswered()
        self._require("decided", "agreed", "payee_needed")
        if self._case.decision is None:
            # undone a moment ago: what comes next is not what this lead has seen
            raise ApplicationError("决定已经撤销", type="illegal_move")
        if self._undoing is not None or self._case.is_paid_out:
            raise ApplicationError("赔款已支付或正在支付，不能撤销", type="illegal_move")
