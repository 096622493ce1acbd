"""Admission (放行) from the queue of purchases: as many processes begin as an insurer takes, each parent in turn."""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from insurance.settings import QueueSettings
from insurance.tables import Database, Purchase, QueuedPurchase
from workflows.messages import PurchaseOrder

TICK_SECONDS = 0.25
IDLE_SECONDS = 0.5
OUTAGE_SECONDS = 5.0
# what is under way longer than this waits for somebody else, and holds nobody up
QUICK = timedelta(seconds=60)

log = logging.getLogger(__name__)
_order = TypeAdapter(PurchaseOrder)


class Admission:
    """Several may run: one of them at a time serves an insurer. What was begun and not marked before a crash is begun again under
    the same id, which begins nothing new."""

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
        # begun within a moment, by insurer
        self._allowed: dict[str, float] = {}

    async def run(self) -> None:
        while True:
            try:
                waiting = await self.waiting()
                for insurer_code in waiting:
                    await self.admit(insurer_code, TICK_SECONDS)
                await asyncio.sleep(TICK_SECONDS if waiting else IDLE_SECONDS)
            except Exception as outage:  # whatever it was, the queue must go on
                log.warning("purchases wait: %s", type(outage).__name__)
                await asyncio.sleep(OUTAGE_SECONDS)

    async def waiting(self) -> Sequence[str]:
        """Insurers that somebody waits for."""
        async with self._database.transaction() as session:
            return (await session.exec(select(col(QueuedPurchase.insurer_code)).distinct())).all()

    async def admit(self, insurer_code: str, seconds: float) -> int:
        """Begin what the insurer takes in so many seconds; how many were begun."""
        rate = self._settings.rate_of(insurer_code)
        allowed = min(self._allowed.get(insurer_code, 0.0) + rate * seconds, max(rate, 1.0))
        async with self._database.transaction() as session:
            room = 0
            if await _is_ours(session, insurer_code):
                busy = (await session.exec(count_under_way(insurer_code, self._clock()))).one()
                room = min(int(allowed), self._settings.in_flight - busy)
            begun = await self._begin(session, insurer_code, room) if room > 0 else 0
        self._allowed[insurer_code] = allowed - begun
        return begun

    async def _begin(self, session: AsyncSession, insurer_code: str, room: int) -> int:
        statement = (
            select(QueuedPurchase)
            .where(QueuedPurchase.insurer_code == insurer_code)
            .order_by(col(QueuedPurchase.turn), col(QueuedPurchase.place))
            .limit(room)
            .with_for_update(skip_locked=True)
        )
        rows = (await session.exec(statement)).all()
        await asyncio.gather(*(self._start(_order.validate_python(row.purchase_order)) for row in rows))
        ids = [row.purchase_id for row in rows]
        await session.execute(delete(QueuedPurchase).where(col(QueuedPurchase.purchase_id).in_(ids)))
        # unless the process was faster to say where it is
        queued = col(Purchase.purchase_id).in_(ids), col(Purchase.state) == "queued"
        await session.execute(update(Purchase).where(*queued).values(state="submitted", updated_at=self._clock()))
        return len(rows)


def count_under_way(insurer_code: str, now: datetime) -> SelectOfScalar[int]:
    """Purchases that the insurer is at work on."""
    return select(func.count(col(Purchase.purchase_id))).where(
        Purchase.insurer_code == insurer_code,
        col(Purchase.state).in_(("submitted", "underwriting")),
        col(Purchase.updated_at) > now - QUICK,
    )


async def _is_ours(session: AsyncSession, insurer_code: str) -> bool:
    key = zlib.crc32(f"admission {insurer_code}".encode())
    ours: bool = (await session.exec(select(func.pg_try_advisory_xact_lock(key)))).one()
    return ours


def order_document(order: PurchaseOrder) -> Mapping[str, object]:
    document: dict[str, object] = _order.dump_python(order, mode="json")
    return document
