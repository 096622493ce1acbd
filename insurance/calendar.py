"""The work calendar (工作日历) of China, from the calendar package and a table of one's own for years it does not know yet."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from chinese_calendar import holidays as _package_holidays
from chinese_calendar import workdays as _package_workdays

from insurance.rules.periods import Calendar

# 春节正月初一, 清明, 端午, 中秋 of the years that the State Council has not arranged (国务院令第795号; lunar dates)
_MOVING_FEASTS = {
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
    2031: ("01-23", "04-05", "06-24", "10-01"),
    2032: ("02-11", "04-04", "06-12", "09-19"),
    2033: ("01-31", "04-04", "06-01", "09-08"),
    2034: ("02-19", "04-05", "06-20", "09-27"),
    2035: ("02-08", "04-05", "06-10", "09-16"),
    2036: ("01-28", "04-04", "05-30", "10-04"),
}
_FIXED_FEASTS = ("01-01", "05-01", "05-02", "10-01", "10-02", "10-03")
_LAST_FALLBACK_YEAR = 2100


@cache
def load_calendar(override_file: Path | None = None) -> Calendar:
    """The package's years, the override file's, and for later years weekends and statutory days only. Never raises: a file
    that can't be read or a day that makes no sense is left out (`override_problems` names it)."""
    known = {day.year for day in _package_holidays}
    holidays, workdays = set(_package_holidays), set(_package_workdays)
    for year in range(max(known) + 1, _LAST_FALLBACK_YEAR + 1):
        holidays |= set(_statutory(year))
    for year, off, worked in _overrides(override_file)[0]:
        holidays = {d for d in holidays if d.year != year} | set(off)
        workdays = {d for d in workdays if d.year != year} | set(worked)
        known.add(year)
    return Calendar(frozenset(holidays), frozenset(workdays), frozenset(known))


def override_problems(override_file: Path) -> list[str]:
    """What in the override file was left out, in words for the operator."""
    return _overrides(override_file)[1]


def calendar_warning(calendar: Calendar, today: date) -> str | None:
    """A line for start-up and health checks when clocks that start now can run into a year that is not arranged."""
    if today.year + 1 in calendar.known_years:
        return None
    return f"{today.year + 1}年的放假安排尚未录入，跨年的时限暂按周末和法定节日计算，公布后请更新工作日历"


def _statutory(year: int) -> Iterable[date]:
    """Days off by law without the arrangement of neighbouring days: from eve to the third day at 春节, one day each for the rest."""
    yield from (_day(year, text) for text in _FIXED_FEASTS)
    if year in _MOVING_FEASTS:
        spring, *others = (_day(year, text) for text in _MOVING_FEASTS[year])
        yield from (spring + timedelta(days=n) for n in range(-1, 3))
        yield from others


def _day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


Year = tuple[int, list[date], list[date]]


def _overrides(file: Path | None) -> tuple[list[Year], list[str]]:
    """`{2027: {holidays: [2027-01-01, ...], workdays: [...]}}`: a year that is listed is complete and replaces the package's."""
    if file is None:
        return [], []
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [], [f"{file.name}：读不出来（{type(error).__name__}）"]
    if not isinstance(content, dict):
        return [], [f"{file.name}：应为“年份: {{holidays, workdays}}”的列表"]
    years: list[Year] = []
    problems: list[str] = []
    for year, days in content.items():
        try:
            years.append(_year(year, days))
        except (TypeError, ValueError, AttributeError) as error:
            problems.append(f"{file.name}：{year}：{error}")
    return years, problems


def _year(year: Any, days: Any) -> Year:
    if not isinstance(year, int) or set(days) - {"holidays", "workdays"}:
        raise ValueError("应为年份和 holidays、workdays 两项")
    off, worked = list(days.get("holidays") or []), list(days.get("workdays") or [])
    for day in (*off, *worked):
        if not isinstance(day, date) or day.year != year:
            raise ValueError(f"{day} 不是该年的日期")
    return year, off, worked
