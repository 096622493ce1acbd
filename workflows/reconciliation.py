"""Reconciliation (对账): each day's movements of money against the gateway's statement. A schedule starts it (workflows/schedules.py);
an operator may, for any day."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError

from activities.failures import failure_code
from activities.reconciliation import DayReconciled, DayStep, Reconciling, UnknownPayment
from activities.stray import process_of
from workflows.messages import PaymentReceived, ReconciliationOrder, ReconciliationOutcome, StrayPayment
from workflows.options import RECORDS, STATEMENT, STATEMENT_OF_BEFORE
from workflows.scheduled import scheduled_day

THE_DAY_BEFORE = ReconciliationOrder()


@workflow.defn(name="reconciliation")
class ReconciliationWorkflow:
    def __init__(self) -> None:
        self._reconciled: list[date] = []
        self._without_statement: list[date] = []

    @workflow.run
    async def run(self, order: ReconciliationOrder = THE_DAY_BEFORE) -> ReconciliationOutcome:
        step = DayStep(order.day or scheduled_day() - timedelta(days=1))
        if workflow.patched("yesterday-first"):
            await self._reconcile(step.day)
            for day in [] if order.alone else await self._days(step):
                if day != step.day:
                    await self._reconcile(day, STATEMENT_OF_BEFORE)
        else:
            for day in [step.day] if order.alone else await self._days(step):
                await self._reconcile(day)
        return ReconciliationOutcome(tuple(self._reconciled), tuple(self._without_statement))

    async def _days(self, step: DayStep) -> list[date]:
        days: list[date] = await workflow.execute_local_activity_method(Reconciling.days_to_reconcile, step, **RECORDS)
        return days

    async def _reconcile(self, day: date, patience: dict[str, Any] = STATEMENT) -> None:
        """A day whose statement does not come in time is noted, and made up for with a later one, which does not wait for it."""
        try:
            done: DayReconciled = await workflow.execute_activity_method(
                Reconciling.reconcile_day, DayStep(day), **patience
            )
        except ActivityError as error:
            step = DayStep(day, failure_code(error))
            await workflow.execute_local_activity_method(Reconciling.note_no_statement, step, **RECORDS)
            self._without_statement.append(day)
        else:
            self._reconciled.append(day)
            for payment in done.unknown:
                await self._tell(payment)

    async def _tell(self, unknown: UnknownPayment) -> None:
        """As a notice that never came (`Processes.tell_payment`): to the purchase while it runs, or to a process of its own."""
        payment = PaymentReceived(unknown.out_trade_no, unknown.trade_no, unknown.amount_fen, unknown.paid_at)
        purchase_id = payment.out_trade_no.rpartition("-")[0]
        try:
            purchase: workflow.ExternalWorkflowHandle[object] = workflow.get_external_workflow_handle(purchase_id)
            await purchase.signal("payment_noticed", payment)
        except ApplicationError:
            with suppress(WorkflowAlreadyStartedError):
                await workflow.start_child_workflow(
                    "stray_payment",
                    StrayPayment(purchase_id, payment),
                    id=process_of(payment.trade_no),
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                )
