"""When cover begins and ends (保险期间): days are Asia/Shanghai days, the last one counts to its 24:00."""

from datetime import date, datetime, timedelta, timezone

from insurance.rules.days import last_day_of_term
from insurance.rules.terms import ProductTerms

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def shanghai_day(instant: datetime) -> date:
    """The calendar day of a zone-aware instant in China."""
    return instant.astimezone(SHANGHAI).date()


def first_day_of_cover(terms: ProductTerms, paid_at: datetime, requested: date | None) -> date:
    """No effect before the day after payment; later when the applicant asked for a later day."""
    earliest = shanghai_day(paid_at) + timedelta(days=terms.first_day_after_payment)
    return max(earliest, requested) if requested else earliest


def last_day_of_cover(terms: ProductTerms, first_day: date) -> date:
    return last_day_of_term(first_day, terms.term_years)
