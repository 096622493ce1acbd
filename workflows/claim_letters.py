"""The notice of an adjuster's decision as a letter (理赔决定通知书), made beside the claim: payment does not wait for it, its end does."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.letter_orders import DecisionLetter, decision_letter
from activities.letters import LetterSteps, MadeLetter
from workflows.claim_case import ClaimCase
from workflows.options import LETTERS


class Letters:
    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Of the decision that stands now, whatever becomes of it."""
        order = decision_letter(self._case.file(), self._case.order.dispute_days)
        self._tasks.append(asyncio.create_task(self._make(order)))

    def all_done(self) -> bool:
        return all(task.done() for task in self._tasks)

    async def _make(self, order: DecisionLetter) -> None:
        case = self._case
        try:
            letter: MadeLetter = await workflow.execute_activity_method(
                LetterSteps.make_decision_letter, order, **LETTERS
            )
        except ActivityError:
            # it can still be asked for by hand
            await case.note("letter_failed", "system", "理赔决定通知书暂时没有生成，可稍后在本页面重新获取")
            return
        if order.decision.outcome != "full":
            case.tell("letter_made", f"{letter.title}已生成，请在理赔页面查看或下载")
        await case.note("letter_made", "system", f"{letter.title}已生成")
