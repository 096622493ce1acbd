"""The world around the processes under test: what families, adjusters and insurers do in it, and that it ends with equal books."""

import dataclasses
import io
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

from activities.bulkhead import Bulkhead
from activities.claims import ClaimRecord
from activities.failures import FailureInterceptor
from activities.heartbeat import HeartbeatInterceptor
from activities.reading import EvidenceReading
from insurance.adapters.ports import Insurer, Person, TakenOverPolicy
from insurance.rules.case import EvidenceFile, Payee
from insurance.rules.cover import shanghai_day
from insurance.rules.receipts.reading import ReceiptReading
from insurance.settings import WorkerSettings
from tests.workflows.process_books import PolicyOnFile
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
from tests.workflows.process_sides import OtherSides
from worker import SANDBOX, WORKFLOWS, outside_activities
from workflows.codec import EncryptionCodec
from workflows.converter import data_converter
from workflows.messages import (
    ClaimOrder,
    CorrectionOrder,
    PayeeOrder,
    PaymentReceived,
    PurchaseOrder,
    SurrenderRequest,
    UnderwritingAnswer,
)
from workflows.search import INSURER_CODE, add_search_attribute

# 32 bytes of nothing secret, so that recorded histories can be read again
PAYLOAD_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PROGRAMS = Path(sys.executable).parent
CONVERTER = data_converter(EncryptionCodec({"test": SecretStr(PAYLOAD_KEY)}))
# files are read beside the other steps here, and some tests let nobody read
ROOMY = WorkerSettings(activities=100)
BROKEN = (WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.TIMED_OUT)


class World(OtherSides):
    """One test's world."""

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

    # --- the end -----------------------------------------------------------------------------------------------------

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


async def start_time() -> WorkflowEnvironment:
    """Temporal's test server, one for each test: its clock stands still while anything is left at work by another."""
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=CONVERTER, test_server_existing_path=str(PROGRAMS / "temporal-test-server")
    )
    await add_search_attribute(environment.client, INSURER_CODE)
    return environment


@asynccontextmanager
async def open_world(
    environment: WorkflowEnvironment,
    queue: str,
    others: Mapping[str, Insurer] | None = None,
    settings: WorkerSettings = ROOMY,
) -> AsyncIterator[World]:
    """`others`: further insurers, by code."""
    world = World(environment, queue, await environment.get_current_time())
    insurers: dict[str, Insurer] = {INSURER: world.insurer, **(others or {})}
    evidence_reading = EvidenceReading(world.storage, world.reader)
    async with Worker(
        world.client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=[
            *outside_activities(insurers, world.payments, world.notices),
            evidence_reading.read_document,
            *world.books.activities(),
        ],
        interceptors=[_Clock(world), FailureInterceptor(), Bulkhead(settings), HeartbeatInterceptor()],
        workflow_runner=SANDBOX,
        max_concurrent_activities=settings.slots(len(insurers)),
        graceful_shutdown_timeout=timedelta(0),
    ):
        yield world
        await world.close()
