"""Reading evidence (材料识别), on the OCR workers: the bytes come from the store and never pass through Temporal."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from temporalio import activity

from insurance.adapters.ocr.reading import FileReading
from insurance.adapters.ports import ReadingRefused, Storage
from insurance.rules.case import CaseReceipt, EvidenceFile
from insurance.rules.receipts.entry import enter

ReadFile = Callable[[bytes], FileReading]

# a receipt is what is read; of other papers only the file itself is checked
READ_KINDS = frozenset({"medical_receipt"})


@dataclass(frozen=True)
class ReadStep:
    document: EvidenceFile


@dataclass(frozen=True)
class ReadOutcome:
    """`rejected_because` is for the family; receipts are in reading order."""

    document_id: str
    rejected_because: str | None
    receipts: tuple[CaseReceipt, ...] = ()


class EvidenceReading:
    """`read` runs in `executor`, one page at a time, so that the worker goes on beating while the engine works. `key` is for
    the hashes by which a receipt is known again."""

    def __init__(
        self,
        storage: Storage,
        read: ReadFile,
        inspect: Callable[[bytes], object],
        executor: Executor,
        key: bytes = b"",
    ) -> None:
        self._storage = storage
        self._read = read
        self._inspect = inspect
        self._executor = executor
        self._key = key

    @activity.defn
    async def read_document(self, step: ReadStep) -> ReadOutcome:
        document = step.document
        data = await self._storage.get(document.object_key, document.version_id)
        loop = asyncio.get_running_loop()
        try:
            if document.kind not in READ_KINDS:
                await loop.run_in_executor(self._executor, self._inspect, data)
                return ReadOutcome(document.document_id, None)
            reading = await loop.run_in_executor(self._executor, self._read, data)
        except ReadingRefused as refusal:
            return ReadOutcome(document.document_id, refusal.message)
        if not reading.receipts:
            return ReadOutcome(document.document_id, "没有在这个文件中找到医疗票据，请重新拍摄整张票据")
        receipts = tuple(enter(document.document_id, n, r, self._key) for n, r in enumerate(reading.receipts))
        return ReadOutcome(document.document_id, None, receipts)
