"""What was measured, and how it is told to machines."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import psutil

from api.bench.bare import Steps
from api.bench.burst import Burst
from api.bench.drive import Load
from api.bench.pages import PageCosts
from api.bench.samples import Samples
from insurance.rules.cover import SHANGHAI


@dataclass
class Process:
    """One process of the product: many at a time, one at a time, and bare workflows of as many steps beside it, by kind."""

    load: Load
    alone: Load
    steps: Steps
    events: dict[str, int]
    requests: dict[str, float]
    gaps: dict[str, float]
    bare: dict[str, Load] = field(default_factory=dict)

    def ratio(self, kind: str) -> float:
        """Whole processes per second for each bare one: above 1 is faster than the bare one."""
        bare = self.bare[kind].per_second
        return self.load.per_second / bare if bare else 0.0

    def document(self) -> dict[str, Any]:
        return self.load.document() | {
            "alone": self.alone.document(),
            "steps": asdict(self.steps),
            "history_events": self.events,
            "request_seconds": self.requests,
            "timeline_seconds": self.gaps,
            "bare": {kind: load.document() | {"ratio": round(self.ratio(kind), 2)} for kind, load in self.bare.items()},
        }


@dataclass
class Bench:
    """`reading` in seconds, by what was read; `pages`: what one page costs by itself; `decision`: seconds from the photograph to
    the decision, and the processor seconds of all those claims by part."""

    processes: dict[str, Process] = field(default_factory=dict)
    reading: dict[str, list[float]] = field(default_factory=dict)
    pages: PageCosts | None = None
    decision: list[float] = field(default_factory=list)
    decision_cpu: dict[str, float] = field(default_factory=dict)
    samples: Samples | None = None
    burst: Burst | None = None
    seconds: float = 0.0
    load_before: float = field(default_factory=lambda: psutil.getloadavg()[0])

    @property
    def loads(self) -> list[Load]:
        burst = [self.burst.accepted] if self.burst else []
        loads = ((process.load, process.alone, *process.bare.values()) for process in self.processes.values())
        return [*burst, *(load for several in loads for load in several)]

    @property
    def ok(self) -> bool:
        """Something was measured everywhere, and nothing failed."""
        is_measured = bool(self.loads or self.decision or self.samples)
        is_right = self.samples is None or (
            self.samples.asked > 0 and not (self.samples.wrong or self.samples.failures)
        )
        is_kept = self.burst is None or not self.burst.lost
        return is_measured and is_right and is_kept and all(load.latencies and not load.failures for load in self.loads)

    def document(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "at": datetime.now(SHANGHAI).isoformat(timespec="seconds"),
            "cores": psutil.cpu_count(),
            "load_before": round(self.load_before, 2),
            "seconds": round(self.seconds, 1),
            "processes": {name: process.document() for name, process in self.processes.items()},
            "page_costs": self.pages.document() if self.pages else None,
            "decision_seconds": self._decision() if self.decision else None,
            "samples": self.samples.document() if self.samples else None,
            "burst": self.burst.document() if self.burst else None,
            "reading_seconds": {
                what: {"n": len(found), "p50": round(median(found), 3), "max": round(max(found), 3)}
                for what, found in self.reading.items()
                if found
            },
        }

    def _decision(self) -> dict[str, Any]:
        return {
            "n": len(self.decision),
            "p50": round(median(self.decision), 3),
            "max": round(max(self.decision), 3),
            "reading_p50": round(median(self.reading["photo"]), 3),
            "cpu_seconds_each": {part: round(cpu / len(self.decision), 3) for part, cpu in self.decision_cpu.items()},
        }
