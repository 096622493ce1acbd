"""The world around the processes under test: Temporal with skipped time, the fakes of everything outside, our books in memory."""

import asyncio
import dataclasses
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pydantic import SecretStr
from temporalio import activity
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

from activities.claims import ClaimRecord
from activities.failures import FailureInterceptor
from activities.heartbeat import HeartbeatInterceptor
from activities.reading import EvidenceReading
from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.notices.fake import FakeNotices
from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import (
    Amendment,
    PageView,
    Person,
    Proposal,
    ReadingRefused,
    TakenOverPolicy,
    TransferOrder,
)
from insurance.adapters.storage.fake import FakeStorage
from insurance.rules.case import EvidenceFile, Payee
from insurance.rules.cover import shanghai_day
from insurance.rules.receipts.reading import ReceiptReading
from insurance.settings import TemporalSettings
from tests.workflows.process_books import Books, PolicyOnFile
from tests.workflows.process_orders import (
    INSURER,
    claim_order,
    complaint_order,
    correction_order,
    evidence,
    payee,
    policy_on_file,
    purchase_order,
    reading,
    surrender_request,
)
from worker import SANDBOX, WORKFLOWS, outside_activities
from workflows.client import Processes
from workflows.codec import EncryptionCodec
from workflows.converter import data_converter
from workflows.messages import (
    ClaimOrder,
    ClaimOutcome,
    ComplaintOutcome,
    CorrectionOrder,
    CorrectionOutcome,
    PayeeOrder,
    PaymentReceived,
    PurchaseOrder,
    PurchaseOutcome,
    QualityOutcome,
    ReviewResult,
    SeriousOutcome,
    StrayOutcome,
    SurrenderOutcome,
    SurrenderRequest,
    UnderwritingAnswer,
)

# 32 bytes of nothing secret, so that recorded histories can be read again
PAYLOAD_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CONVERTER = data_converter(EncryptionCodec({"test": SecretStr(PAYLOAD_KEY)}))
PATIENCE_SECONDS = 20
# by what an id begins with; a claim's own processes by the letter behind the claim's id
OUTCOMES = {
    "pu": PurchaseOutcome, "cl": ClaimOutcome, "su": SurrenderOutcome, "cm": ComplaintOutcome, "stray": StrayOutcome,
    "pc": CorrectionOutcome, "r": ReviewResult, "q": QualityOutcome, "s": SeriousOutcome,
}  # fmt: skip
BROKEN = (WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.TIMED_OUT)
VERDICTS = {"拒保": "declined", "待核": "pending"}


