from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from insurance.calendar import load_calendar
from insurance.rules.periods import Calendar, Due, days_after, rolled, working_days_after, years_after

CALENDAR = load_calendar()
PLAIN = Calendar(frozenset({date(2026, 5, 1)}), frozenset({date(2026, 5, 2)}), frozenset({2026}))


@pytest.mark.parametrize(
    ("start", "days", "raw", "due"),
    [
        (date(2026, 3, 2), 60, date(2026, 5, 1), date(2026, 5, 6)),
        (date(2026, 4, 30), 3, date(2026, 5, 3), date(2026, 5, 6)),
        (date(2026, 9, 22), 10, date(2026, 10, 2), date(2026, 10, 8)),
        (date(2026, 1, 16), 30, date(2026, 2, 15), date(2026, 2, 24)),
        (date(2026, 2, 12), 2, date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 3, 2), 1, date(2026, 3, 3), date(2026, 3, 3)),
    ],
)
def test_calendar_days_count_from_the_next_day_and_roll_over_holidays(start, days, raw, due):
    assert days_after(start, days, CALENDAR) == Due(due, raw, provisional=False)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_working_days_skip_holidays_and_count_make_up_days(start, days, due):
    assert working_days_after(start, days, CALENDAR) == Due(due, due, provisional=False)


@pytest.mark.parametrize(
    ("start", "years", "raw", "due"),
    [
        (date(2024, 3, 2), 2, date(2026, 3, 2), date(2026, 3, 2)),
        (date(2024, 5, 1), 2, date(2026, 5, 1), date(2026, 5, 6)),
        (date(2024, 2, 29), 2, date(2026, 2, 28), date(2026, 2, 28)),
    ],
)
def test_a_period_of_years_ends_on_the_corresponding_day(start, years, raw, due):
    assert years_after(start, years, CALENDAR) == Due(due, raw, provisional=False)


def test_a_workday_is_a_weekday_without_holiday_or_a_weekend_day_that_is_worked():
    assert PLAIN.is_workday(date(2026, 4, 30))
    assert not PLAIN.is_workday(date(2026, 5, 1))
    assert PLAIN.is_workday(date(2026, 5, 2))
    assert not PLAIN.is_workday(date(2026, 5, 3))


def test_a_result_is_provisional_as_soon_as_it_touches_an_unknown_year():
    assert not rolled(date(2026, 12, 31), PLAIN).provisional
    assert rolled(date(2027, 1, 1), PLAIN).provisional
    assert rolled(date(2025, 12, 31), PLAIN).provisional
    # the last day is known, the day it rolls to is not
    closed = Calendar(frozenset({date(2026, 12, 31)}), frozenset(), frozenset({2026}))
    assert rolled(date(2026, 12, 31), closed) == Due(date(2027, 1, 1), date(2026, 12, 31), provisional=True)
    # the last day is not known, the day it rolls to is
    opens = Calendar(frozenset({date(2026, 12, 31)}), frozenset(), frozenset({2027}))
    assert rolled(date(2026, 12, 31), opens) == Due(date(2027, 1, 1), date(2026, 12, 31), provisional=True)
    # counting passes through an unknown year and comes out of it
    gap = Calendar(frozenset(), frozenset(), frozenset({2025, 2027}))
    assert working_days_after(date(2025, 12, 31), 262, gap) == Due(date(2027, 1, 1), date(2027, 1, 1), provisional=True)
    assert not working_days_after(date(2027, 3, 1), 3, gap).provisional
    assert working_days_after(date(2026, 3, 1), 0, gap).provisional


def test_a_calendar_can_be_cut_to_some_years():
    cut = CALENDAR.of_years(2026, 2027)
    assert cut.known_years == {2026}
    assert {day.year for day in cut.holidays} == {2026, 2027}
    assert {day.year for day in cut.workdays} == {2026}
    assert CALENDAR.of_years(2024, 2025).known_years == {2024, 2025}
    assert {day.year for day in CALENDAR.of_years(2024, 2025).workdays} == {2024, 2025}
    assert days_after(date(2026, 3, 2), 60, cut) == days_after(date(2026, 3, 2), 60, CALENDAR)


def test_a_calendar_travels_as_json():
    adapter = TypeAdapter(Calendar)
    assert adapter.validate_json(adapter.dump_json(CALENDAR.of_years(2026, 2028))) == CALENDAR.of_years(2026, 2028)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)), st.integers(0, 90))
def test_a_due_day_is_always_a_working_day_and_never_before_the_raw_one(start, days):
    due = days_after(start, days, CALENDAR)
    assert due.unrolled_on == start + timedelta(days=days) <= due.due_on
    assert CALENDAR.is_workday(due.due_on)
    assert (due.due_on - due.unrolled_on).days <= 12
