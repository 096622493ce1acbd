"""The burst of September: how fast purchases are taken down, and how fast the queue empties into processes."""

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import psutil

from api.bench.drive import Load, drive
from api.bench.stranger import Strangers
from api.bench.usage import Usage
from api.demo.own_stack import OwnStack
from api.demo.people import application, family
from api.stack import processes

AT_ONCE = 48
# nobody is taken down later than this in a burst
ACCEPT_SECONDS = 300.0
DRAIN_LIMIT_SECONDS = 900.0
LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class Burst:
    """`drained` purchases began within `drain_seconds`; `rate` is what the insurer takes. `asked_again`: answers that were 503 first.
    `memory_mb` by part, afterwards."""

    drained: int
    drain_seconds: float
    rate: float
    accepted: Load
    asked_again: int
    memory_mb: dict[str, int]

    def document(self) -> dict[str, Any]:
        return {
            "drained": self.drained,
            "drain_seconds": round(self.drain_seconds, 1),
            "drained_per_second": round(self.drained / self.drain_seconds, 2) if self.drain_seconds else None,
            "rate": self.rate,
            "accepted": self.accepted.document(),
            "asked_again": self.asked_again,
            "memory_mb": self.memory_mb,
        }


class September:
    def __init__(self, stack: OwnStack, strangers: Strangers, product: dict[str, Any], today: date) -> None:
        self._stack, self._strangers, self._product, self._today = stack, strangers, product, today
        self._last: tuple[str, str] | None = None

    async def run(self, first: int, accepted: int, drained: int, rate: float) -> Burst:
        """`drained` purchases, which are waited for, then `accepted` at once; families are numbered from `first`."""
        began = time.perf_counter()
        await self._take_down("drain", range(first, first + drained))
        await self._until_the_last()
        seconds = time.perf_counter() - began
        usage = Usage(self._stack.folder)
        load = await self._take_down("burst", range(first + drained, first + drained + accepted), usage)
        return Burst(drained, seconds, rate, load, self._strangers.asked_again, self._memory())

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
