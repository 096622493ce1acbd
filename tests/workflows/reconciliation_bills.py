"""Reconciling without a gateway and books: what a day's bill is like is up to the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.failures import FailureInterceptor
from activities.reconciliation import DayReconciled, DayStep
from insurance.adapters.ports import PaymentsRefused, PaymentsUnavailable
from worker import SANDBOX
from workflows.reconciliation import ReconciliationWorkflow


@dataclass
class Bills:
    """What the gateway says when it is asked about a day: so many times nothing, then the bill."""

    late_by_questions: dict[date, int] = field(default_factory=dict)
    refused: set[date] = field(default_factory=set)
    missed: list[date] = field(default_factory=list)
    reconciled: list[date] = field(default_factory=list)
    noted: list[DayStep] = field(default_factory=list)

    @activity.defn
    async def days_to_reconcile(self, step: DayStep) -> list[date]:
        return [*self.missed, step.day]

    @activity.defn
    async def reconcile_day(self, step: DayStep) -> DayReconciled:
        if step.day in self.refused:
            raise PaymentsRefused("invalid_request")
        if self.late_by_questions.get(step.day, 0) > 0:
            self.late_by_questions[step.day] -= 1
            raise PaymentsUnavailable("the bill is not there yet")
        self.reconciled.append(step.day)
        return DayReconciled(step.day, 0, 0)

    @activity.defn
    async def note_no_statement(self, step: DayStep) -> None:
        self.noted.append(step)


@asynccontextmanager
async def working(client: Client, bills: Bills, queue: str) -> AsyncIterator[None]:
    async with Worker(
        client,
        task_queue=queue,
        workflows=[ReconciliationWorkflow],
        activities=[bills.days_to_reconcile, bills.reconcile_day, bills.note_no_statement],
        interceptors=[FailureInterceptor()],
        workflow_runner=SANDBOX,
    ):
        yield
