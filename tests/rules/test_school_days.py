from datetime import date

import pytest

from insurance.rules.school_days import why_closed
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
        (date(2031, 7, 24), ELSEWHERE, "暑假"),
        (date(2026, 10, 1), HUNAN, "法定节假日"),
        (date(2026, 3, 7), HUNAN, "周末"),
        # a Saturday that is worked, and so has lessons
        (date(2026, 5, 9), HUNAN, None),
    ],
)
def test_a_school_is_closed_in_vacations_on_holidays_and_weekends(day, region, why):
    assert why_closed(day, region, "primary", CALENDAR) == why


@pytest.mark.parametrize("day", [date(2026, 2, 10), date(2026, 3, 7), date(2026, 10, 1)])
def test_students_of_a_university_live_on_campus(day):
    assert why_closed(day, HUNAN, "university", CALENDAR) is None


def test_a_file_that_makes_no_sense_is_refused(tmp_path):
    file = tmp_path / "vacations.yaml"
    file.write_text(
        "vacations: [{province: '43', school_year: 2025, name: 寒假, first: 2026-03-01, last: 2026-02-01, source: x}]\n"
        "usual_summer: {first: 07-20, last: 08-20}\n",
        "utf-8",
    )
    with pytest.raises(ValueError, match="no vacation"):
        load_school_calendar(file)
