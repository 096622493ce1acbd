"""The clocks of a claim, a surrender and a complaint (时限): when each began, its last day, and whether it was kept (DOMAIN 2.2-2.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from insurance.rules.periods import Calendar, Due, days_after, end_of_day, working_days_after, years_after
from insurance.rules.terms import AgreedTime

__all__ = [
    "Calendar",
    "ClaimFacts",
    "Clock",
    "Pause",
    "agreed_clocks",
    "agreed_time",
    "clocks",
    "complaint_clock",
    "complaint_review_clock",
    "days_after",
    "end_of_day",
    "limitation_clock",
    "surrender_refund_clock",
    "working_days_after",
]

ClockState = Literal["running", "paused", "met", "broken"]
Outcome = Literal["full", "partial", "refused"]

DETERMINATION_DAYS = 30
PAYMENT_DAYS = 10
REFUSAL_NOTICE_DAYS = 3
ADVANCE_PAYMENT_DAYS = 60
SURRENDER_REFUND_DAYS = 30
LIMITATION_YEARS = 2
COMPLAINT_DAYS = 15
COMPLAINT_EXTENSIONS = (30, 60)
COMPLAINT_REVIEW_DAYS = 30


@dataclass(frozen=True)
class Pause:
    """A clock stood still from a day on to another one (None: it still does), while the family looked for papers (`supplement`), had
    no account that takes the money (`payee`), or thought about a decision that it then disputed (`answer`)."""

    from_on: date
    to_on: date | None
    because: Literal["supplement", "payee", "answer"]

    def days(self, as_of: date) -> int:
        return max(0, ((self.to_on or as_of) - self.from_on).days)


@dataclass(frozen=True)
class ClaimFacts:
    """Days (Asia/Shanghai) on which things happened to a claim; None: not yet.

    `notice_delivered_on`: the one supplement notice reached the family; `supplement_received_on`: the papers reached the insurer.
    `payee_waits`: when nobody could be paid; `advance_waits`: when the sixty days of an advance stood still. `advance_from`: the day
    that these count from, when that is an earlier one than `received_on`: a dispute starts the other clocks anew.
    """

    received_on: date
    notice_delivered_on: date | None = None
    supplement_received_on: date | None = None
    decided_on: date | None = None
    outcome: Outcome | None = None
    agreed_on: date | None = None
    paid_on: date | None = None
    refusal_notified_on: date | None = None
    advance_paid_on: date | None = None
    payee_waits: tuple[Pause, ...] = ()
    advance_waits: tuple[Pause, ...] = ()
    advance_from: date | None = None


@dataclass(frozen=True)
class Clock:
    """One clock. `starts_on` is the day it counts from, itself not counted; `due_on` the last day, rolled over holidays;
    `paused_days` how long it stood still, and `pauses` when. `provisional`: the holidays of a year it touches are not announced
    yet. `late_days`: of a broken clock, the days between the last day and the day on which it was done, or today."""

    clock: str
    article: str
    starts_on: date
    due_on: date
    unrolled_on: date
    paused_days: int
    state: ClockState
    provisional: bool
    late_days: int = 0
    pauses: tuple[Pause, ...] = ()


def clocks(facts: ClaimFacts, calendar: Calendar, as_of: date) -> tuple[Clock, ...]:
    """The law's clocks of one claim that have started (保险法 23, 24, 25; 解释二 15)."""
    found = [_determination(facts, calendar, as_of)]
    agreed_on = facts.agreed_on or (facts.decided_on if facts.outcome == "full" else None)
    if agreed_on and facts.outcome != "refused":
        found.append(_payment(agreed_on, facts, calendar, as_of))
    if facts.decided_on and facts.outcome == "refused":
        due = days_after(facts.decided_on, REFUSAL_NOTICE_DAYS, calendar)
        found.append(
            _clock("refusal_notice", "保险法第二十四条", facts.decided_on, due, facts.refusal_notified_on, as_of)
        )
    found.append(_advance(facts, calendar, as_of))
    return tuple(found)


def _determination(facts: ClaimFacts, calendar: Calendar, as_of: date) -> Clock:
    """30 days that stand still from the notice's delivery to the arrival of the papers. A notice after they have run out
    can't mend that."""
    start, notice = facts.received_on, facts.notice_delivered_on
    resumed = _earliest(facts.supplement_received_on, facts.decided_on)
    pauses = []
    if notice is not None and (notice < resumed if resumed else notice <= as_of):
        pauses.append(Pause(notice, resumed, "supplement"))

    def due(days: int) -> Due:
        return days_after(start, DETERMINATION_DAYS + days, calendar)

    article = "保险法第二十三条、解释（二）第十五条"
    return _pausing("determination", article, start, due, pauses, facts.decided_on, as_of)


def _payment(agreed_on: date, facts: ClaimFacts, calendar: Calendar, as_of: date) -> Clock:
    """10 days that stand still while nobody can be paid."""

    def due(days: int) -> Due:
        return days_after(agreed_on, PAYMENT_DAYS + days, calendar)

    return _pausing("payment", "保险法第二十三条", agreed_on, due, facts.payee_waits, facts.paid_on, as_of)