class World:
    """One test's world. `time` is Temporal's, which tests move; the other sides' clocks follow."""

    def __init__(self, environment: WorkflowEnvironment, queue: str, time: datetime) -> None:
        self.environment = environment
        self.client: Client = environment.client
        self.queue = queue
        self.time = time
        self.processes = Processes(self.client, TemporalSettings(process_queue=queue, ocr_queue=queue))
        self.payments = FakePayments(clock=lambda: self.time, transfer_outcome=self._transfer_outcome)
        self.insurer = FakeInsurer(INSURER, verdict=_verdict, amends=_amends, clock=lambda: self.time)
        self.notices = FakeNotices()
        self.storage = _Store(self)
        self.books = Books()
        self.papers: dict[bytes, Sequence[ReceiptReading] | str] = {}
        # by the end of the account; paid if not here
        self.transfers: dict[str, Any] = {}
        self.reader_works = asyncio.Event()
        self.reader_works.set()
        self.started: list[str] = []

    # --- time ---------------------------------------------------------------------------------------------------------

    async def let_pass(self, **duration: float) -> None:
        await self.environment.sleep(timedelta(**duration))
        self.time = await self.environment.get_current_time()

    async def until(self, true: Callable[[], Any], what: str = "") -> None:
        """In the time of this machine: what needs no timer happens at once."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not true():  # noqa: ASYNC110 (what is waited for has no event)
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"never: {what}; {self.told()}") from None

    async def until_state(self, process_id: str, state: str) -> None:
        await self.until(lambda: self.books.walked(process_id)[-1:] == [state], f"{process_id} {state}")

    async def until_told(self, process_id: str, event: str) -> None:
        await self.until(lambda: event in self.books.told(process_id), f"{process_id} {event}")

    async def end_of(self, process_id: str) -> Any:
        """The outcome of a process that has nothing left to wait for."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                with self.environment.auto_time_skipping_disabled():
                    return await self.handle(process_id).result()
        except TimeoutError:
            raise AssertionError(f"{process_id} did not end; {self.told()}") from None

    async def events_in_history(self, process_id: str) -> int:
        return len((await self.handle(process_id).fetch_history()).events)

    def handle(self, process_id: str) -> WorkflowHandle[Any, Any]:
        kind, _, number = process_id.partition("-")
        child = number.partition("-")[2][:1]
        return self.client.get_workflow_handle(process_id, result_type=OUTCOMES[child or kind])

    def told(self) -> dict[str, list[str]]:
        return {process_id: self.books.told(process_id) for process_id in self.started}

    # --- purchase -----------------------------------------------------------------------------------------------------

    async def buy(self, **changes: Any) -> str:
        """A purchase, started."""
        order: PurchaseOrder = purchase_order(self.time, **changes)
        self.started.append(order.purchase_id)
        await self.processes.start_purchase(order)
        return order.purchase_id

    async def awaiting_payment(self, **changes: Any) -> str:
        purchase_id = await self.buy(**changes)
        await self.until_state(purchase_id, "awaiting_payment")
        return purchase_id

    async def issued(self) -> str:
        """A purchase that ended with a policy."""
        purchase_id = await self.awaiting_payment()
        await self.pay(purchase_id)
        await self.end_of(purchase_id)
        return purchase_id

    async def pay(self, purchase_id: str, attempt: int = 1, **how: Any) -> None:
        """At the payment page, with the notice that follows."""
        self.payments.pay(f"{purchase_id}-{attempt}", **how)
        await self.tell_last_notice()

    async def pay_in_the_last_second(self, purchase_id: str, attempt: int, before: datetime) -> None:
        """The money came in time; the news of it comes now."""
        now, self.time = self.time, before - timedelta(seconds=1)
        self.payments.pay(f"{purchase_id}-{attempt}")
        self.time = now

    async def tell_last_notice(self) -> None:
        """As the API does with a notice that it has verified."""
        notice = self.payments.parse_notice(self.payments.notices[-1])
        assert notice.status == "paid" and notice.paid_at is not None
        payment = PaymentReceived(notice.out_trade_no, notice.trade_no, notice.amount_fen, notice.paid_at)
        self.started.append(f"stray-{notice.trade_no}")
        await self.processes.tell_payment(notice.out_trade_no.rpartition("-")[0], payment)

    async def insurer_decides(self, purchase_id: str, verdict: Any, *, tells: bool = True) -> None:
        headers, body = self.insurer.decide(purchase_id, verdict)
        if tells:
            answer = self.insurer.parse_callback(headers, body, self.time).underwriting
            told = UnderwritingAnswer(answer.status, answer.proposal_no, answer.reason_code, answer.reason)
            await self.processes.tell_underwriting(purchase_id, told)

    # --- claim --------------------------------------------------------------------------------------------------------

    async def policy(self) -> str:
        """A policy sold elsewhere, known to us and to the insurer."""
        policy_no = f"XJ{len(self.books.policies) + 1:014d}"
        on_file: PolicyOnFile = policy_on_file(self.time)
        self.books.policies[policy_no] = on_file
        child = Person(
            "黄小雨", "resident_id", "360102201203151249", "female", on_file.to_assess.cover.insured_birth_date
        )
        first_day = on_file.to_assess.cover.effective_date
        await self.insurer.take_over([TakenOverPolicy(policy_no, "changsha-2024-plan-2", first_day, 120_00, child)])
        return policy_no

    async def report(self, policy_no: str | None = None, told: str = "reported", **changes: Any) -> str:
        """A claim, started and told to the insurer."""
        order: ClaimOrder = claim_order(self.time, policy_no or await self.policy(), ocr_queue=self.queue, **changes)
        self.started.append(order.claim_id)
        await self.processes.start_claim(order)
        await self.until_told(order.claim_id, told)
        return order.claim_id

    async def report_to_a_slow_database(self) -> str:
        """A claim that hears what is said while a record of it is being stored: one that takes longer than a workflow task."""
        order: ClaimOrder = claim_order(self.time, await self.policy(), ocr_queue=self.queue)
        self.started.append(order.claim_id)
        await self.client.start_workflow(
            "claim", order, id=order.claim_id, task_queue=self.queue, task_timeout=timedelta(seconds=1)
        )
        return order.claim_id

    async def with_one_of_two_heirs_paid(self) -> str:
        """A claim whose other heir's transfer bounced."""
        self.transfers["9102"] = "failed"
        claim_id = await self.report()
        heirs = payee("a@example.com", "黄建国", "0.5"), payee("b9102", "李秀英", "0.5")
        await self.hand_in(claim_id, self.receipt(), payees=heirs)
        await self.until_state(claim_id, "payee_needed")
        return claim_id

    def receipt(self, total: str = "1100.00", **how: Any) -> ReceiptReading:
        return reading(shanghai_day(self.time), total, **how)

    async def paper(self, kind: str, found: Sequence[ReceiptReading] | str = ()) -> EvidenceFile:
        """A file in the store. `found`: the receipts that can be read in it, or why it can't be read."""
        data = f"paper {len(self.papers)}".encode()
        document = evidence(self.time, kind, data)
        stored = await self.storage.put(
            document.object_key, io.BytesIO(data), "image/png", locked_until=None, max_bytes=1_000
        )
        self.papers[data] = found
        return dataclasses.replace(document, version_id=stored.version_id, sha256=stored.sha256)

    async def hand_in(self, claim_id: str, *receipts: ReceiptReading, payees: tuple[Payee, ...] = ()) -> None:
        """Everything that the family gives in the usual case, down to `submit`."""
        for receipt in receipts:
            await self.update(claim_id, "add_document", await self.paper("medical_receipt", [receipt]))
        if payees:
            await self.update(claim_id, "set_payee", PayeeOrder(payees))
        await self.update(claim_id, "submit")

    async def reopen(self, claim_id: str) -> None:
        """As the API does: from the record, with the evidence that stands in the tables."""
        case = self.claim(claim_id).case
        order: ClaimOrder = claim_order(
            self.time,
            case.policy_no,
            claim_id=claim_id,
            report=case.report,
            ocr_queue=self.queue,
            reopened_because="医院补开了票据",
            case=case,
            documents=tuple(self.books.documents.values()),
            receipts=tuple(self.books.receipts.values()),
        )
        await self.processes.start_claim(order)

    def claim(self, claim_id: str) -> ClaimRecord:
        record = self.books.records[claim_id]
        assert isinstance(record, ClaimRecord)
        return record

    # --- surrender ----------------------------------------------------------------------------------------------------

    async def surrender(self, policy_no: str, **changes: Any) -> str:
        request: SurrenderRequest = surrender_request(self.time, policy_no, **changes)
        self.started.append(request.surrender_id)
        await self.processes.start_surrender(request)
        await self.until_state(request.surrender_id, "quoted")
        return request.surrender_id

    # --- complaint ----------------------------------------------------------------------------------------------------

    async def complain(self, **changes: Any) -> str:
        order = complaint_order(self.time, **changes)
        complaint_id: str = order.complaint.complaint_id
        self.started.append(complaint_id)
        await self.processes.start_complaint(order)
        await self.until_told(complaint_id, "complaint_received")
        return complaint_id

    # --- correction ---------------------------------------------------------------------------------------------------

    async def correct(self, policy_no: str, name: str = "黄小宇", **changes: Any) -> str:
        """Of the insured's name, started."""
        order: CorrectionOrder = correction_order(self.time, policy_no, name, **changes)
        self.started.append(order.correction_id)
        await self.processes.start_correction(order)
        return order.correction_id

    # --- all ----------------------------------------------------------------------------------------------------------

    async def update(self, process_id: str, update: str, arg: Any = None) -> None:
        await self.processes.update(process_id, update, arg)

    async def begin(self, process_id: str, update: str, arg: Any = None) -> WorkflowUpdateHandle[Any]:
        """An update that was accepted and may still be at work."""
        args = [] if arg is None else [arg]
        stage = WorkflowUpdateStage.ACCEPTED
        return await self.handle(process_id).start_update(update, args=args, wait_for_stage=stage)

    async def gateway_movements(self) -> dict[str, int]:
        """What really moved, under the keys that our books have for it."""
        moved: dict[str, int] = {}
        for kind, number, amount_fen in self.payments.movements:
            key = await self._our_key(kind, number)
            assert key not in moved, f"moved twice: {key}"
            moved[key] = amount_fen
        return moved

    async def _our_key(self, kind: str, number: str) -> str:
        if kind == "transfer":
            return f"back:{number}" if number.startswith(("su-", "pu-")) else f"out:{number}"
        trade = await self.payments.query_trade(number.removesuffix("-back"))
        if kind == "payment":
            return f"in:{trade.trade_no}"
        return f"back:{trade.trade_no or number}"

    async def close(self) -> None:
        """No process failed or moved where it may not, and our books say of money what the gateway's say."""
        self.payments.faults.clear()
        broken = [process_id for process_id in self.started if await self._status(process_id) in BROKEN]
        assert not broken, self.told()
        assert self.books.illegal_moves() == []
        ours = {key: movement.amount_fen for key, movement in self.books.movements.items()}
        assert ours == await self.gateway_movements()

    async def _status(self, process_id: str) -> WorkflowExecutionStatus | None:
        try:
            return (await self.client.get_workflow_handle(process_id).describe()).status
        except RPCError:
            # a stray payment that never was
            return None

    def _transfer_outcome(self, order: TransferOrder) -> Any:
        return self.transfers.get(order.account[-4:], "paid")


