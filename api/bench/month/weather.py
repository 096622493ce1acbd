"""What goes wrong at the other parts, as chance has it: slow, down, answers lost; notices twice, late, or never."""

from random import Random
from typing import Any

from api.bench.month.doors import Doors

OPERATIONS = {
    "alipay": ("query", "close", "refund", "query_refund", "transfer", "query_transfer", "statement", "download"),
    "insurer": (
        "underwrite",
        "query_underwriting",
        "issue",
        "cancel_policy",
        "report_claim",
        "close_claim",
        "amend_policy",
    ),
}
REQUESTS = ("slow", "down", "down", "lose_answer", "lose_answer")
NOTICES = ("duplicate_notice", "late_notice", "no_notice")
# of the moments that are not calm, how many faults each simulator gets
MOST = 4


class Weather:
    def __init__(self, doors: Doors, seed: int) -> None:
        self._doors = doors
        self._chance = Random(seed)  # noqa: S311
        self.faults = 0

    async def change(self) -> None:
        """For the moment that comes. What of the last one's faults nobody met is gone; two moments in three are calm."""
        for simulator in OPERATIONS:
            await self.clear(simulator)
            if self._chance.random() < 1 / 3:
                for _ in range(self._chance.randint(1, MOST)):
                    await self._doors.control(simulator, "POST", "faults", self._fault(simulator))
                    self.faults += 1

    async def clear(self, simulator: str) -> None:
        await self._doors.control(simulator, "DELETE", "faults")

    def _fault(self, simulator: str) -> dict[str, Any]:
        chance = self._chance
        if simulator == "alipay" and chance.random() < 0.3:
            return {"operation": "pay", "mode": chance.choice(NOTICES), "times": chance.randint(1, 4), "seconds": 5.0}
        operation = chance.choice((*OPERATIONS[simulator], "*"))
        mode = chance.choice(REQUESTS)
        return {"operation": operation, "mode": mode, "times": chance.randint(1, 5), "seconds": 0.3}