def _advance(facts: ClaimFacts, calendar: Calendar, as_of: date) -> Clock:
    """60 days that stand still while there is no account for what is certain, or the family thinks about a decision."""
    start = facts.advance_from or facts.received_on
    done_on = _earliest(facts.decided_on, facts.advance_paid_on)

    def due(days: int) -> Due:
        return days_after(start, ADVANCE_PAYMENT_DAYS + days, calendar)

    return _pausing("advance_payment", "保险法第二十五条", start, due, facts.advance_waits, done_on, as_of)


def _pausing(
    name: str,
    article: str,
    starts_on: date,
    due_after: Callable[[int], Due],
    pauses: Sequence[Pause],
    done_on: date | None,
    as_of: date,
) -> Clock:
    """`due_after`: the last day when it stood still for so many days. One that had run out before is not mended by a pause, but no day
    of waiting is counted as late."""
    counted: list[Pause] = []
    due, waited_late = due_after(0), 0
    for pause in pauses:
        if pause.from_on <= due.due_on:
            counted.append(pause)
            due = _not_before(pause.to_on or as_of, due_after, sum(p.days(as_of) for p in counted))
        else:
            waited_late += pause.days(as_of)
    paused_days = sum(pause.days(as_of) for pause in counted)
    clock = _clock(name, article, starts_on, due, done_on, as_of, paused_days)
    if counted and counted[-1].to_on is None and done_on is None:
        clock = replace(clock, state="paused", late_days=0)
    return replace(clock, pauses=tuple(counted), late_days=max(0, clock.late_days - waited_late))


def _not_before(end: date, due_after: Callable[[int], Due], paused_days: int) -> Due:
    """Days that the last day was rolled over are nobody's to lose either: it does not come before the pause is over."""
    days, due = paused_days, due_after(paused_days)
    while due.due_on < end:
        days += (end - due.due_on).days
        due = due_after(days)
    return due


def agreed_time(times: Sequence[AgreedTime], payable_fen: int) -> AgreedTime:
    """The product's own promise (约定理赔时效) for a sum; its last one is for any sum."""
    return next(time for time in times if time.up_to_fen is None or payable_fen <= time.up_to_fen)


def agreed_clocks(
    time: AgreedTime,
    complete_on: date,
    calendar: Calendar,
    as_of: date,
    *,
    decided_on: date | None = None,
    agreed_on: date | None = None,
    paid_on: date | None = None,
    payee_waits: Sequence[Pause] = (),
) -> tuple[Clock, ...]:
    """The product's promises in working days: to decide from complete documents, to pay from agreement."""
    due = working_days_after(complete_on, time.decide_working_days, calendar)
    found = [_clock("agreed_decision", "产品约定的理赔时效", complete_on, due, decided_on, as_of)]
    if agreed_on:

        def due_after(days: int) -> Due:
            return working_days_after(agreed_on + timedelta(days=days), time.pay_working_days, calendar)

        article = "产品约定的理赔时效"
        found.append(_pausing("agreed_payment", article, agreed_on, due_after, payee_waits, paid_on, as_of))
    return tuple(found)


def surrender_refund_clock(
    requested_on: date, calendar: Calendar, as_of: date, refunded_on: date | None = None
) -> Clock:
    """The refund's 30 days from the applicant's notice (保险法 47)."""
    due = days_after(requested_on, SURRENDER_REFUND_DAYS, calendar)
    return _clock("surrender_refund", "保险法第四十七条", requested_on, due, refunded_on, as_of)


def limitation_clock(known_on: date, calendar: Calendar, as_of: date, claimed_on: date | None = None) -> Clock:
    """Two years from knowing of the event (保险法 26). `broken` is a warning to the family, never a refusal (民法典 193)."""
    due = years_after(known_on, LIMITATION_YEARS, calendar)
    return _clock("limitation", "保险法第二十六条", known_on, due, claimed_on, as_of)


def complaint_clock(
    received_on: date, calendar: Calendar, as_of: date, *, extensions: int = 0, decided_on: date | None = None
) -> Clock:
    """15 days, 30 when complex, 60 when specially complex and approved (银保监会令2020年第3号). `extensions` 0-2."""
    days = (COMPLAINT_DAYS, *COMPLAINT_EXTENSIONS)[extensions]
    due = days_after(received_on, days, calendar)
    return _clock("complaint", "银行业保险业消费投诉处理管理办法", received_on, due, decided_on, as_of)


def complaint_review_clock(asked_on: date, calendar: Calendar, as_of: date, reviewed_on: date | None = None) -> Clock:
    """A review (核查) is answered within 30 days of asking."""
    due = days_after(asked_on, COMPLAINT_REVIEW_DAYS, calendar)
    return _clock("complaint_review", "银行业保险业消费投诉处理管理办法", asked_on, due, reviewed_on, as_of)


def _clock(
    name: str, article: str, starts_on: date, due: Due, done_on: date | None, as_of: date, paused_days: int = 0
) -> Clock:
    late_days = max(0, ((done_on or as_of) - due.due_on).days)
    state: ClockState = "broken" if late_days else ("met" if done_on else "running")
    return Clock(name, article, starts_on, due.due_on, due.unrolled_on, paused_days, state, due.provisional, late_days)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
