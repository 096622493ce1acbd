from datetime import date

import pytest

from insurance.rules.school_days import Closed, why_closed
from insurance.school_calendar import load_school_calendar

CALENDAR = load_school_calendar()
HUNAN, JIANGXI, ELSEWHERE = "430102", "360102", "110101"


@pytest.mark.parametrize(
    ("day", "region", "why"),
    [
        (date(2026, 3, 4), HUNAN, None),
        (date(2026, 3, 3), HUNAN, "寒假"),
        (date(2026, 3, 3), JIANGXI, None),
        (date(2026, 2, 1), HUNAN, "寒假"),
        (date(2026, 1, 31), HUNAN, "周末"),
        (date(2026, 1, 31), JIANGXI, "寒假"),
        (date(2026, 7, 12), HUNAN, "暑假"),
        (date(2026, 8, 29), HUNAN, "暑假"),
        (date(2026, 8, 30), HUNAN, "周末"),
        (date(2026, 8, 31), HUNAN, None),
        (date(2026, 10, 1), HUNAN, "法定节假日"),
        (date(2026, 3, 7), HUNAN, "周末"),
        # a Saturday that is worked, and so has lessons
        (date(2026, 5, 9), HUNAN, None),
    ],
)
def test_a_school_is_closed_in_vacations_on_holidays_and_weekends(day, region, why):
    assert why_closed(day, region, "primary", CALENDAR) == (Closed(why) if why else None)


@pytest.mark.parametrize(
    ("day", "region", "school_type", "name", "word"),
    [
        # no calendar of that city
        (date(2026, 3, 3), "430302", "primary", "寒假", "长沙市"),
        # not bound by the city's
        (date(2026, 3, 3), HUNAN, "senior", "寒假", "长沙市"),
        (date(2026, 3, 3), HUNAN, "kindergarten", "寒假", "长沙市"),
        # no calendar of that year, or of that province
        (date(2025, 7, 24), HUNAN, "primary", "暑假", "惯例"),
        (date(2026, 7, 24), ELSEWHERE, "primary", "暑假", "惯例"),
        (date(2031, 7, 24), ELSEWHERE, "primary", "暑假", "惯例"),
        # a Saturday of a year that is not arranged: it may be worked
        (date(2031, 3, 8), HUNAN, "primary", "周末", "调休"),
        (date(2031, 10, 1), HUNAN, "primary", "法定节假日", "调休"),
    ],
)
def test_what_no_published_calendar_says_is_called_a_guess(day, region, school_type, name, word):
    closed = why_closed(day, region, school_type, CALENDAR)
    assert closed is not None and (closed.name, closed.guessed_from is None) == (name, False)
    assert word in closed.guessed_from


def test_a_weekend_within_a_guessed_vacation_is_known():
    assert why_closed(date(2026, 3, 1), "430302", "primary", CALENDAR) == Closed("周末")


@pytest.mark.parametrize("day", [date(2026, 2, 10), date(2026, 3, 7), date(2026, 10, 1)])
def test_students_of_a_university_live_on_campus(day):
    assert why_closed(day, HUNAN, "university", CALENDAR) is None


def test_a_file_that_makes_no_sense_is_refused(tmp_path):
    file = tmp_path / "vacations.yaml"
    file.write_text(
        "vacations: [{city: '4301', city_name: 长沙市, school_year: 2025, name: 寒假, first: 2026-03-01, last: 2026-02-01, source: x}]\n"
        "usual_summer: {first: 07-20, last: 08-20}\n",
        "utf-8",
    )
    with pytest.raises(ValueError, match="no vacation"):
        load_school_calendar(file)
