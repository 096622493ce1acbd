"""Every clock of one claim (时限), from its file: the law's, the product's promises, and the family's own two years."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from insurance.rules.case_file import CaseFile
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import (
    Calendar,
    ClaimFacts,
    Clock,
    Pause,
    agreed_clocks,
    agreed_time,
    clocks,
    limitation_clock,
)
from insurance.rules.status import Turn, whose_turn

PAID = ("paid", "closed")
PAYMENTS = frozenset({"payment", "agreed_payment"})
ENDED = ("closed", "withdrawn")


def clocks_of(case: CaseFile, calendar: Calendar, as_of: date) -> tuple[Clock, ...]:
    """As they stand on `as_of`, or when the claim ended. Before the papers are complete only the limitation (诉讼时效) runs: a
    warning, never a refusal."""
    if case.state in ENDED:
        as_of = min(as_of, shanghai_day(case.updated_at))
    facts = facts_of(case)
    if facts is None:
        known_on = shanghai_day(case.report.accident_at)
        return (limitation_clock(known_on, calendar, as_of),) if case.state not in ENDED else ()
    found = (*clocks(facts, calendar, as_of), *_promised(case, facts, calendar, as_of))
    return tuple(clock for clock in found if _is_due(case, clock))


def _is_due(case: CaseFile, clock: Clock) -> bool:
    """Nothing is to be paid where an advance, or an earlier round, has paid it all."""
    return clock.clock not in PAYMENTS or _is_owed(case)


def next_due(case: CaseFile, calendar: Calendar, as_of: date) -> Clock | None:
    """The clock that staff must keep next; none while every one is met or waits for the family. A determination has to be made known
    too (保险法 23): it is due as long as its notice is not delivered."""
    if facts_of(case) is None or case.state == "withdrawn":
        return None
    of_staff = [c for c in clocks_of(case, calendar, as_of) if c.clock in STAFF]
    running = (c for c in of_staff if done_on(case, c) is None)
    theirs = [c for c in running if c.state != "paused" and not waits_for_account(case, c)]
    if not theirs and case.undelivered:
        theirs = [c for c in of_staff if c.clock == "determination"]
    return min(theirs, key=lambda c: c.due_on, default=None)


def waits_for_account(case: CaseFile, clock: Clock) -> bool:
    """What is certain is paid in advance as soon as the family names an account that takes it."""
    return clock.clock == "advance_payment" and case.payee_wanted


def whose_clock(case: CaseFile, clock: Clock) -> Turn | None:
    """Whose turn it is by this clock, in time or late; None once it is done, or the claim has ended. One of staff that runs on while
    the family has the case waits for a notice to reach it, which is the insurer's to see to."""
    if case.state in ENDED or done_on(case, clock) is not None:
        return None
    turn = whose_turn(case.state)
    if clock.clock in PAYMENTS and case.state == "payee_needed" and case.payees_to_confirm is not None:
        return "adjuster"
    if waits_for_account(case, clock):
        return "family"
    is_theirs = clock.clock in STAFF and clock.state != "paused" and not _waits_late(case, clock)
    return "insurer" if clock.clock == "refusal_notice" or (turn == "family" and is_theirs) else turn


def _waits_late(case: CaseFile, clock: Clock) -> bool:
    """Nothing paused it before its last day, and now it waits for the family all the same."""
    if clock.clock == "determination":
        facts = facts_of(case)
        return facts is not None and _waits_for_papers(facts)
    return clock.clock in PAYMENTS and case.state == "payee_needed" and case.payees_to_confirm is None


def _waits_for_papers(facts: ClaimFacts) -> bool:
    return facts.notice_delivered_on is not None and facts.supplement_received_on is None


STAFF = frozenset(
    {"determination", "payment", "refusal_notice", "advance_payment", "agreed_decision", "agreed_payment"}
)


def done_on(case: CaseFile, clock: Clock) -> date | None:
    """When what a clock asks for has happened, in time or late; None while it is open. What the limitation (诉讼时效) asks for ends it."""
    facts = facts_of(case)
    if facts is None:
        return None
    done = {
        "determination": facts.decided_on,
        "agreed_decision": facts.decided_on,
        "payment": facts.paid_on,
        "agreed_payment": facts.paid_on,
        "refusal_notice": facts.refusal_notified_on,
        "advance_payment": min(filter(None, (facts.decided_on, facts.advance_paid_on)), default=None),
    }
    return done[clock.clock]


