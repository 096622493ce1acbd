"""What was measured, and how it is told to machines."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import psutil

from api.bench.bare import Steps
from api.bench.drive import Load
from api.bench.usage import ELSEWHERE
from insurance.rules.cover import SHANGHAI


@dataclass
class Process:
    """One process of the product, and bare workflows of as many steps beside it, by kind."""

    load: Load
    steps: Steps
    events: dict[str, int]
    cpu: dict[str, float]
    requests: dict[str, float]
    gaps: dict[str, float]
    bare: dict[str, Load] = field(default_factory=dict)

    def ratio(self, kind: str) -> float:
        """Whole processes per second for each bare one: above 1 is faster than the bare one."""
        bare = self.bare[kind].per_second
        return self.load.per_second / bare if bare else 0.0

    @property
    def cpu_ms_each(self) -> float:
        """CPU of the whole machine's parts for one of them, the driver's own included."""
        busy = sum(seconds for part, seconds in self.cpu.items() if part != ELSEWHERE)
        return 1000 * busy / max(1, len(self.load.latencies))

    def document(self) -> dict[str, Any]:
        return self.load.document() | {
            "steps": asdict(self.steps),
            "history_events": self.events,
            "cpu_seconds": self.cpu,
            "cpu_ms_each": round(self.cpu_ms_each, 1),
            "request_seconds": self.requests,
            "timeline_seconds": self.gaps,
            "bare": {kind: load.document() | {"ratio": round(self.ratio(kind), 2)} for kind, load in self.bare.items()},
        }


@dataclass
class Bench:
    """`reading` in seconds, by what was read."""

    processes: dict[str, Process] = field(default_factory=dict)
    reading: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    load_before: float = field(default_factory=lambda: psutil.getloadavg()[0])

    @property
    def loads(self) -> list[Load]:
        return [load for process in self.processes.values() for load in (process.load, *process.bare.values())]

    @property
    def ok(self) -> bool:
        """Something was measured everywhere, and nothing failed."""
        return bool(self.loads) and all(load.latencies and not load.failures for load in self.loads)

    def document(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "at": datetime.now(SHANGHAI).isoformat(timespec="seconds"),
            "cores": psutil.cpu_count(),
            "load_before": round(self.load_before, 2),
            "seconds": round(self.seconds, 1),
            "processes": {name: process.document() for name, process in self.processes.items()},
            "reading_seconds": {
                what: {"n": len(found), "p50": round(median(found), 3), "max": round(max(found), 3)}
                for what, found in self.reading.items()
                if found
            },
        }
