"""Claim (理赔): from report to payout. `run` is the process; what the family and adjusters say comes in as updates."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.assessment import Assessing, AssessStep
from activities.reading import READ_KINDS, ReadOutcome
from activities.reviews import Remark
from insurance.rules.assessment import event_of
from insurance.rules.case import Assessment, Decision, EvidenceFile, PapersRequest
from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.decision import decide_automatically, stands_on, why
from insurance.rules.evidence import evidence_facts, missing_documents, required_documents
from insurance.rules.payees import PAPERS, is_deceased
from insurance.rules.questions import event_problems
from insurance.rules.reminders import family_reminders, last_day
from insurance.rules.repeated import has_more
from workflows import claim_insurer as insurer
from workflows import claim_money as money
from workflows.claim_advance import Advance
from workflows.claim_case import ENDED, ClaimCase, proposed
from workflows.claim_clocks import ClockKeeper
from workflows.claim_letters import Letters
from workflows.claim_notices import Deliveries
from workflows.claim_reading import Readings
from workflows.claim_review import ClaimReview, open_quality_review
from workflows.corrections import NotCorrectable, amend
from workflows.messages import (
    ClaimOrder,
    ClaimOutcome,
    Continued,
    Correction,
    Establishing,
    IncidentLink,
    Objection,
    PayeeOrder,
    Rereading,
    ReviewAnswer,
    Undoing,
)
from workflows.options import RECORDS
from workflows.serious_watch import SeriousWatch

UNSAID = Objection()
GATHERING = ("reported", "submitted", "reading", "supplement_requested")
# somebody still looks at who is to be paid
LOOKED_AT = (*GATHERING, "assessing", "in_review", "disputed", "reopened")
AFTER_DECISION = ("decided", "payee_needed")
# who is to be paid can change, and be proved by papers
NAMING = ("in_review", *AFTER_DECISION)
WITHDRAWABLE = (*GATHERING, "assessing", "in_review", "decided", "disputed")


@workflow.defn(name="claim")
class ClaimWorkflow:
    @workflow.init
    def __init__(self, order: ClaimOrder) -> None:
        self._order = order
        self._case = ClaimCase(order)
        self._readings = Readings(self._case)
        self._reporting: asyncio.Task[None] | None = None
        self._submitted = False
        self._accepted = False
        self._disputed = False
        self._objection = UNSAID
        self._undoing: Undoing | None = None
        self._keeps_clocks = False
        self._given_at: datetime | None = None
        # the family's time to answer is over
        self._closing = False
        # corrections, and what ends their time: none of them while another one is at work
        self._one_by_one = asyncio.Lock()
        self._review = ClaimReview(self._case)
        self._deliveries = Deliveries(self._case)
        self._letters = Letters(self._case)
        self._advance = Advance(self._case)
        self._serious = SeriousWatch(self._case)
        self._clocks = ClockKeeper(self._case, self._review, self._advance.begin)
        self._steps = {
            "reported": self._gather,
            "supplement_requested": self._gather,
            "submitted": self._read,
            "assessing": self._assess,
            "reopened": self._review_again,
            "disputed": self._review_again,
            "in_review": self._await_review,
            "decided": self._await_family,
            "agreed": self._pay,
            "payee_needed": self._await_payee,
            "paid": self._close,
        }

    @workflow.run
    async def run(self, order: ClaimOrder) -> ClaimOutcome:
        # claims of before have no keeper, and their notices go by the outbox
        self._keeps_clocks = workflow.patched("clocks")
        keeping = asyncio.create_task(self._clocks.keep()) if self._keeps_clocks else None
        if order.continued is None:
            await self._begin()
        await self._serious.follow()
        while not self._case.ended:
            if self._should_continue():
                workflow.continue_as_new(self._order_to_go_on())
            if self._case.withdrawn:
                await self._withdraw()
            else:
                await self._steps[self._case.state]()
            await self._serious.follow()
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and self._nothing_under_way())
        if keeping is not None:
            await keeping
        return ClaimOutcome(self._case.state, self._case.paid_fen)

    async def _begin(self) -> None:
        because = self._order.reopened_because
        if because is None:
            self._reporting = asyncio.create_task(insurer.report(self._case))
            if self._order.reported_by is not None:
                await self._case.note("reported_for_family", f"adjuster:{self._order.reported_by}", "由客服代为报案")
        else:
            await self._case.note("reopened", "family", "因新的情况重新受理", reason=because)

    # --- a long history -----------------------------------------------------------------------------------------------

    def _should_continue(self) -> bool:
        """Whether it is time for a new run, and a good moment: everything that was begun is in the file."""
        info = workflow.info()
        is_long = (
            info.is_continue_as_new_suggested() or info.get_current_history_length() >= self._order.longest_history
        )
        return is_long and self._is_quiet() and workflow.all_handlers_finished()

    def _is_quiet(self) -> bool:
        under_way = self._one_by_one.locked() or self._submitted or self._case.withdrawn or self._clocks.is_speaking
        under_way = under_way or self._serious.is_busy
        return self._keeps_clocks and not under_way and not self._case.is_telling and self._nothing_under_way()

    def _order_to_go_on(self) -> ClaimOrder:
        case = self._case
        continued = Continued(
            case.seq, case.payee_wanted, case.called_until, case.reviewing, self._review.answer, case.called
        )
        return replace(
            self._order,
            case=case.file(),
            documents=tuple(case.documents.values()),
            receipts=tuple(case.receipts.values()),
            continued=continued,
        )

    # --- report and evidence ------------------------------------------------------------------------------------------

    async def _gather(self) -> None:
        """The family's turn: papers, then submit."""
        days = self._order.idle_days
        if not await self._heard(lambda: self._submitted, days, "还在等您提交理赔材料"):
            await self._lapse()

    async def _heard(self, answered: Callable[[], bool], days: float, reminder: str) -> bool:
        """Waits for the family, who are reminded, from the moment on which their turn began. False: not in this time."""
        case = self._case
        since = case.state_since if self._keeps_clocks else workflow.now()
        ends = since + timedelta(days=days)
        for at in [*(at for at, _ in family_reminders(since, ends) if self._keeps_clocks), ends]:
            if at < workflow.now():
                continue
            try:
                await workflow.wait_condition(
                    lambda: answered() or case.withdrawn or self._should_continue(), timeout=at - workflow.now()
                )
            except TimeoutError:
                if at < ends:
                    case.tell("your_turn", f"{reminder}，最后一日为{last_day(ends)}")
                    await case.note("family_reminded", "system", "已提醒家长")
            else:
                return True
        return answered()

    async def _lapse(self) -> None:
        case = self._case
        if case.paid_fen:
            # opened again after a payment: what was paid for stays claimed
            case.papers_came()
            await case.move("submitted", "lapsed", "system", "长时间未补充材料，将按现有材料审核")
        else:
            text = "长时间未提交材料，本次申请已结束；需要时可以重新报案"
            await case.move("withdrawn", "lapsed", "system", text, limits=case.used())

    async def _read(self) -> None:
        self._submitted = False
        await self._case.move("reading", "reading", "system", "正在识别票据")
        await workflow.wait_condition(lambda: self._readings.all_done() or self._case.withdrawn)
        if not self._case.withdrawn:
            await self._case.move("assessing", "read", "system", "票据识别完成，正在理算")

    def _nothing_under_way(self) -> bool:
        if self._reporting is not None and not self._reporting.done():
            return False
        telling = not self._deliveries.all_done() or not self._letters.all_done()
        return self._readings.all_done() and self._advance.is_settled() and not telling

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
            for receipt in outcome.receipts:
                case.put_reading(receipt)
            await self._reassess("document_read_again", "system", "票据已重新识别，人工更正的内容不变")

    # --- assessment and decision --------------------------------------------------------------------------------------

    async def _assess(self) -> None:
        case = self._case
        missing = self._missing_for_sure()
        if missing:
            titles = "、".join(DOCUMENT_KINDS[kind] for kind in missing)
            case.tell("supplement_requested", f"还需要您重新提交：{titles}")
            await case.move("supplement_requested", "supplement_requested", "system", f"还需要：{titles}")
            return
        # the insurer has them from the moment at which the family gave them
        case.received_at = case.received_at or self._given_at or workflow.now()
        case.assessment = await self._assessed()
        if case.assessment.automatic and not case.payees_known:
            # named while the rules were at work
            case.assessment = await self._assessed()
        if case.assessment.automatic:
            await self._decide(decide_automatically(case.assessment, workflow.now()))
        else:
            await self._open_review("有需要人工核对的内容，已转理赔员")

    async def _assessed(self) -> Assessment:
        case = self._case
        return await workflow.execute_local_activity_method(
            Assessing.assess_claim,
            AssessStep(
                claim_id=self._order.claim_id,
                policy_no=self._order.policy_no,
                report=self._order.report,
                receipts=tuple(case.receipts.values()),
                documents=case.usable_documents,
                established=case.established,
                paid_lines=case.paid_lines,
                payees_known=case.payees_known,
            ),
            **RECORDS,
        )

    def _missing_for_sure(self) -> tuple[str, ...]:
        """Kinds without which nothing can be said; those for larger sums are the adjuster's to ask for, once."""
        required = required_documents(evidence_facts(self._order.report, self._case.established))
        received = {d.kind for d in self._case.usable_documents}
        return tuple(d.kind for d in missing_documents(required, received, 0))

    async def _decide(self, decision: Decision) -> None:
        case = self._case
        case.decision = decision
        by = "system" if decision.by == "automatic" else f"adjuster:{decision.adjusters[-1]}"
        text = {
            "full": "审核通过，按条款全额赔付",
            "partial": "审核完成，部分赔付，请您确认",
            "refused": "很抱歉，本次申请未能赔付，原因见理赔决定",
        }[decision.outcome]
        if decision.outcome != "refused" or not self._keeps_clocks:
            case.tell(f"decided_{decision.outcome}", text)
        limits = case.reserved(decision.lines)
        await case.move(
            "decided", "decided", by, text, limits=limits, reason=why(decision.reason_codes, decision.comment)
        )
        if decision.outcome == "refused" and self._keeps_clocks:
            self._deliveries.begin(f"decided-{case.round}-{len(case.undone)}", "decided_refused", text)
        # whoever is paid in full without a person asks for a letter when one is wanted
        if decision.by == "adjuster" and workflow.patched("letters"):
            self._letters.begin()
        if decision.by == "automatic" and self._order.quality_sampled:
            await open_quality_review(case)

    async def _open_review(self, text: str) -> None:
        """Nobody who has decided the claim decides it again."""
        case, order = self._case, self._order
        assert case.assessment is not None
        case.review_count += 1
        case.review_id = f"{order.claim_id}-r{case.review_count}"
        await case.move("in_review", "review_opened", "system", text, limits=case.reserved(proposed(case.assessment)))
        await self._review.begin(case.deciders)

    async def _review_again(self) -> None:
        """A disputed or reopened claim goes to somebody who has not decided it."""
        self._case.assessment = await self._assessed()
        self._case.undo_decision()
        await self._open_review("由另一位理赔员复核")

    async def _await_review(self) -> None:
        review, case = self._review, self._case
        await workflow.wait_condition(lambda: not review.is_open or case.withdrawn or self._should_continue())
        if review.is_open or case.withdrawn:
            return
        result = await review.result()
        async with self._one_by_one:
            if result.papers is not None:
                await self._request_papers(result.papers)
            elif result.decision is not None and await self._found_more(result.decision):
                await self._open_review("审核期间有新的情况，须再核对一次")
            elif result.decision is not None:
                await self._decide(result.decision)

    async def _found_more(self, decision: Decision) -> bool:
        """A review takes days: another claim may have come with the same receipt, or been paid for it, since its findings were
        made. Of two claims with one receipt the one that is decided later must know. A correction may have come with the decision."""
        case = self._case
        if not decision.payable_fen or not workflow.patched("repeats-before-payment"):
            return False
        assert case.assessment is not None
        now = await self._assessed()
        is_outdated = workflow.patched("decided-as-assessed") and not stands_on(decision, now.settlement)
        if not is_outdated and not has_more(now.grounds, case.assessment.grounds):
            return False
        case.assessment = now
        return True

    async def _request_papers(self, request: PapersRequest) -> None:
        case = self._case
        case.papers_requests.append(request)
        titles = "、".join(DOCUMENT_KINDS[kind] for kind in request.kinds)
        text = f"请一次补齐以下材料：{titles}"
        if self._keeps_clocks:
            self._deliveries.begin(f"papers-{case.round}-{len(case.papers_requests)}", "supplement_requested", text)
        else:
            case.tell("supplement_requested", text)
            case.notice_delivered_at = workflow.now()
        asked = f"请补充：{titles}"
        await case.move("supplement_requested", "supplement_requested", request.by, asked, reason=request.comment)

    async def _await_family(self) -> None:
        """Full decisions need no acceptance; others wait for the family's answer, and silence has a named end."""
        case = self._case
        assert case.decision is not None
        # what was said before the decision was on file is heard all the same
        if case.decision.outcome == "full" and not self._is_answered():
            await self._agree("system", "按条款全额赔付，无须确认")
            return
        reminder = "审核结果还在等您确认或提出异议"
        if not await self._heard(self._is_answered, self._order.dispute_days, reminder):
            await self._unanswered(case.decision)
            return
        if self._undoing is not None:
            await self._undo(self._undoing)
        elif self._disputed:
            self._disputed, case.disputed = False, True
            # another adjuster's time is counted anew
            case.clocks_from = workflow.now()
            text = "您对审核结果有异议，将由另一位理赔员复核"
            await case.move("disputed", "disputed", "family", text, reason=self._objection.reason)
        elif self._accepted:
            await self._agree("family", "您已确认审核结果")

    def _is_answered(self) -> bool:
        return self._accepted or self._disputed or self._undoing is not None

    async def _unanswered(self, decision: Decision) -> None:
        if decision.outcome == "refused":
            await self._close()
        else:
            await self._agree("system", "您没有提出异议，先按审核结果支付；如有异议，仍可联系客服或投诉")

    async def _agree(self, by: str, text: str) -> None:
        self._accepted = False
        self._case.agree()
        await self._case.move("agreed", "agreed", by, text)

    async def _undo(self, undoing: Undoing) -> None:
        case, self._undoing, self._accepted = self._case, None, False
        case.payee_wanted = False
        case.undo_decision()
        case.assessment = await self._assessed()
        by, text = undoing.actor.label, "审核结果已撤销，重新审核"
        case.journal.event("decision_undone", by, text, workflow.now(), reason=undoing.reason)
        case.tell("decision_undone", "审核结果已撤销，将由另一位理赔员重新审核，赔款还没有支付；有疑问请联系客服")
        await self._open_review("由另一位理赔员重新审核")

    # --- money --------------------------------------------------------------------------------------------------------

    async def _pay(self) -> None:
        """What was paid in advance is known before the difference is."""
        await workflow.wait_condition(lambda: self._advance.is_settled() or self._undoing is not None)
        await self._pay_or_undo()

    async def _await_payee(self) -> None:
        case = self._case
        await money.await_payee(case, lambda: self._undoing is not None or self._should_continue())
        if self._undoing is not None or not case.payee_wanted:
            await self._pay_or_undo()

    async def _pay_or_undo(self) -> None:
        """No money has moved as long as the lead may undo."""
        if self._undoing is not None:
            await self._undo(self._undoing)
        else:
            await money.pay(self._case)

    async def _close(self) -> None:
        case, self._closing = self._case, True
        if self._reporting is not None:
            await self._reporting
        await workflow.wait_condition(lambda: self._deliveries.all_done() and self._advance.is_settled())
        await insurer.close(case)
        self._letters.no_more_tries()
        await workflow.wait_condition(self._letters.all_done)
        await case.move("closed", "closed", "system", "本次理赔已结案", limits=case.used())

    async def _withdraw(self) -> None:
        if self._review.is_open:
            await self._review.tell("close")
            await self._review.result()
        async with self._one_by_one:
            case = self._case
            await case.move("withdrawn", "withdrawn", "family", "您已撤回本次申请", limits=case.used())

    # --- what the family says -----------------------------------------------------------------------------------------

    @workflow.update
    async def add_document(self, document: EvidenceFile) -> None:
        """Reading begins at once; the same file given twice is one document."""
        if document.document_id in self._case.documents:
            return
        self._case.put_document(document)
        # before the note: a claim that is submitted meanwhile must wait for this reading
        self._readings.begin(document)
        received = "已收到" if document.given_by == "family" else "客服代为提交了"
        await self._case.note("document_received", document.given_by, f"{received}{DOCUMENT_KINDS[document.kind]}")

    @add_document.validator
    def _may_add_document(self, document: EvidenceFile) -> None:
        """Who may be paid can be proved for as long as somebody has to be named."""
        self._require(*GATHERING, *(NAMING if document.kind in PAPERS else ()))

    @workflow.update
    async def set_payee(self, order: PayeeOrder) -> None:
        """Whoever has the review looks at somebody whom the policy does not know; afterwards the lead does."""
        case, text = self._case, "已填写收款账户"
        were_known = case.payees_known
        case.set_payees(order.payees)
        case.consents = (*case.consents, *order.consents)
        case.payee_wanted = False
        if case.payees_known and were_known:
            await case.note("payee_set", "family", text)
            return
        async with self._one_by_one:
            if case.state == "in_review" and not case.withdrawn:
                await self._reassess("payee_set", "family", text)
            else:
                if case.state in AFTER_DECISION:
                    case.tell_staff("lead", "payee_by_paper", "收款人由关系证明或授权委托书证明，请核对")
                await case.note("payee_set", "family", text)

    @set_payee.validator
    def _may_set_payee(self, order: PayeeOrder) -> None:
        self._require(*WITHDRAWABLE, "reopened", "payee_needed")
        if any(payout.state == "paying" for payout in self._case.payouts):
            raise ApplicationError("一笔赔款正在支付，请稍后再更换账户", type="illegal_move")
        if self._case.state not in LOOKED_AT and any(payee.proof == "none" for payee in order.payees):
            message = "请填写投保人本人的账户；由他人领取的，请先上传关系证明或授权委托书"
            raise ApplicationError(message, "name", type="payee_unproven")
        if not self._case.keeps_the_paid(order.payees):
            raise ApplicationError("部分收款人已付款，他们和各人的份额不能改变", type="payees_fixed")

    @workflow.update
    async def submit(self) -> None:
        self._submitted = True
        now = self._given_at = workflow.now()
        case = self._case
        case.papers_came()
        case.submitted_at = case.submitted_at or now
        await case.move("submitted", "submitted", "family", "您已提交材料")

    @submit.validator
    def _may_submit(self) -> None:
        self._require("reported", "supplement_requested")
        missing = self._missing_for_sure()
        if missing:
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
            raise ApplicationError("本次申请已复核过一次；仍有异议请投诉", type="already_disputed")

    @workflow.update
    async def withdraw(self) -> None:
        self._case.withdrawn = True
        await workflow.wait_condition(lambda: self._case.state in ENDED)

    @withdraw.validator
    def _may_withdraw(self) -> None:
        self._require(*WITHDRAWABLE)
        case = self._case
        is_on_its_way = not self._advance.is_settled() and any(p.state == "paying" for p in case.payouts)
        if (
            self._closing
            or self._accepted
            or is_on_its_way
            or (case.decision is not None and case.decision.outcome == "full")
        ):
            raise ApplicationError("赔款已在支付中", type="illegal_move")
        if case.paid_fen:
            raise ApplicationError("已经赔付过的申请不能撤回", type="illegal_move")

    # --- what adjusters say -------------------------------------------------------------------------------------------

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
            was_alive = not is_deceased(self._order.report, self._case.established)
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

    async def _reassess(self, event: str, by: str, text: str, reason: str | None = None) -> None:
        """After a receipt changed in review: what is payable follows, and the review is told."""
        case = self._case
        case.assessment = await self._assessed()
        await case.note(event, by, text, limits=case.reserved(proposed(case.assessment)), reason=reason)
        await self._review.tell("reassessed", case.assessment)
        await self._serious.follow()
        self._advance.ask_again()

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
        if self._undoing is not None or self._case.is_paid_out:
            raise ApplicationError("赔款已支付或正在支付，不能撤销", type="illegal_move")

    def _require(self, *states: str) -> None:
        if self._case.state not in states or self._case.withdrawn:
            raise ApplicationError(f"not while {self._case.state}", type="illegal_move")

    def _require_unanswered(self) -> None:
        self._require("decided")
        is_answered = self._closing or self._accepted or self._disputed or self._undoing is not None
        # a decision that is being undone stands no more
        if is_answered or self._case.decision is None:
            raise ApplicationError("already answered", type="illegal_move")