def facts_of(case: CaseFile) -> ClaimFacts | None:
    """The days that count; None before the papers were complete. What happened before the clocks started anew is over."""
    start = case.clocks_from or case.received_at
    if start is None:
        return None
    decision = case.decision
    return ClaimFacts(
        received_on=shanghai_day(start),
        notice_delivered_on=_day(case.notice_delivered_at, start),
        supplement_received_on=_day(case.supplement_received_at, start),
        decided_on=_day(decision.decided_at if decision else None, start),
        outcome=decision.outcome if decision else None,
        agreed_on=_payable_from(case, start),
        paid_on=_paid_on(case),
        refusal_notified_on=_day(case.refusal_notified_at, max(start, decision.decided_at) if decision else start),
        advance_paid_on=_advanced_on(case),
        payee_waits=_payee_waits(case),
        advance_waits=case.advance_waits,
        advance_from=shanghai_day(case.advance_from) if case.advance_from else None,
    )


def _day(at: datetime | None, since: datetime) -> date | None:
    return shanghai_day(at) if at is not None and at >= since else None


def _payable_from(case: CaseFile, start: datetime) -> date | None:
    """The day of agreement; later by days of waiting that were counted before they were dated."""
    agreed_on = _day(case.agreed_at, start) if _is_owed(case) else None
    undated = case.payee_waited_days - sum(wait.days(wait.from_on) for wait in case.payee_waits)
    return agreed_on + timedelta(days=max(0, undated)) if agreed_on else None


def _payee_waits(case: CaseFile) -> tuple[Pause, ...]:
    """Since the agreement, the one that goes on included. A look at who is named is the insurer's own time."""
    if case.state == "payee_needed" and case.state_since is not None and case.payees_to_confirm is None:
        return *case.payee_waits, Pause(shanghai_day(case.state_since), None, "payee")
    return case.payee_waits


def _is_owed(case: CaseFile) -> bool:
    """Whether this round's decision leaves anything to pay."""
    paid_fen = sum(p.amount_fen for p in case.payouts if p.state == "paid" and (p.round < case.round or p.advance))
    return case.decision is not None and case.decision.payable_fen > paid_fen


def _paid_on(case: CaseFile) -> date | None:
    paid = [p.paid_at for p in case.payouts if p.paid_at and p.round == case.round and not p.advance]
    return shanghai_day(max(paid)) if paid and case.state in PAID else None


def _advanced_on(case: CaseFile) -> date | None:
    """When the last payee had something in advance; what a disputed decision adds to it does not make it late."""
    first: dict[int, datetime] = {}
    for payout in case.payouts:
        if payout.paid_at and payout.round == case.round and payout.advance:
            first.setdefault(payout.payee, payout.paid_at)
    return shanghai_day(max(first.values())) if first else None


def _promised(case: CaseFile, facts: ClaimFacts, calendar: Calendar, as_of: date) -> tuple[Clock, ...]:
    """In working days from the papers that were complete; a supplement makes them so anew. To decide, by the largest sum that was
    assessed since: what is found to be less meanwhile, or decided, shortens no promise to a day that may be over. To pay, by what is
    payable."""
    is_waiting = facts.decided_on is None and _waits_for_papers(facts)
    if not case.agreed_times or case.assessment is None or is_waiting:
        return ()
    assessed_fen = case.assessment.settlement.payable_fen
    payable_fen = case.decision.payable_fen if case.decision else assessed_fen
    to_decide = agreed_time(case.agreed_times, max(case.promised_fen, assessed_fen))
    agreed_on = facts.agreed_on if facts.outcome != "refused" else None
    return agreed_clocks(
        replace(to_decide, pay_working_days=agreed_time(case.agreed_times, payable_fen).pay_working_days),
        facts.supplement_received_on or facts.received_on,
        calendar,
        as_of,
        decided_on=facts.decided_on,
        agreed_on=agreed_on,
        paid_on=facts.paid_on,
        payee_waits=facts.payee_waits,
    )
