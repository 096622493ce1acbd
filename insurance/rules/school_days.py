"""Whether a school was closed on a day (放假): for accidents that are said to have happened on campus."""

from dataclasses import dataclass
from datetime import date

from insurance.rules.periods import Calendar

MonthDay = tuple[int, int]

# their students live on campus, in vacations too
_ALWAYS_OPEN = frozenset({"university"})


@dataclass(frozen=True)
class Vacation:
    """First and last day off (寒假, 暑假) of a province's schools; `province` is the start of its region codes, `school_year` the
    year in which it begins."""

    province: str
    school_year: int
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class SchoolCalendar:
    """`usual_summer`: days that no school year of any province has lessons on, for years that are not listed."""

    work: Calendar
    vacations: tuple[Vacation, ...]
    usual_summer: tuple[MonthDay, MonthDay]


def why_closed(day: date, region: str, school_type: str, calendar: SchoolCalendar) -> str | None:
    """`寒假`, `暑假`, `法定节假日`, `周末`; None on a day of lessons. `region` is the school's 6-digit code."""
    if school_type in _ALWAYS_OPEN:
        return None
    for vacation in calendar.vacations:
        if region.startswith(vacation.province) and vacation.first <= day <= vacation.last:
            return vacation.name
    first, last = calendar.usual_summer
    if first <= (day.month, day.day) <= last:
        return "暑假"
    if calendar.work.is_workday(day):
        return None
    return "法定节假日" if day in calendar.work.holidays else "周末"
