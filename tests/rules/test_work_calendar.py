from datetime import date, timedelta

from insurance.calendar import calendar_warning, load_calendar, override_problems
from insurance.rules.periods import working_days_after

CALENDAR = load_calendar()


def workdays(year: int, calendar=CALENDAR) -> list[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [day for day in days if calendar.is_workday(day)]


def test_the_published_years_are_known_to_the_day():
    assert len(workdays(2025)) == len(workdays(2026)) == 248
    for month, day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]:
        assert CALENDAR.is_workday(date(2026, month, day))
    assert 2026 in CALENDAR.known_years and 2027 not in CALENDAR.known_years


def test_a_year_that_is_not_arranged_has_weekends_and_statutory_days_off():
    off = [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15)]
    assert not any(CALENDAR.is_workday(day) for day in off)
    assert not CALENDAR.is_workday(date(2027, 1, 2))
    assert CALENDAR.is_workday(date(2027, 2, 4)) and CALENDAR.is_workday(date(2027, 2, 9))
    assert not CALENDAR.is_workday(date(2060, 10, 1)) and CALENDAR.is_workday(date(2060, 10, 4))


def test_an_override_file_makes_a_year_known(tmp_path):
    file = tmp_path / "2027.yaml"
    file.write_text("2027:\n  holidays: [2027-01-01]\n  workdays: [2027-01-03]\n")
    calendar = load_calendar(file)
    assert 2027 in calendar.known_years
    assert calendar.is_workday(date(2027, 1, 3)) and calendar.is_workday(date(2027, 2, 5))
    assert not working_days_after(date(2026, 12, 30), 3, calendar).provisional
    assert override_problems(file) == []
    assert len(workdays(2026, calendar)) == 248


def test_an_override_replaces_what_the_package_says_of_a_year(tmp_path):
    file = tmp_path / "2026.yaml"
    file.write_text("2026: {holidays: [2026-07-01]}\n")
    calendar = load_calendar(file)
    assert not calendar.is_workday(date(2026, 7, 1))
    assert calendar.is_workday(date(2026, 10, 1)) and not calendar.is_workday(date(2026, 1, 4))


def test_bad_override_files_never_stop_a_claim_and_are_named(tmp_path):
    bad = {
        "list.yaml": "- 2027-01-01\n",
        "broken.yaml": "2027: [\n",
        "wrong-year.yaml": "2027: {holidays: [2026-01-01]}\n",
        "no-date.yaml": "2027: {holidays: [tomorrow]}\n",
        "unknown.yaml": "2027: {feasts: [2027-01-01]}\n",
        "text.yaml": "2027: soon\n",
        "key.yaml": "next: {holidays: []}\n",
        "number.yaml": "2027: 5\n",
    }
    for name, text in bad.items():
        file = tmp_path / name
        file.write_text(text)
        assert load_calendar(file) == CALENDAR
        assert len(override_problems(file)) == 1 and name in override_problems(file)[0]
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.yaml", "binary.yaml"):
        assert load_calendar(tmp_path / name) == CALENDAR
        assert len(override_problems(tmp_path / name)) == 1


def test_a_warning_comes_while_next_year_is_not_arranged():
    assert calendar_warning(CALENDAR, date(2025, 12, 31)) is None
    assert "2027" in (calendar_warning(CALENDAR, date(2026, 1, 1)) or "")
