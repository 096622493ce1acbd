"""Daily notices about policies (保单提醒), and of messages whose answer is due: a schedule starts it; no process waits a year for a
calendar. Days that were missed are made up for, in batches, and a long day goes on in new runs."""

from dataclasses import replace
from datetime import date

from temporalio import workflow

from activities.contact import AnswersDay, Unanswered
from activities.policy_days import DayDone, PolicyDays, PolicyDayStep
from insurance.rules.policy_days import MOMENTS
from workflows.messages import PolicyDaysOrder, PolicyDaysOutcome
from workflows.options import RECORDS
from workflows.scheduled import scheduled_day

OF_THE_SCHEDULE = PolicyDaysOrder()


@workflow.defn(name="policy_days")
class PolicyDaysWorkflow:
    @workflow.run
    async def run(self, order: PolicyDaysOrder = OF_THE_SCHEDULE) -> PolicyDaysOutcome:
        self._told, self._batches = order.told, 0
        left = order.left if order.left is not None else await self._days(order)
        for number, day in enumerate(left):
            begun = order if number == 0 else OF_THE_SCHEDULE
            for moment in MOMENTS[MOMENTS.index(begun.moment) :]:
                after = begun.after if moment == begun.moment else ""
                here = replace(order, left=left[number:], moment=moment)
                await self._tell(here, day, after)
            await workflow.execute_local_activity_method(
                PolicyDays.note_day_told, DayDone(day, workflow.now()), **RECORDS
            )
        return PolicyDaysOutcome(self._told)

    async def _days(self, order: PolicyDaysOrder) -> tuple[date, ...]:
        day = order.day or scheduled_day()
        if workflow.patched("calls-for-answers"):
            step = AnswersDay(day, workflow.now())
            await workflow.execute_local_activity_method(Unanswered.call_for_answers, step, **RECORDS)
        return tuple(await workflow.execute_local_activity_method(PolicyDays.days_to_tell, day, **RECORDS))

    async def _tell(self, here: PolicyDaysOrder, day: date, after: str) -> None:
        """All policies that the moment is about, each batch a transaction of its own."""
        while True:
            if self._batches >= here.batches_per_run:
                workflow.continue_as_new(replace(here, after=after, told=self._told))
            step = PolicyDayStep(day, here.moment, after, workflow.now())
            batch = await workflow.execute_local_activity_method(PolicyDays.tell_policy_day, step, **RECORDS)
            self._batches += 1
            self._told += batch.told
            if batch.last is None:
                return
            after = batch.last
