"""Days of the law's clocks (期间): how they are counted, rolled over holidays, and which of them are working days (DOMAIN 2.1)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from insurance.rules.days import SHANGHAI, years_later


@dataclass(frozen=True)
class Calendar:
    """Working days (工作日) as the State Council set them for `known_years`; other years have weekends and statutory days only.

    `holidays`: days off other than ordinary weekends. `workdays`: weekend days that are worked (调休).
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    known_years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def knows(self, *days: date) -> bool:
        """Whether the arrangement of all these days' years is known; otherwise a result is provisional (暂定)."""
        return all(day.year in self.known_years for day in days)

    def of_years(self, first: int, last: int) -> "Calendar":
        """The same calendar cut to some years, small enough to travel in a message."""
        return Calendar(
            frozenset(d for d in self.holidays if first <= d.year <= last),
            frozenset(d for d in self.workdays if first <= d.year <= last),
            frozenset(y for y in self.known_years if first <= y <= last),
        )


@dataclass(frozen=True)
class Due:
    """The last day of a period: as counted, and as rolled to the day after a holiday (民法典 203)."""

    due_on: date
    unrolled_on: date
    provisional: bool


def days_after(start: date, days: int, calendar: Calendar) -> Due:
    """A period of calendar days (日); the first day is not counted (民法典 201)."""
    return rolled(start + timedelta(days=days), calendar)


def years_after(start: date, years: int, calendar: Calendar) -> Due:
    """A period of years ends on the corresponding day, without one at the month's end (民法典 202)."""
    day = years_later(start, years)
    return rolled(day if day.day == start.day else day - timedelta(days=1), calendar)


def working_days_after(start: date, working_days: int, calendar: Calendar) -> Due:
    """A period of working days (工作日), from the day after `start`."""
    day, left, provisional = start, working_days, not calendar.knows(start)
    while left > 0:
        day += timedelta(days=1)
        provisional = provisional or not calendar.knows(day)
        left -= 1 if calendar.is_workday(day) else 0
    return Due(day, day, provisional)


def rolled(last_day: date, calendar: Calendar) -> Due:
    """A last day that is not worked moves on to the next day that is."""
    day = last_day
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return Due(day, last_day, not calendar.knows(last_day, day))


def end_of_day(day: date) -> datetime:
    """24:00 of a day in China: the instant from which it is too late."""
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)
