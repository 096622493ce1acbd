"""The keeper of a claim's clocks (时限): reminds whose turn it is, goes up to the lead and the insurer, and begins the advance."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import workflow

from activities.clocks import Clocks
from insurance.rules.reminders import Call, is_passed_over, key_of, text_of
from insurance.rules.status import whose_turn
from workflows.claim_case import ClaimCase
from workflows.claim_review import ClaimReview
from workflows.messages import Reminder
from workflows.options import RECORDS

WATCHED = frozenset({"in_review", "supplement_requested", "decided", "paying"})
# a payment takes seconds; one that does not is watched
PAYING_TAKES = timedelta(hours=1)


class ClockKeeper:
    """Runs beside the process until the claim ends. Plans anew whenever a fact that a clock stands on has changed."""

    def __init__(self, case: ClaimCase, review: ClaimReview, advance: Callable[[], None]) -> None:
        self._case = case
        self._review = review
        self._advance = advance
        self.is_speaking = False

    async def keep(self) -> None:
        while not self._case.ended:
            await workflow.wait_condition(lambda: self._is_watching() or self._case.ended)
            if not self._case.ended:
                await self._watch()

    def _is_watching(self) -> bool:
        case = self._case
        is_quick = case.decision is not None and case.state == "decided" and case.decision.outcome == "full"
        is_watched = case.state in WATCHED or case.is_payee_looked_at
        return is_watched and case.received_at is not None and not is_quick

    async def _watch(self) -> None:
        facts = self._case.clock_facts
        if self._case.state == "paying" and await self._changes(facts, PAYING_TAKES):
            return
        calls = await self._plan()
        for call in calls:
            if await self._changes(facts, call.at - workflow.now()):
                return
            if is_passed_over(call, calls, workflow.now()) and workflow.patched("newest-call"):
                continue
            self.is_speaking = True
            await self._say(call)
            self.is_speaking = False
        await workflow.wait_condition(lambda: self._case.clock_facts != facts or self._case.ended)

    async def _changes(self, facts: object, within: timedelta) -> bool:
        if self._case.clock_facts != facts and workflow.patched("calls-of-one-instant"):
            # while something else was said
            return True
        try:
            await workflow.wait_condition(
                lambda: self._case.clock_facts != facts or self._case.ended, timeout=max(within, timedelta(0))
            )
        except TimeoutError:
            return False
        return True

    async def _plan(self) -> Sequence[Call]:
        """What was said stays said."""
        case = self._case
        calls = await workflow.execute_local_activity_method(Clocks.plan_calls, case.file(), **RECORDS)
        said_until = case.called_until or case.received_at
        assert said_until is not None
        return [call for call in calls if call.at > said_until or self._is_left(call)]

    def _is_left(self, call: Call) -> bool:
        """Of several at one instant, the run may have been cut, or the facts have changed, after the first."""
        case = self._case
        is_left = call.at == case.called_until and bool(case.called) and key_of(call) not in case.called
        return is_left and workflow.patched("calls-of-one-instant")

    async def _say(self, call: Call) -> None:
        case, text = self._case, text_of(call, workflow.now())
        case.called = (*(case.called if call.at == case.called_until else ()), key_of(call))
        case.called_until = call.at
        if call.kind == "advance":
            self._advance()
        elif call.kind in ("overdue", "escalated"):
            case.tell_staff("lead" if call.kind == "overdue" else "operator", f"clock_{call.kind}", text)
        elif whose_turn(case.state) == "adjuster":
            await self._review.tell("remind", Reminder(f"clock_{call.kind}", text))
        else:
            # a clock that runs on while the family has the case: a notice has not reached it
            role = "lead" if whose_turn(case.state) == "family" else "operator"
            case.tell_staff(role, f"clock_{call.kind}", text)
        await case.note(f"clock_{call.kind}", "system", text)