class _Store(FakeStorage):
    """Gives nothing to read while the reader doesn't work."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    async def get(self, key: str, version_id: str | None = None) -> bytes:
        await self._world.reader_works.wait()
        return await super().get(key, version_id)


class _Clock(Interceptor):
    """The other sides' clocks go with Temporal's."""

    def __init__(self, world: World) -> None:
        self._world = world

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        world = self._world

        class Inbound(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                if not activity.info().is_local:
                    world.time = max(world.time, activity.info().started_time)
                return await self.next.execute_activity(input)

        return Inbound(next)


@asynccontextmanager
async def open_world(environment: WorkflowEnvironment, queue: str) -> AsyncIterator[World]:
    world = World(environment, queue, await environment.get_current_time())
    evidence_reading = EvidenceReading(world.storage, _Reader(world))
    async with Worker(
        world.client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=[
            *outside_activities({INSURER: world.insurer}, world.payments, world.notices),
            evidence_reading.read_document,
            *world.books.activities(),
        ],
        interceptors=[_Clock(world), FailureInterceptor(), HeartbeatInterceptor()],
        workflow_runner=SANDBOX,
        graceful_shutdown_timeout=timedelta(0),
    ):
        yield world
        await world.close()


def _amends(amendment: Amendment) -> Any:
    return {"拒改": "declined", "待改": "pending"}.get(amendment.insured.name[-2:], "accepted")


def _verdict(proposal: Proposal) -> Any:
    return VERDICTS.get(proposal.insured.name[-2:], "accepted")


class _Reader:
    """Reads what the world says is on a paper."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read_file(self, source: BinaryIO) -> FileReading:
        # no page is read at once: a family submits meanwhile
        await asyncio.sleep(0.05)
        source.seek(0)
        found = self._world.papers[source.read()]
        if isinstance(found, str):
            raise ReadingRefused("unreadable", found)
        return FileReading("image", (), tuple(found), 0.0)

    async def view_file(self, source: BinaryIO, turned_ccw: Sequence[int] = ()) -> list[PageView]:
        return []
