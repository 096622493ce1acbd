"""Days of a person's and a contract's life: corresponding days (对应日) and ages (周岁)."""

from datetime import date, timedelta, timezone

# every day edge is a Chinese one; no summer time since 1991
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
# full years from which nobody acts for a person any more (民法典 17)
ADULT = 18


def years_later(day: date, years: int) -> date:
    """The corresponding day `years` later, or 1 March when there is no 29 February. An age is reached on that day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def last_day_of_term(first_day: date, years: int) -> date:
    """The last day of a term of whole years whose first day counts: 2025-09-01 and one year give 2026-08-31."""
    return years_later(first_day, years) - timedelta(days=1)


def age_on(birth: date, day: date) -> int:
    """Full years of age on `day`; a child of 29 February comes of age on 1 March (DOMAIN 2.4). Not below 0."""
    had_birthday = (day.month, day.day) >= (birth.month, birth.day)
    return max(0, day.year - birth.year - (0 if had_birthday else 1))
