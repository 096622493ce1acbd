"""Reading evidence (材料识别), on the OCR workers: the bytes come from the store and never pass through Temporal."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from temporalio import activity

from insurance.adapters.ocr.reading import FileReading
from insurance.adapters.ports import ReadingRefused, Storage
from insurance.rules.case import CaseReceipt, EvidenceFile
from insurance.rules.receipts.reading import ReceiptReading

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
    """`read` runs in `executor`, one page at a time, so that the worker goes on beating while the engine works."""

    def __init__(
        self, storage: Storage, read: ReadFile, inspect: Callable[[bytes], object], executor: Executor
    ) -> None:
        self._storage = storage
        self._read = read
        self._inspect = inspect
        self._executor = executor

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
        receipts = tuple(_case_receipt(document, n, receipt) for n, receipt in enumerate(reading.receipts))
        return ReadOutcome(document.document_id, None, receipts)


def _case_receipt(document: EvidenceFile, ordinal: int, reading: ReceiptReading) -> CaseReceipt:
    fields, extras = reading.fields, reading.extras
    settled_by_amounts = any(amount not in (None, "0.00") for amount in (fields.pool_pay, fields.other_pay))
    return CaseReceipt(
        receipt_id=f"{document.document_id}-{ordinal}",
        document_id=document.document_id,
        ordinal=ordinal,
        fields=fields,
        read_fields=fields,
        confidence=reading.confidence,
        checks=reading.checks,
        boxes=reading.boxes,
        category=reading.kind or "outpatient",
        social_insurance_settled=settled_by_amounts or bool(reading.settled),
        treated_on=extras.stay_from or extras.visit_date or fields.date,
    )
