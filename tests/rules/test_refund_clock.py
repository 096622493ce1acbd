from datetime import date

import pytest

from insurance.calendar import load_calendar
from insurance.rules.refund_clock import refund_plan
from insurance.rules.reminders import text_of

CALENDAR = load_calendar()


@pytest.mark.parametrize(
    ("confirmed_on", "waited_days", "due_on"),
    [
        (date(2026, 3, 10), 0, date(2026, 4, 9)),
        # DOMAIN 2.1: 2026-02-15 is a holiday
        (date(2026, 1, 16), 0, date(2026, 2, 24)),
        (date(2026, 3, 10), 5, date(2026, 4, 14)),
    ],
)
def test_a_refund_has_thirty_days_and_those_in_which_no_account_was_known(confirmed_on, waited_days, due_on):
    assert refund_plan(confirmed_on, waited_days, CALENDAR).due_on == due_on


def test_it_is_called_at_half_time_two_days_before_on_the_day_and_when_it_is_late():
    calls = refund_plan(date(2026, 3, 10), 0, CALENDAR).calls
    assert [(call.kind, call.at.date()) for call in calls] == [
        ("half_time", date(2026, 3, 25)),
        ("two_days_before", date(2026, 4, 7)),
        ("due_day", date(2026, 4, 9)),
        ("overdue", date(2026, 4, 10)),
        ("escalated", date(2026, 4, 12)),
    ]
    assert text_of(calls[0], calls[0].at) == "退保退款的时限已过一半，最后一日为4月9日"
