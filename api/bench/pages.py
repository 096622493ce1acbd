"""What reading a page costs: drawn photographs of receipts through the reader itself, one after the other."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import ReadingUnavailable
from insurance.settings import Settings
from insurance.simulators.receipts.corpus import corpus

PAGES = 12
SEED = 4


@dataclass
class PageCosts:
    """Of each file seconds by the clock and of all cores together, and the most memory that the reader held, in MB."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    engine: str = ""

    def document(self) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        return {
            "n": len(ordered),
            "p50": round(median(ordered), 2),
            "p90": round(ordered[int(0.9 * (len(ordered) - 1))], 2),
            "cpu_p50": round(median(self.cpu), 2),
            "peak_mb": round(self.peak_mb),
            "engine": self.engine,
        }


def read_pages(pages: int = PAGES) -> PageCosts:
    """By the engine that is set. Raises `ReadingUnavailable` when none starts, `FontMissing` where no Chinese font is installed."""
    costs = PageCosts()
    with ReadingProcess(Settings().ocr) as reader:
        reader.start()
        costs.engine = reader.engine
        for drawn in corpus(pages, SEED, "known"):
            reading = reader.read(drawn.content)
            costs.seconds.append(reading.seconds)
            costs.cpu.append(reading.cpu_seconds)
            costs.peak_mb = max(costs.peak_mb, _peak_mb(reader))
    return costs


def _peak_mb(reader: ReadingProcess) -> float:
    """The kernel's own high-water mark where it tells one."""
    if reader.pid is None:
        raise ReadingUnavailable("the reader is gone")
    memory = psutil.Process(reader.pid).memory_info()
    try:
        status = Path(f"/proc/{reader.pid}/status").read_text(encoding="ascii")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    except (OSError, StopIteration):
        return float(memory.rss) / 1_048_576
