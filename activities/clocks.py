"""The clocks of a running claim, by the calendar of today: what its process must say about them, and when."""

from temporalio import activity

from insurance.rules.case_file import CaseFile
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import Calendar
from insurance.rules.reminders import Call, calls_of


class Clocks:
    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    @activity.defn
    async def plan_calls(self, case: CaseFile) -> tuple[Call, ...]:
        """Every call of the clocks that run now, past ones too. Holidays that are announced later count from the next plan on."""
        return calls_of(case, self._calendar, shanghai_day(case.updated_at))
