"""The notice of an adjuster's decision as a letter (理赔决定通知书), made beside the claim: payment does not wait for it, its end does."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.letter_orders import DecisionLetter, decision_letter
from activities.letters import LetterSteps, MadeLetter
from insurance.rules.deadlines import REFUSAL_NOTICE_DAYS
from workflows.claim_case import ClaimCase
from workflows.options import LETTERS

# somebody mends it meanwhile
AGAIN_AFTER = timedelta(hours=12)
# from the decision on, the law's days for a refusal (保险法 24); nobody tries for ever
AGAIN_FOR = timedelta(days=REFUSAL_NOTICE_DAYS)


class Letters:
    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._tasks: list[asyncio.Task[None]] = []
        self._is_last_try = False

    def begin(self) -> None:
        """Of the decision that stands now, whatever becomes of it."""
        order = decision_letter(self._case.file(), self._case.order.dispute_days)
        self._tasks.append(asyncio.create_task(self._make(order)))

    def all_done(self) -> bool:
        return all(task.done() for task in self._tasks)

    def no_more_tries(self) -> None:
        """The claim ends: what is tried now is the last time."""
        self._is_last_try = True

    async def _make(self, order: DecisionLetter) -> None:
        case, letter = self._case, await self._drawn(order)
        if letter is None:
            # it can still be asked for by hand
            if tells := workflow.patched("letters-again"):
                case.tell_staff("lead", "letter_failed", self._problem(order))
            await case.note("letter_failed", "system", "理赔决定通知书暂时没有生成，可稍后在本页面重新获取")
            letter = await self._drawn_later(order) if tells else None
        if letter is None:
            return
        if order.decision.outcome != "full":
            case.tell("letter_made", f"{letter.title}已生成，请在理赔页面查看或下载")
        await case.note("letter_made", "system", f"{letter.title}已生成")

    async def _drawn(self, order: DecisionLetter) -> MadeLetter | None:
        try:
            letter: MadeLetter = await workflow.execute_activity_method(
                LetterSteps.make_decision_letter, order, **LETTERS
            )
        except ActivityError:
            return None
        return letter

    async def _drawn_later(self, order: DecisionLetter) -> MadeLetter | None:
        """Tried again until the law's days are over, or the claim is; then its insurer's operator hears of it."""
        ends = order.decision.decided_at + AGAIN_FOR
        while workflow.now() < ends and await self._rested():
            letter = await self._drawn(order)
            if letter is not None:
                return letter
        self._case.tell_staff("operator", "letter_failed", self._problem(order))
        await self._case.note("letter_given_up", "system", "理赔决定通知书仍未生成，已报保险公司负责人")
        return None

    async def _rested(self) -> bool:
        """False when the claim ended first."""
        try:
            await workflow.wait_condition(lambda: self._is_last_try or self._case.over, timeout=AGAIN_AFTER)
        except TimeoutError:
            return True
        return False

    @staticmethod
    def _problem(order: DecisionLetter) -> str:
        law = (
            f"（拒赔须在{REFUSAL_NOTICE_DAYS}日内送达，保险法第二十四条）"
            if order.decision.outcome == "refused"
            else ""
        )
        return f"理赔决定通知书没有生成{law}，请检查，并在理赔页面重新生成"
