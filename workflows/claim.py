"""Claim (理赔): from report to payout. `run` is the process; what the family and adjusters say comes in as updates."""

import asyncio
from datetime import datetime

from temporalio import workflow

from insurance.rules.case import Decision
from insurance.rules.reminders import last_day, time_for_answer_ends
from insurance.rules.status import answer_reminder, answers_to
from workflows import claim_insurer as insurer
from workflows import claim_money as money
from workflows.claim_adjusters import AdjusterMoves
from workflows.claim_family import FamilyMoves
from workflows.claim_notices import TITLES
from workflows.messages import ClaimOrder, ClaimOutcome


@workflow.defn(name="claim")
class ClaimWorkflow(FamilyMoves, AdjusterMoves):
    @workflow.init
    def __init__(self, order: ClaimOrder) -> None:
        super().__init__(order)
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
        self._keeps_clocks = self._is_brisk or workflow.patched("clocks")
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
        if self._case.state == "withdrawn" and workflow.patched("withdrawn-is-told"):
            await self._tell_insurer()
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and self._nothing_under_way())
        if keeping is not None:
            await keeping
        return ClaimOutcome(self._case.state, self._case.paid_fen)

    async def _begin(self) -> None:
        because = self._order.reopened_because
        if because is None:
            self._reporting = asyncio.create_task(insurer.report(self._case))
            if self._order.reported_by is not None:
                self._case.tell("reported_for_family", "客服已代您报案，请在理赔页面查看，并提交所需材料")
                await self._case.note("reported_for_family", f"adjuster:{self._order.reported_by}", "由客服代为报案")
        else:
            await self._case.note("reopened", "family", "因新的情况重新受理", reason=because)

    # --- the family's turn --------------------------------------------------------------------------------------------

    async def _gather(self) -> None:
        """The family's turn: papers, then submit."""
        days = self._order.idle_days
        if await self._heard(lambda: self._submitted, days, "还在等您提交理赔材料"):
            return
        if not await self._gives_more_time(days, None):
            await self._lapse()

    async def _lapse(self) -> None:
        case = self._case
        if self._advance.is_on_its_way and workflow.patched("lapse-after-advance"):
            await workflow.wait_condition(lambda: not self._advance.is_on_its_way)
            if self._submitted or case.withdrawn:
                return
        is_received = case.received_at is not None and workflow.patched("received-is-decided")
        if case.paid_fen or is_received:
            # silence takes back no claim whose papers the insurer has had: it owes a decision on them (保险法 23)
            case.papers_came()
            await case.move("submitted", "lapsed", "system", "长时间未补充材料，将按现有材料审核")
        else:
            text = "长时间未提交材料，本次申请已结束；需要时可以重新报案"
            await case.move("withdrawn", "lapsed", "system", text, limits=case.used())

    async def _await_family(self) -> None:
        """Full decisions need no acceptance; others wait for the family's answer, and silence has a named end."""
        case = self._case
        assert case.decision is not None
        # what was said before the decision was on file is heard all the same
        if case.decision.outcome == "full" and not self._is_answered():
            await self._agree("system", "按条款全额赔付，无须确认")
            return
        if not await self._heard(self._is_answered, self._order.dispute_days, self._reminder(case.decision)):
            if not await self._gives_more_time(self._order.dispute_days, case.decision_told_at):
                await self._unanswered(case.decision)
            return
        if self._undoing is not None:
            await self._undo(self._undoing)
        elif self._disputed:
            self._disputed = False
            case.dispute()
            text = "您对审核结果有异议，将由另一位理赔员复核"
            await case.move("disputed", "disputed", "family", text, reason=self._objection.reason)
        elif self._accepted:
            await self._agree("family", "您已确认审核结果")

    def _reminder(self, decision: Decision) -> str | None:
        """None where the family has nothing left to say; the claim stays open for whoever may undo the decision."""
        answers = answers_to(decision.outcome, self._case.disputed)
        if not answers and workflow.patched("final-refusals-ask-nothing"):
            return None
        return answer_reminder(decision.outcome, self._case.disputed)

    async def _gives_more_time(self, days: float, told_at: datetime | None) -> bool:
        """Whoever heard late, or has not heard yet, of what they should answer has all of the time from then on."""
        case = self._case
        if not self._keeps_clocks or not workflow.patched("time-from-the-telling"):
            return False
        is_untold = bool(case.undelivered) or not self._deliveries.all_done()
        since = workflow.now() if is_untold else told_at
        if since is None or (ends := time_for_answer_ends(since, days)) <= workflow.now():
            return False
        case.state_since = since
        if case.undelivered:
            text = f"{TITLES[case.undelivered[0]]}仍未送达家长，期限顺延，请电话告知或者当面交付，并登记送达"
            case.tell_staff("lead", "notice_refused", text)
        decision, term = case.decision, "您的期限"
        if decision is not None and not answers_to(decision.outcome, case.disputed):
            term = "结案日期"
        await case.note("answer_time_extended", "system", f"通知送达较晚，{term}顺延至{last_day(ends)}")
        return True

    async def _unanswered(self, decision: Decision) -> None:
        if decision.outcome == "refused":
            await self._close()
        else:
            await self._agree("system", "您没有提出异议，先按审核结果支付；如有异议，仍可联系客服或投诉")

    async def _agree(self, by: str, text: str) -> None:
        case, self._accepted = self._case, False
        case.agree()
        if self._is_brisk and case.decision is not None and case.decision.by == "automatic":
            case.pass_through("agreed", "agreed", by, text)
        else:
            await case.move("agreed", "agreed", by, text)

    # --- money and the end --------------------------------------------------------------------------------------------

    async def _pay(self) -> None:
        """What was paid in advance is known before the difference is."""
        await workflow.wait_condition(lambda: self._advance.is_settled() or self._undoing is not None)
        await self._pay_or_undo()

    async def _await_payee(self) -> None:
        case = self._case
        if case.is_payee_looked_at:
            await money.await_look(case, lambda: not case.is_payee_looked_at or self._is_interrupted())
        else:
            await money.await_payee(case, self._is_interrupted)
        if self._undoing is not None or not (case.payee_wanted or case.is_payee_looked_at):
            await self._pay_or_undo()

    def _is_interrupted(self) -> bool:
        return self._undoing is not None or self._should_continue()

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
        # what was accepted need not arrive any more
        is_answered = case.decision is not None and case.decision.outcome == "partial"
        await workflow.wait_condition(
            lambda: (is_answered or self._deliveries.all_done()) and self._advance.is_settled()
        )
        await insurer.close(case)
        self._letters.no_more_tries()
        await workflow.wait_condition(self._letters.all_done)
        # what was paid is held as used since then
        limits = case.used() if case.state != "paid" else None
        await case.move("closed", "closed", "system", "本次理赔已结案", limits=limits)

    async def _tell_insurer(self) -> None:
        """That a report comes to nothing; the family, who took it back, does not wait for it."""
        if self._reporting is not None:
            await self._reporting
        await insurer.close(self._case)

    async def _withdraw(self) -> None:
        if self._review.is_open:
            await self._review.tell("close")
            await self._review.result()
        async with self._one_by_one:
            case = self._case
            await case.move("withdrawn", "withdrawn", "family", "您已撤回本次申请", limits=case.used())
