"""Readings (识别) of a claim's files, side by side: each begins when its file comes, and none outlives the claim."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from temporalio import workflow
from temporalio.exceptions import ActivityError, RetryState

from activities.reading import EvidenceReading, ReadOutcome, ReadStep
from insurance.rules.case import EvidenceFile
from workflows.claim_case import ClaimCase
from workflows.options import READING


class Readings:
    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, document: EvidenceFile, then: Callable[[str], Awaitable[None]]) -> None:
        """`then` hears of its end, whatever came of it."""

        async def read() -> None:
            await self._read_one(document)
            await then(document.document_id)

        self._tasks[document.document_id] = asyncio.create_task(read())

    def begin_again(self, document: EvidenceFile, then: Callable[[ReadOutcome | None], Awaitable[None]]) -> None:
        """A new reading of a file; `then` hears of what came of it, None when nothing did."""

        async def read() -> None:
            try:
                outcome = await self._outcome(document)
            except ActivityError:
                outcome = None
            await then(outcome)

        self._tasks[document.document_id] = asyncio.create_task(read())

    def is_under_way(self, document_id: str) -> bool:
        task = self._tasks.get(document_id)
        return task is not None and not task.done()

    def all_done(self) -> bool:
        return all(task.done() for task in self._tasks.values())

    async def _outcome(self, document: EvidenceFile) -> ReadOutcome | None:
        """None when the claim was over first. Raises `ActivityError`."""
        step = workflow.start_activity_method(
            EvidenceReading.read_document, ReadStep(document), task_queue=self._case.order.ocr_queue, **READING
        )
        outcome: ReadOutcome | None = await self._case.unless_over(step)
        return outcome

    async def _leave_unread(self, document: EvidenceFile) -> None:
        """The file is not to blame: the family need not give it again, and an adjuster has it read later, or reads it."""
        case, text = self._case, "一份理赔材料一天内没有识别，将由理赔员核对；请检查识别服务"
        # the readers are the platform's
        case.journal.tell("role:operator", "document_unread", text, workflow.now())
        told = "一份材料暂时没有识别，将由理赔员核对，您不必重新上传"
        await case.note("document_unread", "system", told, document_id=document.document_id)

    async def _read_one(self, document: EvidenceFile) -> None:
        case, its = self._case, document.document_id
        try:
            outcome = await self._outcome(document)
        except ActivityError as failure:
            if failure.retry_state is RetryState.TIMEOUT:
                await self._leave_unread(document)
                return
            case.reject_document(its, "文件暂时无法识别，请重新上传")
            await case.note("document_rejected", "system", "一份材料暂时无法识别，请重新上传", document_id=its)
            return
        if outcome is None:
            return
        if outcome.views:
            case.put_document(replace(case.documents[its], views=outcome.views))
        if outcome.rejected_because is not None:
            case.reject_document(its, outcome.rejected_because)
            told = f"一份材料未能采用：{outcome.rejected_because}"
            await case.note("document_rejected", "system", told, document_id=its)
            return
        case.put_readings(document.document_id, outcome.receipts)
        if outcome.receipts:
            await case.note("document_read", "system", f"已识别{len(outcome.receipts)}张票据", document_id=its)
        elif outcome.views:
            await case.note("document_checked", "system", "一份材料可以打开", document_id=its)
