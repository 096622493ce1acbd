"""Processes under test at work: Temporal with skipped time, our books in memory, and waiting for what happens there."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateHandle, WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment

from insurance.settings import TemporalSettings
from tests.workflows.process_books import Books
from workflows.client import Processes
from workflows.messages import (
    ClaimOutcome,
    ComplaintOutcome,
    CorrectionOutcome,
    PurchaseOutcome,
    QualityOutcome,
    ReviewResult,
    SeriousOutcome,
    StrayOutcome,
    SurrenderOutcome,
)

PATIENCE_SECONDS = 20
# by what an id begins with; a claim's own processes by the letter behind the claim's id
OUTCOMES = {
    "pu": PurchaseOutcome, "cl": ClaimOutcome, "su": SurrenderOutcome, "cm": ComplaintOutcome, "stray": StrayOutcome,
    "pc": CorrectionOutcome, "r": ReviewResult, "q": QualityOutcome, "s": SeriousOutcome,
}  # fmt: skip


class Running:
    """`time` is Temporal's, which tests move."""

    def __init__(self, environment: WorkflowEnvironment, queue: str, time: datetime) -> None:
        self.environment = environment
        self.client: Client = environment.client
        self.queue = queue
        self.time = time
        self.processes = Processes(self.client, TemporalSettings(process_queue=queue, ocr_queue=queue))
        self.books = Books()
        self.started: list[str] = []

    async def let_pass(self, **duration: float) -> None:
        await self.environment.sleep(timedelta(**duration))
        self.time = await self.environment.get_current_time()

    async def until(self, true: Callable[[], Any], what: str = "") -> None:
        """In the time of this machine: what needs no timer happens at once."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not true():  # noqa: ASYNC110 (what is waited for has no event)
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"never: {what}; {self.told()}") from None

    async def until_state(self, process_id: str, state: str) -> None:
        await self.until(lambda: self.books.walked(process_id)[-1:] == [state], f"{process_id} {state}")

    async def until_told(self, process_id: str, event: str) -> None:
        await self.until(lambda: event in self.books.told(process_id), f"{process_id} {event}")

    async def end_of(self, process_id: str) -> Any:
        """The outcome of a process that has nothing left to wait for."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                with self.environment.auto_time_skipping_disabled():
                    return await self.handle(process_id).result()
        except TimeoutError:
            raise AssertionError(f"{process_id} did not end; {self.told()}") from None

    async def events_in_history(self, process_id: str) -> int:
        return len((await self.handle(process_id).fetch_history()).events)

    def handle(self, process_id: str) -> WorkflowHandle[Any, Any]:
        kind, _, number = process_id.partition("-")
        child = number.partition("-")[2][:1]
        return self.client.get_workflow_handle(process_id, result_type=OUTCOMES[child or kind])

    def told(self) -> dict[str, list[str]]:
        return {process_id: self.books.told(process_id) for process_id in self.started}

    async def update(self, process_id: str, update: str, arg: Any = None) -> None:
        await self.processes.update(process_id, update, arg)

    async def begin(self, process_id: str, update: str, arg: Any = None) -> WorkflowUpdateHandle[Any]:
        """An update that was accepted and may still be at work."""
        args = [] if arg is None else [arg]
        stage = WorkflowUpdateStage.ACCEPTED
        return await self.handle(process_id).start_update(update, args=args, wait_for_stage=stage)
