"""The process of the days of policies, with its own steps on a real database, or without one."""

from datetime import date
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.contact import AnswersDay, Unanswered
from activities.policy_days import Batch, DayDone, PolicyDayStep
from tests.workflows.one_process import worker_of
from workflows.policy_days import PolicyDaysWorkflow


class OneMorePage:
    """Of every moment two batches; the day before was missed."""

    @activity.defn
    async def call_for_answers(self, step: AnswersDay) -> int:
        return 0

    @activity.defn
    async def days_to_tell(self, day: date) -> list[date]:
        return [day.replace(day=day.day - 1), day]

    @activity.defn
    async def tell_policy_day(self, step: PolicyDayStep) -> Batch:
        return Batch(None if step.after else "P1", 1)

    @activity.defn
    async def note_day_told(self, step: DayDone) -> None:
        pass


def telling(client: Client, steps: Any, queue: str, messages: Unanswered | None = None) -> Worker:
    called = messages.call_for_answers if messages else OneMorePage().call_for_answers
    done = called, steps.days_to_tell, steps.tell_policy_day, steps.note_day_told
    return worker_of(client, queue, (PolicyDaysWorkflow,), *done)
