"""The processes as the doors see them: start one, tell it something, and the ways in which it may not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import GrpcCompression, RetryConfig, RPCError, RPCStatusCode

from activities.stray import process_of
from insurance.settings import TemporalSettings
from workflows.codec import EncryptionCodec
from workflows.converter import data_converter
from workflows.messages import (
    ClaimOrder,
    ComplaintOrder,
    CorrectionOrder,
    IncidentLink,
    PaymentReceived,
    PurchaseOrder,
    ReconciliationOrder,
    SchoolNoted,
    StrayPayment,
    SurrenderRequest,
    UnderwritingAnswer,
)
from workflows.search import INSURER_CODE

RPC_LIMIT = timedelta(seconds=4)
UPDATE_SECONDS = 10.0
NEXT_RUN_SECONDS = (0.1, 0.4)
# a caller waits for the answer: better a quick 503 than a long silence
IMPATIENT = RetryConfig(max_elapsed_time_millis=1500, max_retries=3)


class ProcessUnavailable(Exception):
    """Temporal, or every worker, is away: nothing was done, or it is not known yet. The same request may be repeated."""


class ProcessEnded(Exception):
    """The process has ended, or never was: there is nobody to tell."""


class MoveRefused(Exception):
    """The process understood and said no; nothing changed. `code` is stable; `detail` may name a field."""

    def __init__(self, code: str, message: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.detail = code, message, detail


async def connect(settings: TemporalSettings, *, lazy: bool = False) -> Client:
    """`lazy`: connects when first used, so that the API may start before Temporal does, and never waits long for it; workers
    are connected at once and patient."""
    codec = EncryptionCodec(settings.payload_keys)
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        data_converter=data_converter(codec),
        tls=settings.tls,
        api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        lazy=lazy,
        retry_config=IMPATIENT if lazy else None,
        # ciphertext does not shrink
        grpc_compression=GrpcCompression.NONE,
    )


class Processes:
    """Every call may raise `ProcessUnavailable`. A process's id is the business id, so that starting one twice starts one."""

    def __init__(self, client: Client, settings: TemporalSettings) -> None:
        self._client = client
        self._queue = settings.process_queue
        self.ocr_queue = settings.ocr_queue

    async def start_purchase(self, order: PurchaseOrder) -> None:
        await self._start("purchase", order, order.purchase_id, order.insurer_code)

    async def start_claim(self, order: ClaimOrder) -> None:
        """A reopened claim runs again under its own id, once its last run has ended; any other start of it is a repeat."""
        await self._start("claim", order, order.claim_id, order.insurer_code, again=order.reopened_because is not None)

    async def start_correction(self, order: CorrectionOrder) -> None:
        await self._start("correction", order, order.correction_id, order.insurer_code)

    async def start_surrender(self, request: SurrenderRequest) -> None:
        await self._start("surrender", request, request.surrender_id, request.insurer_code)

    async def start_complaint(self, order: ComplaintOrder) -> None:
        complaint = order.complaint
        await self._start("complaint", order, complaint.complaint_id, complaint.insurer_code)

    async def start_reconciliation(self, day: date) -> None:
        """Once more, however it went before; while it runs, a second start is the same one."""
        order = ReconciliationOrder(day, alone=True)
        await self._start("reconciliation", order, f"reconciliation-{day}", None, repeatable=True)

    async def tell_payment(self, purchase_id: str, payment: PaymentReceived) -> None:
        """To the purchase while it runs; money for one that ended, or never was, has a process of its own."""
        try:
            await self._signal(purchase_id, "payment_noticed", payment)
        except ProcessEnded:
            stray = StrayPayment(purchase_id, payment)
            await self._start("stray_payment", stray, process_of(payment.trade_no), None)

    async def tell_underwriting(self, purchase_id: str, answer: UnderwritingAnswer) -> None:
        """Raises `ProcessEnded` when nobody waits for it any more."""
        await self._signal(purchase_id, "underwriting_answered", answer)

    async def tell_incident(self, claim_id: str, link: IncidentLink) -> None:
        """Raises `ProcessEnded` when the claim is over: it learns of it when it is opened again."""
        await self._signal(claim_id, "incident_linked", link)

    async def tell_school_note(self, case_id: str, note: SchoolNoted) -> None:
        """Raises `ProcessEnded` when the case is closed."""
        await self._signal(case_id, "school_noted", note)

    async def update(self, process_id: str, update: str, arg: Any = None, *, update_id: str | None = None) -> Any:
        """Tell a process something and wait for what comes of it. Raises `MoveRefused`, `ProcessEnded`."""
        args = [] if arg is None else [arg]

        async def call() -> Any:
            handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(process_id)
            return await handle.execute_update(update, args=args, id=update_id)

        for pause in NEXT_RUN_SECONDS:
            try:
                return await _answered(call)
            except ProcessEnded:
                # or its run was cut in that moment: the next one answers under the same id
                await asyncio.sleep(pause)
        return await _answered(call)

    async def ready(self) -> None:
        """Raises `ProcessUnavailable` when Temporal does not answer."""

        async def call() -> None:
            if not await self._client.service_client.check_health(timeout=RPC_LIMIT):
                raise ProcessUnavailable

        await _answered(call)

    async def _start(
        self,
        process: str,
        order: object,
        process_id: str,
        insurer_code: str | None,
        *,
        again: bool = False,
        repeatable: bool = False,
    ) -> None:
        once = not (again or repeatable)
        reuse = WorkflowIDReusePolicy.REJECT_DUPLICATE if once else WorkflowIDReusePolicy.ALLOW_DUPLICATE
        conflict = WorkflowIDConflictPolicy.FAIL if again else WorkflowIDConflictPolicy.USE_EXISTING
        attributes = [SearchAttributePair(INSURER_CODE, insurer_code)] if insurer_code else []

        async def call() -> None:
            try:
                await self._client.start_workflow(
                    process,
                    order,
                    id=process_id,
                    task_queue=self._queue,
                    id_reuse_policy=reuse,
                    id_conflict_policy=conflict,
                    search_attributes=TypedSearchAttributes(attributes),
                    rpc_timeout=RPC_LIMIT,
                )
            except WorkflowAlreadyStartedError:
                if again:
                    # it heard nothing: its last run is just ending
                    raise ProcessUnavailable from None
                return

        await _answered(call)

    async def _signal(self, process_id: str, signal: str, arg: object) -> None:
        async def call() -> None:
            await self._client.get_workflow_handle(process_id).signal(signal, arg, rpc_timeout=RPC_LIMIT)

        await _answered(call)


async def _answered(call: Callable[[], Awaitable[Any]]) -> Any:
    """What came of a call, in the doors' own words."""
    try:
        async with asyncio.timeout(UPDATE_SECONDS):
            return await call()
    except WorkflowUpdateFailedError as refusal:
        cause = refusal.cause
        if isinstance(cause, ApplicationError) and cause.type and cause.type not in ("unavailable", "RuntimeError"):
            detail = str(cause.details[0]) if cause.details else None
            raise MoveRefused(cause.type, cause.message, detail) from None
        raise ProcessUnavailable from None
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise ProcessEnded from None
        raise ProcessUnavailable from None
    # the core reports a failed first connection as a bare RuntimeError
    except (TimeoutError, RuntimeError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise ProcessUnavailable from None
