"""Days without lessons: the work calendar and the vacations of cities' schools, from a file beside the products."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from insurance.calendar import load_calendar
from insurance.rules.school_days import MonthDay, SchoolCalendar, Vacation

FILE = Path(__file__).parent / "products" / "school" / "vacations.yaml"


@cache
def load_school_calendar(file: Path = FILE) -> SchoolCalendar:
    """Raises `ValueError` or `KeyError` for a file that makes no sense: it is part of the product."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    vacations = tuple(_vacation(entry) for entry in content["vacations"])
    summer = content["usual_summer"]
    return SchoolCalendar(load_calendar(), vacations, (_month_day(summer["first"]), _month_day(summer["last"])))


def _vacation(entry: dict[str, Any]) -> Vacation:
    names = ("city", "city_name", "school_year", "name", "first", "last")
    vacation = Vacation(**{name: entry[name] for name in names})
    if vacation.last < vacation.first or len(vacation.city) != 4 or not entry["source"]:
        raise ValueError(f"{entry}: no vacation")
    return vacation


def _month_day(text: str) -> MonthDay:
    month, day = text.split("-")
    return int(month), int(day)
