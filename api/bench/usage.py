"""Who used the processors: CPU seconds of each part of a stack, from one reading to the next."""

from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psutil

from api.stack import processes

DRIVER, BARE_WORKER = "bench", "bare-worker"


class Usage:
    """Reads the stack in `folder`, this process as `bench`, and its children. A process that has ended is not counted."""

    def __init__(self, folder: Path, bare_worker: int | None = None) -> None:
        self._folder, self._bare_worker = folder, bare_worker
        self._before = self._read()

    def so_far(self) -> dict[str, float]:
        """CPU seconds by part since this was made, the busiest first; parts that had nothing to do are left out."""
        used: dict[str, float] = defaultdict(float)
        for key, seconds in self._read().items():
            used[key[0]] += seconds - self._before.get(key, 0.0)
        busy = {part: round(seconds, 2) for part, seconds in used.items() if seconds >= 0.01}
        return dict(sorted(busy.items(), key=lambda one: -one[1]))

    def _read(self) -> dict[tuple[str, int, float], float]:
        read = {}
        for process, part in self._processes().items():
            with suppress(psutil.Error):
                times = process.cpu_times()
                read[(part, process.pid, process.create_time())] = times.user + times.system
        return read

    def _processes(self) -> dict[psutil.Process, str]:
        found = processes.find(self._folder) | {psutil.Process(): DRIVER}
        # PostgreSQL's servers write their titles over the marks by which the others are known
        for process in [process for process, part in found.items() if part == "postgres"]:
            with suppress(psutil.Error):
                found |= dict.fromkeys(process.children(recursive=True), "postgres")
        if self._bare_worker is not None:
            found[psutil.Process(self._bare_worker)] = BARE_WORKER
        return found
