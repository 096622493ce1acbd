"""What the parts of a claim's process share: the case and who works on it, what was said and not heard yet, and when a long history
is cut."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from insurance.rules.reminders import family_reminders, last_day, time_for_answer_ends
from workflows.claim_advance import Advance
from workflows.claim_case import ClaimCase
from workflows.claim_clocks import ClockKeeper
from workflows.claim_letters import Letters
from workflows.claim_notices import Deliveries
from workflows.claim_reading import Readings
from workflows.claim_review import ClaimReview
from workflows.messages import ClaimOrder, Continued, Objection, Undoing
from workflows.serious_watch import SeriousWatch

UNSAID = Objection()


class ClaimParts:
    def __init__(self, order: ClaimOrder) -> None:
        self._order = order
        self._case = ClaimCase(order)
        self._readings = Readings(self._case)
        # while a review was open, and when each was read
        self._brought: dict[str, datetime | None] = {}
        self._reporting: asyncio.Task[None] | None = None
        self._submitted = False
        self._accepted = False
        self._disputed = False
        self._objection = UNSAID
        self._undoing: Undoing | None = None
        self._keeps_clocks = False
        # states that another one follows at once share its record
        self._is_brisk = order.shape >= 1
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

    # --- what may be said ---------------------------------------------------------------------------------------------

    def _require(self, *states: str) -> None:
        if self._case.state not in states or self._case.withdrawn:
            raise ApplicationError(f"not while {self._case.state}", type="illegal_move")

    def _require_unanswered(self) -> None:
        self._require("decided")
        # a decision that is being undone stands no more
        if self._closing or self._is_answered() or self._case.decision is None:
            raise ApplicationError("already answered", type="illegal_move")

    def _is_answered(self) -> bool:
        return self._accepted or self._disputed or self._undoing is not None

    # --- waiting ------------------------------------------------------------------------------------------------------

    async def _heard(self, answered: Callable[[], bool], days: float, reminder: str | None) -> bool:
        """Waits for the family from the moment on which their turn began to 24:00 of the last day that they are told. They are reminded,
        unless `reminder` is None. False: not in this time."""
        case = self._case
        since = case.state_since if self._keeps_clocks else workflow.now()
        ends = since + timedelta(days=days)
        # by state: a claim of before that waits for its papers has all of the day for its answer
        if workflow.patched(f"whole-days-{case.state}"):
            ends = time_for_answer_ends(since, days)
        reminded = family_reminders(since, ends) if self._keeps_clocks and reminder is not None else ()
        for at in (*reminded, ends):
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

    def _nothing_under_way(self) -> bool:
        if self._reporting is not None and not self._reporting.done():
            return False
        telling = not self._deliveries.all_done() or not self._letters.all_done()
        return self._readings.all_done() and self._advance.is_settled() and not telling

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
