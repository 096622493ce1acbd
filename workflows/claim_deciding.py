"""How a claim is decided (核定): papers read, the rules applied, without a person or by review; what comes out can be undone."""

from temporalio import workflow

from activities.assessment import Assessing, AssessStep
from insurance.rules.assessment import missing_papers
from insurance.rules.case import Assessment, Decision, PapersRequest
from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.decision import decide_automatically, stands_on, why
from insurance.rules.reminders import last_day, time_for_answer_ends
from insurance.rules.repeated import has_more
from workflows.claim_case import proposed
from workflows.claim_parts import ClaimParts
from workflows.claim_review import open_quality_review
from workflows.messages import Undoing
from workflows.options import RECORDS


class Deciding(ClaimParts):
    async def _read(self) -> None:
        case, self._submitted = self._case, False
        if self._is_brisk and self._readings.all_done():
            case.pass_through("reading", "reading", "system", "正在识别票据")
        else:
            await case.move("reading", "reading", "system", "正在识别票据")
        await workflow.wait_condition(lambda: self._readings.all_done() or case.withdrawn)
        if case.withdrawn:
            return
        if self._is_brisk:
            case.pass_through("assessing", "read", "system", "票据识别完成，正在理算")
        else:
            await case.move("assessing", "read", "system", "票据识别完成，正在理算")

    async def _assess(self) -> None:
        case = self._case
        missing = self._missing_for_sure()
        if missing and not self._is_in_hands():
            titles = "、".join(DOCUMENT_KINDS[kind] for kind in missing)
            # nothing of what was given could be used
            case.received_at = case.received_at if case.review_count else None
            case.tell("supplement_requested", f"还需要您重新提交：{titles}")
            await case.move("supplement_requested", "supplement_requested", "system", f"还需要：{titles}")
            return
        case.assessment = await self._assessed()
        if case.assessment.automatic and not case.payees_known:
            # named while the rules were at work
            case.assessment = await self._assessed()
        if case.assessment.automatic and not self._is_in_hands():
            await self._decide(decide_automatically(case.assessment, workflow.now()))
        else:
            await self._open_review("有需要人工核对的内容，已转理赔员")

    def _is_in_hands(self) -> bool:
        """What a person has asked for, undone or decided, a person decides, whatever has come."""
        return self._case.review_count > 0 and workflow.patched("decided-in-hands")

    async def _assessed(self) -> Assessment:
        case, case.is_being_assessed = self._case, True
        assessment: Assessment = await workflow.execute_local_activity_method(
            Assessing.assess_claim,
            AssessStep(
                claim_id=self._order.claim_id,
                policy_no=self._order.policy_no,
                report=self._order.report,
                receipts=tuple(case.receipts.values()),
                documents=case.usable_documents,
                established=case.established,
                paid_lines=case.lines_taken,
                payees_known=case.payees_known,
            ),
            **RECORDS,
        )
        case.is_being_assessed = False
        case.promised_fen = max(case.promised_fen, assessment.settlement.payable_fen)
        return assessment

    def _missing_for_sure(self) -> tuple[str, ...]:
        """Kinds without which nothing can be said; those for larger sums are the adjuster's to ask for, once."""
        received = {d.kind for d in self._case.usable_documents}
        missing = missing_papers(self._order.report, self._case.established, (), received, 0)
        return tuple(document.kind for document in missing)

    async def _decide(self, decision: Decision) -> None:
        case = self._case
        case.decision = decision
        case.payees_were_seen(decision.decided_at)
        case.advance_needs_none()
        by = "system" if decision.by == "automatic" else f"adjuster:{decision.adjusters[-1]}"
        text = {
            "full": "审核通过，按条款全额赔付",
            "partial": "审核完成，部分赔付，请您确认",
            "refused": "很抱歉，本次申请未能赔付，原因见理赔决定",
        }[decision.outcome]
        is_delivered = self._keeps_clocks and self._has_to_arrive(decision)
        if not is_delivered:
            case.tell(f"decided_{decision.outcome}", text)
        if decision.by == "automatic" and self._is_brisk:
            # what it decides is held since it was assessed
            case.pass_through("decided", "decided", by, text)
        else:
            limits, reason = case.reserved(decision.lines), why(decision.reason_codes, decision.comment)
            await case.move("decided", "decided", by, text, limits=limits, reason=reason)
        if is_delivered:
            self._deliveries.begin(f"decided-{case.round}-{len(case.undone)}", f"decided_{decision.outcome}", text)
        # whoever is paid in full without a person asks for a letter when one is wanted
        if decision.by == "adjuster" and workflow.patched("letters"):
            self._letters.begin()
        if decision.by == "automatic" and self._order.quality_sampled:
            await open_quality_review(case)

    @staticmethod
    def _has_to_arrive(decision: Decision) -> bool:
        """The law counts from a refusal's arrival (保险法 24), the family's time for an answer from that of either."""
        if decision.outcome == "partial":
            return workflow.patched("partial-is-delivered")
        return decision.outcome == "refused"

    # --- review ---------------------------------------------------------------------------------------------------------

    async def _open_review(self, text: str) -> None:
        """Nobody who had a part in the claim decides it."""
        case, order = self._case, self._order
        assert case.assessment is not None
        case.review_count += 1
        case.review_id = f"{order.claim_id}-r{case.review_count}"
        self._brought = {paper: None for paper, read_at in self._brought.items() if read_at is None}
        limits = case.reserved(proposed(case.assessment))
        if workflow.patched("review-first"):
            review = await self._review.begin(case.concerned)
            await case.move("in_review", "review_opened", "system", text, limits=limits, review=review)
        else:
            await case.move("in_review", "review_opened", "system", text, limits=limits)
            await self._review.begin(case.concerned)

    async def _take_paper(self, document_id: str) -> None:
        """The review is told of what was brought while it is open, as soon as it is read."""
        case = self._case
        if document_id not in self._brought:
            return
        async with self._one_by_one:
            self._brought[document_id] = workflow.now()
            if self._is_usable(document_id) and case.state == "in_review" and not case.withdrawn:
                await self._reassess("evidence_added", "system", "家长补充了材料，已重新理算")

    def _brought_unseen(self, decision: Decision) -> bool:
        """Whoever decided could not see them, or not what was read in them."""
        usable = [read_at for paper, read_at in self._brought.items() if self._is_usable(paper)]
        return any(read_at is None or read_at >= decision.decided_at for read_at in usable)

    def _is_usable(self, document_id: str) -> bool:
        return self._case.documents[document_id].state == "received"

    async def _review_again(self) -> None:
        """A disputed or reopened claim goes to somebody who has not decided it."""
        self._case.assessment = await self._assessed()
        self._case.undo_decision()
        await self._open_review("由另一位理赔员复核")
        self._advance.pay_undisputed()

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
        if self._brought_unseen(decision):
            case.assessment = await self._assessed()
            return True
        if not decision.payable_fen or not workflow.patched("repeats-before-payment"):
            return False
        assert case.assessment is not None
        now = await self._assessed()
        is_outdated = workflow.patched("decided-as-assessed") and not stands_on(decision, now.settlement)
        is_outdated = is_outdated or self._named_unseen(decision)
        if not is_outdated and not has_more(now.grounds, case.assessment.grounds):
            return False
        case.assessment = now
        return True

    def _named_unseen(self, decision: Decision) -> bool:
        """Somebody whom the policy does not know was named after it was decided that it knows who is paid."""
        is_unseen = "payee_known" in decision.checks and not self._case.payees_known
        return is_unseen and workflow.patched("payee-as-decided")

    async def _request_papers(self, request: PapersRequest) -> None:
        case = self._case
        case.papers_requests.append(request)
        titles = "、".join(DOCUMENT_KINDS[kind] for kind in request.kinds)
        text = f"请一次补齐以下材料：{titles}{self._said_with(request)}"
        if self._keeps_clocks:
            self._deliveries.begin(f"papers-{case.round}-{len(case.papers_requests)}", "supplement_requested", text)
        else:
            case.tell("supplement_requested", text)
            case.notice_delivered_at = workflow.now()
        asked = f"请补充：{titles}"
        await case.move("supplement_requested", "supplement_requested", request.by, asked, reason=request.comment)

    def _said_with(self, request: PapersRequest) -> str:
        """What of each is meant, and until when."""
        until = last_day(time_for_answer_ends(request.at, self._order.idle_days))
        said = f"。理赔员说明：{request.comment.rstrip('。')}" if request.comment else ""
        return f"{said}。最后一日为{until}"

    async def _reassess(self, event: str, by: str, text: str, reason: str | None = None) -> None:
        """After a receipt changed in review: what is payable follows, and the review is told."""
        case = self._case
        case.assessment = await self._assessed()
        await case.note(event, by, text, limits=case.reserved(proposed(case.assessment)), reason=reason)
        await self._review.tell("reassessed", case.assessment)
        await self._serious.follow()
        self._advance.ask_again()

    async def _undo(self, undoing: Undoing) -> None:
        case, self._accepted = self._case, False
        if not workflow.patched("review-first"):
            self._undoing = None
        case.account_came()
        case.undo_decision()
        case.undone_by = (*case.undone_by, undoing.actor.subject)
        case.disputed, case.undisputed = False, None
        case.assessment = await self._assessed()
        by, text = undoing.actor.label, "审核结果已撤销，重新审核"
        case.journal.event("decision_undone", by, text, workflow.now(), reason=undoing.reason)
        paid = "已先行支付的部分不用退回" if case.paid_fen else "赔款还没有支付"
        case.tell("decision_undone", f"审核结果已撤销，将由另一位理赔员重新审核，{paid}；有疑问请联系客服")
        await self._open_review("由另一位理赔员重新审核")
        self._undoing = None
        if workflow.patched("advance-after-undoing"):
            self._advance.ask_again()
