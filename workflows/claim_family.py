"""What the family says to its claim: papers, who is paid, and its answer to the decision. A validator refuses without a trace."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from insurance.rules.case import EvidenceFile
from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.payees import PAPERS
from workflows.claim_deciding import Deciding
from workflows.claim_facts import ENDED
from workflows.claim_parts import UNSAID
from workflows.messages import Objection, PayeeOrder

GATHERING = ("reported", "submitted", "reading", "supplement_requested")
# somebody still looks at who is to be paid
LOOKED_AT = (*GATHERING, "assessing", "in_review", "disputed", "reopened")
AFTER_DECISION = ("decided", "payee_needed")
WITHDRAWABLE = (*GATHERING, "assessing", "in_review", "decided", "disputed")


class FamilyMoves(Deciding):
    @workflow.update
    async def add_document(self, document: EvidenceFile) -> None:
        """Reading begins at once; the same file given twice is one document."""
        if document.document_id in self._case.documents:
            return
        self._case.put_document(document)
        if self._case.state == "in_review" and workflow.patched("papers-in-review"):
            self._brought[document.document_id] = None
        # before the note: a claim that is submitted meanwhile must wait for this reading
        self._readings.begin(document, self._take_paper)
        received = "已收到" if document.given_by == "family" else "客服代为提交了"
        told = f"{received}{DOCUMENT_KINDS[document.kind]}"
        await self._case.note("document_received", document.given_by, told, document_id=document.document_id)

    @add_document.validator
    def _may_add_document(self, document: EvidenceFile) -> None:
        """What is new is brought while somebody looks at the claim; who may be paid is proved for as long as somebody has to be named."""
        self._require(*GATHERING, "in_review", *(AFTER_DECISION if document.kind in PAPERS else ()))

    @workflow.update
    async def set_payee(self, order: PayeeOrder) -> None:
        """Whoever has the review looks at somebody whom the policy does not know; afterwards the lead does, before they are paid."""
        case, text = self._case, "已填写收款账户"
        were_known = case.payees_known
        case.set_payees(order.payees)
        case.consents = (*case.consents, *order.consents)
        case.account_came()
        if case.payees_known and were_known:
            await case.note("payee_set", "family", text)
            return
        async with self._one_by_one:
            if case.state == "in_review" and not case.withdrawn:
                await self._reassess("payee_set", "family", text)
            else:
                await case.note("payee_set", "family", text)

    @set_payee.validator
    def _may_set_payee(self, order: PayeeOrder) -> None:
        # the gateway may blame nobody for what lies with the account: another one is heard while nothing can be moving
        is_resting = self._case.is_resting
        if not is_resting and any(payout.state == "paying" for payout in self._case.payouts):
            raise ApplicationError("一笔赔款正在支付，请稍后再更换账户", type="payout_under_way")
        self._require(*WITHDRAWABLE, "reopened", "payee_needed", *(("paying",) if is_resting else ()))
        if self._case.state not in LOOKED_AT and any(payee.proof == "none" for payee in order.payees):
            message = "请填写投保人本人的账户；由他人领取的，请先上传关系证明或授权委托书"
            raise ApplicationError(message, "name", type="payee_unproven")
        if not self._case.keeps_the_paid(order.payees):
            raise ApplicationError("部分收款人已付款，他们和各人的份额不能改变", type="payees_fixed")

    @workflow.update
    async def submit(self) -> None:
        self._submitted = True
        case, now = self._case, workflow.now()
        case.papers_came()
        case.submitted_at = case.submitted_at or now
        # the insurer has them from the moment at which the family gave them, whoever reads them when
        case.received_at = case.received_at or now
        await case.move("submitted", "submitted", "family", "您已提交材料")

    @submit.validator
    def _may_submit(self) -> None:
        """Whoever was asked by an adjuster may have no more to give."""
        self._require("reported", "supplement_requested")
        missing = self._missing_for_sure()
        if missing and self._case.review_count == 0:
            raise ApplicationError("还缺少必须的材料", ",".join(missing), type="documents_missing")

    @workflow.update
    async def accept(self) -> None:
        self._accepted = True
        await workflow.wait_condition(lambda: self._case.state != "decided")

    @accept.validator
    def _may_accept(self) -> None:
        self._require_unanswered()
        if self._case.decision is not None and self._case.decision.outcome == "refused":
            raise ApplicationError("拒赔决定无须确认；有异议请申请复核", type="illegal_move")

    @workflow.update
    async def dispute(self, objection: Objection = UNSAID) -> None:
        self._disputed, self._objection = True, objection
        await workflow.wait_condition(lambda: self._case.state != "decided")

    @dispute.validator
    def _may_dispute(self, objection: Objection = UNSAID) -> None:
        self._require_unanswered()
        if self._case.disputed:
            raise ApplicationError("这项审核结果已是复核的结果；仍有异议请投诉", type="already_disputed")

    @workflow.update
    async def withdraw(self) -> None:
        self._case.withdrawn = True
        await workflow.wait_condition(lambda: self._case.state in ENDED)
        if workflow.patched("ended-for-sure"):
            # the books say so when the family is told
            await workflow.wait_condition(lambda: not self._case.is_telling)

    @withdraw.validator
    def _may_withdraw(self) -> None:
        self._require(*WITHDRAWABLE)
        case = self._case
        if (
            self._closing
            or self._accepted
            or self._advance.is_on_its_way
            or (case.decision is not None and case.decision.outcome == "full")
        ):
            raise ApplicationError("赔款已在支付中", type="illegal_move")
        if case.paid_fen:
            raise ApplicationError("已经赔付过的申请不能撤回", type="illegal_move")
