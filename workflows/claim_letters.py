"""The notice of each decision as a letter (理赔决定通知书), made beside the claim: payment does not wait for it, the claim's end does."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.letters import DecisionLetter, LetterClaim, LetterSteps, MadeLetter
from insurance.rules.case import Decision
from insurance.rules.cover import shanghai_day
from workflows.claim_case import ClaimCase
from workflows.options import LETTERS


class Letters:
    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, decision: Decision) -> None:
        self._tasks.append(asyncio.create_task(self._make(decision)))

    def all_done(self) -> bool:
        return all(task.done() for task in self._tasks)

    async def _make(self, decision: Decision) -> None:
        case = self._case
        try:
            letter: MadeLetter = await workflow.execute_activity_method(
                LetterSteps.make_decision_letter, self._step(decision), **LETTERS
            )
        except ActivityError:
            # it can still be asked for by hand
            await case.note("letter_failed", "system", "理赔决定通知书暂时没有生成，可稍后在本页面重新获取")
            return
        if decision.outcome != "full":
            case.tell("letter_made", f"{letter.title}已生成，请在理赔页面查看或下载")
        await case.note("letter_made", "system", f"{letter.title}已生成")

    def _step(self, decision: Decision) -> DecisionLetter:
        case, order = self._case, self._case.order
        assert case.assessment is not None
        may_dispute = decision.outcome != "full" and not case.disputed
        claim = LetterClaim(
            claim_id=order.claim_id,
            policy_no=order.policy_no,
            insurer_code=order.insurer_code,
            report_no=case.report_no,
            event=order.report.event,
            happened_on=shanghai_day(order.report.accident_at),
            on_campus=order.report.on_campus,
        )
        return DecisionLetter(
            claim=claim,
            settlement=case.assessment.settlement,
            decision=decision,
            number=len(case.undone) + 1,
            dispute_until=shanghai_day(decision.decided_at + timedelta(days=order.dispute_days))
            if may_dispute
            else None,
        )
