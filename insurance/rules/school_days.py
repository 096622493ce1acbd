"""Whether a school was closed on a day (放假): for accidents that are said to have happened on campus. What is only a guess says so."""

from dataclasses import dataclass
from datetime import date

from insurance.rules.periods import Calendar

MonthDay = tuple[int, int]

# their students live on campus, in vacations too
_ALWAYS_OPEN = frozenset({"university"})
# whose vacations a city's calendar sets; others go by it more or less
_BOUND_BY_CALENDARS = frozenset({"primary", "junior"})


@dataclass(frozen=True)
class Vacation:
    """First and last day off (寒假, 暑假) of a city's schools, as its authority published them. `city` is the start of its region codes
    (four digits), `school_year` the year in which it begins."""

    city: str
    city_name: str
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


@dataclass(frozen=True)
class Closed:
    """`name`: `寒假`, `暑假`, `法定节假日`, `周末`. `guessed_from`: what it is concluded from, where no published calendar of that place
    and year says so; None when one does."""

    name: str
    guessed_from: str | None = None


def why_closed(day: date, region: str, school_type: str, calendar: SchoolCalendar) -> Closed | None:
    """None on a day of lessons. `region` is the school's 6-digit code. What is known comes before what is guessed."""
    if school_type in _ALWAYS_OPEN:
        return None
    return _known(day, region, school_type, calendar) or _guessed(day, region, calendar)


def _known(day: date, region: str, school_type: str, calendar: SchoolCalendar) -> Closed | None:
    for vacation in calendar.vacations:
        is_theirs = region.startswith(vacation.city) and school_type in _BOUND_BY_CALENDARS
        if is_theirs and vacation.first <= day <= vacation.last:
            return Closed(vacation.name)
    if calendar.work.is_workday(day) or not calendar.work.knows(day):
        return None
    return Closed(_day_off(day, calendar))


def _guessed(day: date, region: str, calendar: SchoolCalendar) -> Closed | None:
    for vacation in calendar.vacations:
        if region.startswith(vacation.city[:2]) and vacation.first <= day <= vacation.last:
            return Closed(vacation.name, f"按{vacation.city_name}校历推算，学校实际安排可能不同")
    first, last = calendar.usual_summer
    if first <= (day.month, day.day) <= last:
        return Closed("暑假", "按往年惯例推算，没有当地当年的校历")
    if calendar.work.is_workday(day):
        return None
    return Closed(_day_off(day, calendar), "按周末和法定节日推算，没有当年的调休安排")


def _day_off(day: date, calendar: SchoolCalendar) -> str:
    return "法定节假日" if day in calendar.work.holidays else "周末"
