"""The API in this process, on a real database, with a store in memory and a stand-in for the processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from callers import Callers
from fastapi import FastAPI
from pydantic import SecretStr, TypeAdapter
from sqlmodel import SQLModel, text

from activities.claims import ClaimRecords
from api.app import create_app
from api.auth import Caller, issue_token
from api.claim_files import first_case
from api.parts import Parts
from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.notices.outbox import OutboxOnlyNotices
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.registry import Adapters
from insurance.adapters.storage.fake import FakeStorage
from insurance.calendar import load_calendar
from insurance.products.catalogue import load_catalogue
from insurance.rules.case_file import CaseFile
from insurance.settings import QueueSettings, Settings
from insurance.tables import Database
from tests import records
from tests.signing_identity import signing_settings
from workflows.client import ProcessUnavailable

SETTINGS = Settings(
    environment="development",
    token_secret=SecretStr("a secret of these tests alone, 32+"),
    digest_secret=SecretStr("digest"),
    signing=signing_settings(),
    # processes of these tests stay where they are, and a fast machine begins many: nobody's hands are ever full of them
    queue=QueueSettings(rate=100_000, in_flight=100_000),
)
_case = TypeAdapter(CaseFile)


@dataclass
class StandInProcesses:
    """Notes what it is told. A claim's first step is really published, as its process would do it.

    `away`: Temporal does not answer. `loses_answers`: what is asked for happens, and the answer never comes. `refusals`: what
    an update is answered with.
    """

    database: Database
    away: bool = False
    loses_answers: bool = False
    started: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str, Any]] = field(default_factory=list)
    refusals: dict[str, Exception] = field(default_factory=dict)
    steps: set[asyncio.Task[None]] = field(default_factory=set)
    ocr_queue: str = "ocr"

    async def start_purchase(self, order: Any) -> None:
        await self._start(order.purchase_id, order)

    async def start_surrender(self, order: Any) -> None:
        await self._start(order.surrender_id, order)

    async def start_correction(self, order: Any) -> None:
        await self._start(order.correction_id, order)

    async def start_claim(self, order: Any) -> None:
        if not self.away and order.claim_id not in self.started:
            step = asyncio.create_task(self._report(order))
            self.steps.add(step)
            step.add_done_callback(self.steps.discard)
        await self._start(order.claim_id, order)

    async def start_complaint(self, order: Any) -> None:
        await self._start(order.complaint.complaint_id, order)

    async def start_reconciliation(self, day: Any) -> None:
        await self._start(f"reconciliation-{day}", day)

    async def update(self, process_id: str, update: str, arg: Any = None, *, update_id: str | None = None) -> None:
        await self._acted(lambda: self.told.append((process_id, update, arg)))
        if update in self.refusals:
            raise self.refusals[update]

    async def tell_payment(self, purchase_id: str, payment: Any) -> None:
        await self._acted(lambda: self.told.append((purchase_id, "payment", payment)))

    async def tell_incident(self, claim_id: str, link: Any) -> None:
        await self._acted(lambda: self.told.append((claim_id, "incident", link)))
        if claim_id in self.refusals:
            raise self.refusals[claim_id]

    async def tell_school_note(self, case_id: str, note: Any) -> None:
        await self._acted(lambda: self.told.append((case_id, "school_note", note)))
        if case_id in self.refusals:
            raise self.refusals[case_id]

    async def tell_underwriting(self, purchase_id: str, answer: Any) -> None:
        await self._acted(lambda: self.told.append((purchase_id, "underwriting", answer)))

    async def ready(self) -> None:
        if self.away:
            raise ProcessUnavailable

    async def _start(self, process_id: str, order: Any) -> None:
        await self._acted(lambda: self.started.setdefault(process_id, order))

    async def _acted(self, act: Any) -> None:
        if self.away:
            raise ProcessUnavailable
        act()
        if self.loses_answers:
            # longer than the step that it started: the record is there before the caller gives up
            await asyncio.sleep(0.05)
            raise ProcessUnavailable

    async def _report(self, order: Any) -> None:
        case = replace(_case.validate_python(first_case(order)), report_no=f"R{order.claim_id[-12:]}")
        await ClaimRecords(self.database).publish_claim(records.claim(1, case=case))


@dataclass
class Door(Callers):
    app: FastAPI
    client: httpx.AsyncClient
    parts: Parts
    processes: StandInProcesses
    storage: FakeStorage
    insurer: FakeInsurer
    payments: FakePayments

    @property
    def database(self) -> Database:
        return self.parts.database

    def as_(self, role: str, subject: str, **bound: Any) -> dict[str, str]:
        return bearer(Caller(role, subject, **bound))  # type: ignore[arg-type]

    async def rows(self) -> dict[str, int]:
        """How many rows each table has, and how many objects the store."""
        union = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in sorted(SQLModel.metadata.tables))
        async with self.database.transaction() as session:
            counts = {name: int(count) for name, count in (await session.execute(text(union))).all()}
        return counts | {"objects": len(self.storage._versions)}


def bearer(caller: Caller, now: datetime | None = None, secret: str | None = None) -> dict[str, str]:
    key = secret or SETTINGS.token_secret.get_secret_value()
    return {"authorization": f"Bearer {issue_token(caller, key, now or datetime.now(UTC))}"}


@asynccontextmanager
async def open_door(database: Database) -> AsyncIterator[Door]:
    processes, storage = StandInProcesses(database), FakeStorage()
    insurer, payments = FakeInsurer("xiangjiang", clock=lambda: records.NOW), FakePayments(clock=lambda: records.NOW)
    app = create_app(SETTINGS)
    async with httpx.AsyncClient() as outside:
        parts = Parts(
            settings=SETTINGS,
            database=database,
            processes=processes,  # type: ignore[arg-type]
            adapters=Adapters({"xiangjiang": insurer}, payments, OutboxOnlyNotices(), outside),
            storage=storage,
            catalogue=load_catalogue(),
            calendar=load_calendar(),
            clock=lambda: records.NOW,
        )
        app.state.parts = parts
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            yield Door(app, client, parts, processes, storage, insurer, payments)
        parts.inspector.close()
