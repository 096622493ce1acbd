"""The refund of a surrender has thirty days from the applicant's notice (保险法 47): reminders towards them, and what is broken."""

from dataclasses import dataclass
from datetime import date

from insurance.rules.deadlines import SURRENDER_REFUND_DAYS, Clock
from insurance.rules.periods import Calendar, days_after
from insurance.rules.reminders import Call, calls_about


@dataclass(frozen=True)
class RefundPlan:
    """`due_on`: the last day, rolled over holidays. `calls`: in order of time, past ones too."""

    due_on: date
    calls: tuple[Call, ...]


def refund_plan(confirmed_on: date, waited_days: int, calendar: Calendar) -> RefundPlan:
    """`waited_days`: how long the family had no account that takes the money; the clock stood still then."""
    due = days_after(confirmed_on, SURRENDER_REFUND_DAYS + waited_days, calendar)
    clock = Clock(
        "surrender_refund",
        "保险法第四十七条",
        confirmed_on,
        due.due_on,
        due.unrolled_on,
        waited_days,
        "running",
        due.provisional,
    )
    return RefundPlan(due.due_on, tuple(calls_about(clock)))
