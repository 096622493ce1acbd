from datetime import UTC, date, datetime

import pytest

from insurance.rules.days import age_on, last_day_of_term, years_later
from insurance.rules.periods import end_of_day


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2016, 5, 20), date(2026, 5, 19), 9),
        (date(2016, 5, 20), date(2026, 5, 20), 10),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2016, 5, 20), date(2026, 4, 30), 9),
        (date(2016, 5, 20), date(2026, 6, 1), 10),
        (date(2026, 5, 20), date(2026, 5, 20), 0),
        (date(2026, 5, 20), date(2025, 5, 20), 0),
    ],
)
def test_age_is_reached_on_the_birthday(birth, day, age):
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2025, 9, 1), 1, date(2026, 8, 31)),
        (date(2027, 9, 1), 1, date(2028, 8, 31)),
        (date(2025, 1, 1), 1, date(2025, 12, 31)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
        (date(2028, 3, 1), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 28)),
        (date(2025, 9, 1), 2, date(2027, 8, 31)),
    ],
)
def test_a_term_ends_on_the_day_before_the_corresponding_day(first, years, last):
    assert last_day_of_term(first, years) == last


def test_the_corresponding_day_of_29_february_is_1_march():
    assert years_later(date(2028, 2, 29), 1) == date(2029, 3, 1)
    assert years_later(date(2028, 2, 29), 4) == date(2032, 2, 29)


def test_a_day_ends_at_midnight_in_china():
    assert end_of_day(date(2026, 4, 16)) == datetime(2026, 4, 16, 16, 0, tzinfo=UTC)
    assert end_of_day(date(2026, 4, 16)).isoformat() == "2026-04-17T00:00:00+08:00"
    assert str(end_of_day(date(2026, 4, 16)).tzinfo) == "Asia/Shanghai"
