"""A closed load: so many at a time, each starting the next when it is done, for a number of them or until time is up."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any


@dataclass
class Times:
    """Seconds of each named step, over all runs."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[step].append(time.perf_counter() - began)

    def means(self) -> dict[str, float]:
        return {step: round(fmean(found), 4) for step, found in self.seconds.items()}


@dataclass(frozen=True)
class Load:
    """How one load went. `latencies` of the whole ones, in seconds; `cpu` seconds by who used them meanwhile."""

    name: str
    asked: int
    at_once: int
    seconds: float
    latencies: list[float]
    failures: list[str]
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The nearest-rank quantile."""
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan

    @property
    def cpu_ms_each(self) -> float:
        """Processor time of everybody who had a part in it, for one of them: the same on a busy machine as on a quiet one."""
        return 1000 * sum(self.cpu.values()) / max(1, len(self.latencies))

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "whole": len(self.latencies),
            "asked": self.asked,
            "at_once": self.at_once,
            "seconds": round(self.seconds, 3),
            "per_second": round(self.per_second, 2),
            "p50": round(self.quantile(0.50), 3),
            "p99": round(self.quantile(0.99), 3),
            "cpu_ms_each": round(self.cpu_ms_each, 1),
            "cpu_seconds": self.cpu,
            "failures": self.failures[:5],
        }


async def drive(
    name: str,
    number: int,
    at_once: int,
    limit_seconds: float,
    act: Callable[[int], Awaitable[None]],
    cpu: Callable[[], dict[str, float]] = dict,
) -> Load:
    """`act(0)` to `act(number - 1)`; nothing new is started after `limit_seconds`, and what was started ends. `cpu` is asked
    at the end."""
    waiting = iter(range(number))
    latencies: list[float] = []
    failures: list[str] = []
    began = time.perf_counter()

    async def one_after_another() -> None:
        for which in waiting:
            started = time.perf_counter()
            if started - began > limit_seconds:
                return
            try:
                await act(which)
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}")
            else:
                latencies.append(time.perf_counter() - started)

    await asyncio.gather(*(one_after_another() for _ in range(min(at_once, number))))
    return Load(name, number, at_once, time.perf_counter() - began, latencies, failures, cpu())
