"""The one registry: every workflow and every activity, and the workers that run them."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from importlib import import_module
from typing import Any, Literal

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from activities.advance import Advancing
from activities.assessment import Assessing
from activities.bulkhead import Bulkhead
from activities.claims import ClaimRecords
from activities.clocks import Clocks
from activities.complaints import Complaints
from activities.contact import Unanswered
from activities.corrections import Corrections
from activities.failures import FailureInterceptor
from activities.heartbeat import HeartbeatInterceptor
from activities.insurer import InsurerSteps
from activities.letters import LetterSteps
from activities.notices import Telling
from activities.outbox import Relay
from activities.payments import PaymentSteps
from activities.policy_days import PolicyDays
from activities.policy_documents import PolicyDocuments
from activities.purchases import PurchaseRecords
from activities.reading import EvidenceReading
from activities.reconciliation import Reconciling
from activities.reviews import ReviewRecords
from activities.serious_cases import SeriousCases
from activities.stray import StrayPayments
from activities.surrenders import SurrenderRecords
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import Insurer, Notices, Payments, Storage
from insurance.adapters.registry import Adapters, open_adapters, open_storage
from insurance.calendar import load_calendar
from insurance.settings import Settings
from insurance.tables import Database
from workflows.admission import Admission
from workflows.claim import ClaimWorkflow
from workflows.client import Processes, connect
from workflows.complaint import ComplaintWorkflow
from workflows.policy_correction import PolicyCorrectionWorkflow
from workflows.policy_days import PolicyDaysWorkflow
from workflows.purchase import PurchaseWorkflow
from workflows.quality_review import QualityReviewWorkflow
from workflows.reconciliation import ReconciliationWorkflow
from workflows.review import ReviewWorkflow
from workflows.schedules import ensure_schedules
from workflows.serious_case import SeriousCaseWorkflow
from workflows.stray_payment import StrayPaymentWorkflow
from workflows.surrender import SurrenderWorkflow

Queue = Literal["processes", "ocr"]

WORKFLOWS: Sequence[type] = (
    PurchaseWorkflow,
    ClaimWorkflow,
    ReviewWorkflow,
    QualityReviewWorkflow,
    SeriousCaseWorkflow,
    ComplaintWorkflow,
    SurrenderWorkflow,
    PolicyCorrectionWorkflow,
    StrayPaymentWorkflow,
    ReconciliationWorkflow,
    PolicyDaysWorkflow,
)

# What workflow files import is passed through, or the sandbox would load it anew for every run (113 ms for a purchase instead
# of 15). Each process's own file is not: it runs inside. The purity of what is passed through is proved by import contracts
# (tests/architecture).
PASSED_THROUGH = (
    "activities",
    "insurance",
    "workflows.claim_adjusters",
    "workflows.claim_advance",
    "workflows.claim_case",
    "workflows.claim_clocks",
    "workflows.claim_deciding",
    "workflows.claim_facts",
    "workflows.claim_family",
    "workflows.claim_insurer",
    "workflows.claim_letters",
    "workflows.claim_money",
    "workflows.claim_notices",
    "workflows.claim_parts",
    "workflows.claim_reading",
    "workflows.claim_review",
    "workflows.claim_sums",
    "workflows.converter",
    "workflows.journal",
    "workflows.messages",
    "workflows.options",
    "workflows.payouts",
    "workflows.purchase_case",
    "workflows.purchase_issuing",
    "workflows.purchase_money",
    "workflows.purchase_payment",
    "workflows.purchase_policy",
    "workflows.purchase_underwriting",
    "workflows.receipt_amendments",
    "workflows.refunds",
    "workflows.review_desk",
    "workflows.review_opening",
    "workflows.scheduled",
    "workflows.serious_watch",
    "workflows.surrender_case",
    "workflows.surrender_clock",
    "workflows.surrender_refund",
    "cryptography",
    "httpx",
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
)

SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH).with_import_notification_policy(
        SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
        | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
)


def outside_activities(insurers: Mapping[str, Insurer], payments: Payments, notices: Notices) -> list[Any]:
    """Every step at an insurer, at the gateway, or by the channel to people."""
    insurer, gateway = InsurerSteps(insurers), PaymentSteps(payments)
    return [
        insurer.underwrite,
        insurer.query_underwriting,
        insurer.issue_policy,
        insurer.report_claim,
        insurer.close_claim,
        insurer.cancel_policy,
        insurer.amend_policy,
        gateway.payment_page,
        gateway.query_trade,
        gateway.close_trade,
        gateway.refund,
        gateway.pay_out,
        gateway.query_payout,
        Telling(notices).deliver,
    ]


def process_activities(database: Database, adapters: Adapters, storage: Storage, settings: Settings) -> list[Any]:
    """Every step of the process queue."""
    letters = LetterSteps(database, storage, settings.storage.retention_days)
    policy_days = PolicyDays(database, settings.public_url, settings.process.expiring_days)
    purchases, claims, reviews = PurchaseRecords(database), ClaimRecords(database), ReviewRecords(database)
    serious = SeriousCases(database)
    surrenders, stray, assessing = (
        SurrenderRecords(database),
        StrayPayments(database),
        Assessing(database, settings.claims),
    )
    corrections, reconciling = Corrections(database), Reconciling(database, adapters.payments)
    complaints = Complaints(database, load_calendar())
    return [
        *outside_activities(adapters.insurers, adapters.payments, adapters.notices),
        purchases.publish_purchase,
        claims.publish_claim,
        reviews.publish_review,
        reviews.remark_on_claim,
        serious.find_serious_case,
        serious.publish_serious_case,
        complaints.plan_complaint,
        complaints.publish_complaint,
        assessing.assess_claim,
        Clocks(load_calendar()).plan_calls,
        Advancing(database).certain_part,
        letters.make_decision_letter,
        surrenders.hold_policy,
        surrenders.release_policy,
        surrenders.publish_surrender,
        surrenders.plan_refund,
        PolicyDocuments(database, storage, settings).keep_policy_document,
        corrections.hold_for_correction,
        corrections.publish_correction,
        stray.is_known,
        stray.publish_stray,
        Unanswered(database).call_for_answers,
        policy_days.days_to_tell,
        policy_days.tell_policy_day,
        policy_days.note_day_told,
        reconciling.days_to_reconcile,
        reconciling.reconcile_day,
        reconciling.note_no_statement,
    ]


def process_worker(
    client: Client, settings: Settings, database: Database, adapters: Adapters, extra: Sequence[Interceptor] = ()
) -> Worker:
    """Runs the processes and their short steps. `extra` interceptors stand outside of ours."""
    return Worker(
        client,
        task_queue=settings.temporal.process_queue,
        workflows=WORKFLOWS,
        activities=process_activities(database, adapters, open_storage(settings.storage), settings),
        interceptors=[*extra, FailureInterceptor(), Bulkhead(settings.worker), HeartbeatInterceptor()],
        workflow_runner=SANDBOX,
        max_concurrent_activities=settings.worker.slots(len(adapters.insurers)),
        max_concurrent_local_activities=settings.worker.local_activities,
        max_concurrent_workflow_tasks=settings.worker.workflow_tasks,
        max_cached_workflows=2000,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


def ocr_worker(
    client: Client, settings: Settings, reading: EvidenceReading, extra: Sequence[Interceptor] = ()
) -> Worker:
    """Reads evidence, one file at a time: the engine, in a process of its own, uses every core it is given."""
    return Worker(
        client,
        task_queue=settings.temporal.ocr_queue,
        activities=[reading.read_document],
        interceptors=[*extra, FailureInterceptor(), HeartbeatInterceptor()],
        max_concurrent_activities=1,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def run(settings: Settings, queue: Queue, extra: Sequence[Interceptor] = ()) -> None:
    """Run one worker until SIGTERM or Ctrl-C."""
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    client = await _connected(settings)
    extra = [*extra, *(_loaded(name) for name in settings.worker.interceptors)]
    async with AsyncExitStack() as open_parts:
        if queue == "processes":
            worker = await _open_process_worker(settings, client, open_parts, extra)
        else:
            worker = _open_ocr_worker(settings, client, open_parts, extra)
        running = asyncio.create_task(worker.run())
        logging.getLogger(__name__).info("worker %s started", queue)
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not running.done():
            await worker.shutdown()
        await running


def _loaded(name: str) -> Interceptor:
    module, _, attribute = name.partition(":")
    interceptor: Interceptor = getattr(import_module(module), attribute)()
    return interceptor


async def _connected(settings: Settings) -> Client:
    """Temporal may come up later than we do."""
    while True:
        try:
            return await connect(settings.temporal)
        except RuntimeError:
            logging.getLogger(__name__).warning("Temporal does not answer yet")
            await asyncio.sleep(1)


async def _open_process_worker(
    settings: Settings, client: Client, open_parts: AsyncExitStack, extra: Sequence[Interceptor]
) -> Worker:
    database = Database(settings.database)
    open_parts.push_async_callback(database.close)
    adapters = await open_parts.enter_async_context(open_adapters(settings))
    relay = asyncio.create_task(Relay(database, adapters.notices).run())
    open_parts.callback(relay.cancel)
    admission = asyncio.create_task(
        Admission(database, Processes(client, settings.temporal).start_purchase, settings.queue).run()
    )
    open_parts.callback(admission.cancel)
    scheduling = asyncio.create_task(_scheduled(client, settings.temporal.process_queue))
    open_parts.callback(scheduling.cancel)
    return process_worker(client, settings, database, adapters, extra)


async def _scheduled(client: Client, queue: str) -> None:
    """Processes run meanwhile: a schedule can wait for Temporal longer than they can."""
    while True:
        try:
            await ensure_schedules(client, queue)
        except RPCError as error:
            logging.getLogger(__name__).warning("schedules not made yet: %s", error.status.name)
            await asyncio.sleep(5)
        else:
            return


def _open_ocr_worker(
    settings: Settings, client: Client, open_parts: AsyncExitStack, extra: Sequence[Interceptor]
) -> Worker:
    reader = open_parts.enter_context(ReadingProcess(settings.ocr))
    reader.start()
    key = settings.digest_secret.get_secret_value().encode()
    reading = EvidenceReading(open_storage(settings.storage), reader, key)
    return ocr_worker(client, settings, reading, extra)
