"""The burst of September: how fast purchases are taken down, and how fast the queue empties into processes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psutil
from pydantic import SecretStr
from sqlalchemy import exists, func, or_
from sqlmodel import col, select

from api.bench.drive import Load, drive
from api.bench.stranger import Strangers
from api.bench.usage import Usage
from api.demo.own_stack import OwnStack
from api.demo.people import application, family
from api.stack import processes
from api.stack.environment import database_url
from insurance.settings import DatabaseSettings
from insurance.tables import Database, Purchase, QueuedPurchase

AT_ONCE = 24
# nobody is taken down later than this in a burst
ACCEPT_SECONDS = 300.0
DRAIN_LIMIT_SECONDS = 900.0
LOOK_SECONDS = 2.0
BATCH = 1000


@dataclass(frozen=True)
class Burst:
    """`drained` purchases began within `drain_seconds`; `rate` is what the insurer takes. `asked_again`: answers that were 503 first.
    `memory_mb` by part, afterwards. `lost`: taken down, and neither in the books nor in the queue; there must be none."""

    drained: int
    drain_seconds: float
    rate: float
    accepted: Load
    asked_again: int
    memory_mb: dict[str, int]
    lost: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "drained": self.drained,
            "drain_seconds": round(self.drain_seconds, 1),
            "drained_per_second": round(self.drained / self.drain_seconds, 2) if self.drain_seconds else None,
            "rate": self.rate,
            "accepted": self.accepted.document(),
            "asked_again": self.asked_again,
            "memory_mb": self.memory_mb,
            "lost": self.lost,
        }


class September:
    def __init__(self, stack: OwnStack, strangers: Strangers, product: dict[str, Any], today: date) -> None:
        self._stack, self._strangers, self._product, self._today = stack, strangers, product, today
        self._last: tuple[str, str] | None = None
        # as the answers said
        self._taken: list[str] = []

    async def run(self, first: int, accepted: int, drained: int, rate: float) -> Burst:
        """`drained` purchases, which are waited for, then `accepted` at once; families are numbered from `first`."""
        began = time.perf_counter()
        await self._take_down("drain", range(first, first + drained))
        await self._until_the_last()
        seconds = time.perf_counter() - began
        usage = Usage(self._stack.folder)
        load = await self._take_down("burst", range(first + drained, first + drained + accepted), usage)
        memory = self._memory()
        database = Database(DatabaseSettings(url=SecretStr(database_url(self._stack.plan))))
        try:
            lost = await count_lost(database, self._taken)
        finally:
            await database.close()
        return Burst(drained, seconds, rate, load, self._strangers.asked_again, memory, lost)

    async def _take_down(self, name: str, numbers: range, usage: Usage | None = None) -> Load:
        async def buy(number: int) -> None:
            buyer = family(numbers[number], "李志明", "李知远", self._today)
            made = await self._strangers.ask(
                buyer.account,
                "POST",
                "/v1/purchases",
                key=f"burst-{numbers[number]}",
                json=application(self._product, buyer),
            )
            self._taken.append(made["purchase_id"])
            self._last = buyer.account, f"/v1/purchases/{made['purchase_id']}"

        cpu = usage.so_far if usage else dict
        return await drive(name, len(numbers), AT_ONCE, ACCEPT_SECONDS, buy, cpu)

    async def _until_the_last(self) -> None:
        """Until the last one taken down has its payment page."""
        assert self._last is not None
        began = time.perf_counter()
        while time.perf_counter() - began < DRAIN_LIMIT_SECONDS:
            state = (await self._strangers.ask(self._last[0], "GET", self._last[1]))["state"]
            if state not in ("queued", "submitted", "underwriting"):
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _memory(self) -> dict[str, int]:
        """Resident megabytes of each part."""
        found: dict[str, int] = {}
        for process, part in processes.find(self._stack.folder).items():
            try:
                found[part] = found.get(part, 0) + process.memory_info().rss // 2**20
            except psutil.Error:
                continue
        return found


async def count_lost(database: Database, taken: Sequence[str]) -> int:
    """Of the purchases that were answered for, each another one: not in the books, or said to wait and not in the queue."""
    in_queue = exists().where(col(QueuedPurchase.purchase_id) == col(Purchase.purchase_id))
    ids, found = sorted(set(taken)), 0
    async with database.transaction() as session:
        for start in range(0, len(ids), BATCH):
            known = (
                select(func.count(col(Purchase.purchase_id)))
                .where(col(Purchase.purchase_id).in_(ids[start : start + BATCH]))
                .where(or_(col(Purchase.state) != "queued", in_queue))
            )
            found += (await session.exec(known)).one()
    return len(taken) - found
