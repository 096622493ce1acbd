"""Who used the processors: CPU seconds of each part of a stack, from one reading to the next."""

import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psutil

from api.stack import processes

DRIVER = "bench"
ELSEWHERE = "elsewhere"


class Usage:
    """Reads the stack in `folder`, and this process as `bench`. A process that has ended is not counted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = time.perf_counter()
        self._before = self._read()

    def so_far(self) -> dict[str, float]:
        """CPU seconds by part since this was made, the busiest first; `elsewhere` is what the machine
        had left or gave to others."""
        used: dict[str, float] = defaultdict(float)
        for key, seconds in self._read().items():
            used[key[0]] += seconds - self._before.get(key, 0.0)
        wall = time.perf_counter() - self._began
        used[ELSEWHERE] = max(0.0, wall * (psutil.cpu_count() or 1) - sum(used.values()))
        return {part: round(seconds, 2) for part, seconds in sorted(used.items(), key=lambda one: -one[1])}

    def _read(self) -> dict[tuple[str, int, float], float]:
        parts = processes.find(self._folder) | {psutil.Process(): DRIVER}
        # PostgreSQL's servers write their titles over the marks by which the others are known
        for process, part in list(parts.items()):
            with suppress(psutil.Error):
                parts |= dict.fromkeys(process.children(recursive=True), part) if part == "postgres" else {}
        read = {}
        for process, part in parts.items():
            with suppress(psutil.Error):
                times = process.cpu_times()
                read[(part or "supervisor", process.pid, process.create_time())] = times.user + times.system
        return read
