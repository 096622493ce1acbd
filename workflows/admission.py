"""Admission (放行) from the queue of purchases: as many processes begin as an insurer takes, each parent in turn."""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp

from pydantic import TypeAdapter
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from insurance.settings import QueueSettings
from insurance.tables import Database, Purchase, PurchaseAdmission, QueuedPurchase
from workflows.client import ProcessUnavailable
from workflows.messages import PurchaseOrder

TICK_SECONDS = 0.25
IDLE_SECONDS = 0.5
OUTAGE_SECONDS = 5.0
# what is under way longer than this waits for somebody else, and holds nobody up
QUICK = timedelta(seconds=60)
# how fast a queue goes is what it did in about so long; of one that rested longer than a pause nothing is known
MEMORY_SECONDS, PAUSE_SECONDS = 30.0, 10.0
# nobody is told of more than so many times the wait at the insurer's own rate
SLOWEST = 20
# what could not begin lets the others go first for so long
ASIDE = timedelta(seconds=30)

log = logging.getLogger(__name__)
_order = TypeAdapter(PurchaseOrder)


class Admission:
    """Several may run: one of them at a time serves an insurer, and the rate is of all together. What was begun and not marked before
    a crash is begun again under the same id, which begins nothing new."""

    def __init__(
        self,
        database: Database,
        start: Callable[[PurchaseOrder], Awaitable[None]],
        settings: QueueSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._start = start
        self._settings = settings
        self._clock = clock
        self._serving: set[str] = set()
        # until when, by purchase
        self._aside: dict[str, datetime] = {}

    async def run(self) -> None:
        """Each insurer is served by itself: who is slow or broken delays nobody else."""
        async with asyncio.TaskGroup() as insurers:
            while True:
                try:
                    waiting = await self.waiting()
                    for insurer_code in {*waiting} - self._serving:
                        self._serving.add(insurer_code)
                        insurers.create_task(self._serve(insurer_code))
                    await asyncio.sleep(TICK_SECONDS if waiting else IDLE_SECONDS)
                except Exception as outage:  # whatever it was, the queue must go on
                    log.warning("purchases wait: %s", type(outage).__name__)
                    await asyncio.sleep(OUTAGE_SECONDS)

    async def waiting(self) -> Sequence[str]:
        """Insurers that somebody waits for."""
        async with self._database.transaction() as session:
            return (await session.exec(select(col(QueuedPurchase.insurer_code)).distinct())).all()

    async def admit(self, insurer_code: str) -> int:
        """Begin what the insurer takes by now; how many were begun. What could not begin keeps its place, and is tried again after
        the others. Raises `ProcessUnavailable` when nothing began because no process answers."""
        failures: list[BaseException] = []
        async with self._database.transaction() as session:
            if not await _is_ours(session, insurer_code):
                return 0
            row, elapsed = await self._credited(session, insurer_code)
            busy = (await session.exec(count_under_way(insurer_code, self._clock()))).one()
            room = min(int(row.tokens), self._settings.in_flight - busy)
            begun = await self._begin(session, insurer_code, room, failures) if room > 0 else 0
            row.tokens -= begun
            row.pace = _pace(row.pace, begun, elapsed, self._settings.rate_of(insurer_code))
        if not begun and any(isinstance(failure, ProcessUnavailable) for failure in failures):
            raise ProcessUnavailable
        return begun

    async def _serve(self, insurer_code: str) -> None:
        try:
            await self.admit(insurer_code)
        except Exception as outage:  # whatever it was, the others must go on
            log.warning("purchases of %s wait: %s", insurer_code, type(outage).__name__)
            await asyncio.sleep(OUTAGE_SECONDS)
        finally:
            self._serving.discard(insurer_code)

    async def _credited(self, session: AsyncSession, insurer_code: str) -> tuple[PurchaseAdmission, float]:
        """What the insurer takes in the seconds since it was last served, by whomever; no more than in a second."""
        now, rate = self._clock(), self._settings.rate_of(insurer_code)
        row = await session.get(PurchaseAdmission, insurer_code)
        if row is None:
            row = PurchaseAdmission(insurer_code=insurer_code, tokens=0.0, at=now)
            session.add(row)
        elapsed = max((now - row.at).total_seconds(), 0.0)
        row.tokens = min(row.tokens + rate * elapsed, max(rate, 1.0))
        row.at = max(row.at, now)
        return row, elapsed

    async def _begin(self, session: AsyncSession, insurer_code: str, room: int, failures: list[BaseException]) -> int:
        now = self._clock()
        self._aside = {purchase_id: until for purchase_id, until in self._aside.items() if until > now}
        statement = (
            select(QueuedPurchase)
            .where(
                QueuedPurchase.insurer_code == insurer_code,
                col(QueuedPurchase.purchase_id).not_in(tuple(self._aside)),
            )
            .order_by(col(QueuedPurchase.turn), col(QueuedPurchase.place))
            .limit(room)
            .with_for_update(skip_locked=True)
        )
        rows = (await session.exec(statement)).all()
        ids = []
        for row, failure in zip(
            rows, await asyncio.gather(*map(self._begin_one, rows), return_exceptions=True), strict=True
        ):
            if failure is None:
                ids.append(row.purchase_id)
                continue
            log.warning("%s could not begin: %s", row.purchase_id, type(failure).__name__)
            self._aside[row.purchase_id] = now + ASIDE
            failures.append(failure)
        await session.execute(delete(QueuedPurchase).where(col(QueuedPurchase.purchase_id).in_(ids)))
        # unless the process was faster to say where it is
        queued = col(Purchase.purchase_id).in_(ids), col(Purchase.state) == "queued"
        await session.execute(update(Purchase).where(*queued).values(state="submitted", updated_at=self._clock()))
        return len(ids)

    async def _begin_one(self, row: QueuedPurchase) -> None:
        await self._start(_order.validate_python(row.purchase_order))


def count_under_way(insurer_code: str, now: datetime) -> SelectOfScalar[int]:
    """Purchases that the insurer is at work on."""
    return select(func.count(col(Purchase.purchase_id))).where(
        Purchase.insurer_code == insurer_code,
        col(Purchase.state).in_(("submitted", "underwriting")),
        col(Purchase.updated_at) > now - QUICK,
    )


def _pace(before: float | None, begun: int, elapsed: float, rate: float) -> float | None:
    """A queue is first taken to go at the insurer's rate."""
    if elapsed > PAUSE_SECONDS:
        return None
    if elapsed <= 0:
        return before
    known = rate if before is None else before
    return known + (begun / elapsed - known) * (1 - exp(-elapsed / MEMORY_SECONDS))


def expected_pace(pace: float | None, rate: float) -> float:
    """How many will begin in a second, by `pace` so far and the insurer's rate."""
    return rate if pace is None else min(max(pace, rate / SLOWEST), rate)


async def _is_ours(session: AsyncSession, insurer_code: str) -> bool:
    key = zlib.crc32(f"admission {insurer_code}".encode())
    ours: bool = (await session.exec(select(func.pg_try_advisory_xact_lock(key)))).one()
    return ours


def order_document(order: PurchaseOrder) -> Mapping[str, object]:
    document: dict[str, object] = _order.dump_python(order, mode="json")
    return document
