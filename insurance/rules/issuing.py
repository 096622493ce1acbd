"""A paid premium whose policy the insurer does not issue (未出单): who hears of it when, and when all of it goes back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from insurance.rules.days import SHANGHAI

LATE_AFTER = timedelta(hours=4)
# families count on a cover that begins at midnight: they hear while they can still act on it
BEFORE_COVER = timedelta(hours=2)
AT_THE_SOONEST = timedelta(minutes=15)


@dataclass(frozen=True)
class IssueCall:
    """`issue_late`: some hours without a policy; `cover_not_begun`: the first day of cover begins without one; `issue_escalated`: half of
    the time is over."""

    at: datetime
    kind: Literal["issue_late", "cover_not_begun", "issue_escalated"]


@dataclass(frozen=True)
class IssuePlan:
    calls: tuple[IssueCall, ...]
    gives_up_at: datetime


def issue_plan(asked_at: datetime, first_day: date, days: float) -> IssuePlan:
    """`asked_at`: since when the insurer is asked; `first_day`: of cover, Asia/Shanghai; `days`: until the premium goes back."""
    ends = asked_at + timedelta(days=days)
    begins = datetime.combine(first_day, time(), SHANGHAI)
    eve = max(begins - BEFORE_COVER, asked_at + AT_THE_SOONEST)
    calls = [
        IssueCall(asked_at + LATE_AFTER, "issue_late"),
        IssueCall(asked_at + (ends - asked_at) / 2, "issue_escalated"),
    ]
    if eve < begins:
        calls.append(IssueCall(eve, "cover_not_begun"))
    return IssuePlan(tuple(sorted((c for c in calls if c.at < ends), key=lambda call: call.at)), ends)
