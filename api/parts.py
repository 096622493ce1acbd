"""What every route stands on, opened once for each process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from api.gates import Gates
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.ports import Storage
from insurance.adapters.registry import Adapters, system_clock
from insurance.products.catalogue import Catalogue
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import Calendar
from insurance.settings import OcrSettings, Settings
from insurance.tables import Database
from workflows.client import Processes


def file_inspector() -> ReadingProcess:
    """Looks into uploaded files in a process of its own, which starts with the first of them and reads none."""
    return ReadingProcess(OcrSettings(threads=1, memory_mb=512, inspect_seconds=2, file_seconds=5))


@dataclass(frozen=True)
class Parts:
    settings: Settings
    database: Database
    processes: Processes
    adapters: Adapters
    storage: Storage
    catalogue: Catalogue
    calendar: Calendar
    clock: Callable[[], datetime] = system_clock
    inspector: ReadingProcess = field(default_factory=file_inspector)
    gates: Gates = field(default_factory=Gates)

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        """The day in China."""
        return shanghai_day(self.now())
