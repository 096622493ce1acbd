"""Reconciling without a gateway and books: what a day's bill is like is up to the test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.reconciliation import DayReconciled, DayStep, UnknownPayment
from insurance.adapters.ports import PaymentsRefused, PaymentsUnavailable
from tests.workflows.one_process import worker_of
from workflows.reconciliation import ReconciliationWorkflow
from workflows.stray_payment import StrayPaymentWorkflow


@dataclass
class Bills:
    """What the gateway says when it is asked about a day: so many times nothing, then the bill."""

    late_by_questions: dict[date, int] = field(default_factory=dict)
    refused: set[date] = field(default_factory=set)
    missed: list[date] = field(default_factory=list)
    reconciled: list[date] = field(default_factory=list)
    noted: list[DayStep] = field(default_factory=list)
    unknown: tuple[UnknownPayment, ...] = ()

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
        return DayReconciled(step.day, 0, len(self.unknown), self.unknown)

    @activity.defn
    async def note_no_statement(self, step: DayStep) -> None:
        self.noted.append(step)


def working(client: Client, bills: Bills, queue: str, *strays_steps: Callable[..., Any]) -> Worker:
    steps = bills.days_to_reconcile, bills.reconcile_day, bills.note_no_statement, *strays_steps
    return worker_of(client, queue, (ReconciliationWorkflow, StrayPaymentWorkflow), *steps)
