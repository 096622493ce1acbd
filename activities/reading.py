"""Reading evidence (材料识别), on the OCR workers: the bytes come from the store and never pass through Temporal."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Protocol, cast

from temporalio import activity

from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.ports import PageView, ReadingRefused, Storage
from insurance.rules.case import CaseReceipt, EvidenceFile, EvidenceView
from insurance.rules.receipts.entry import enter

# a receipt is what is read; of other papers only the file itself is checked
READ_KINDS = frozenset({"medical_receipt"})
MAX_VIEW_BYTES = 20 * 1024 * 1024


class FileReader(Protocol):
    """Reads files one after another while the worker goes on beating. Errors: `ReadingRefused`, `ReadingUnavailable`."""

    async def read_file(self, source: BinaryIO) -> FileReading: ...

    async def view_file(self, source: BinaryIO, turned_ccw: Sequence[int] = ()) -> list[PageView]:
        """Every page upright; `turned_ccw` as the reading tells it."""
        ...


@dataclass(frozen=True)
class ReadStep:
    document: EvidenceFile


@dataclass(frozen=True)
class ReadOutcome:
    """`rejected_because` is for the family; receipts are in reading order, views in the order of pages."""

    document_id: str
    rejected_because: str | None
    receipts: tuple[CaseReceipt, ...] = ()
    views: tuple[EvidenceView, ...] = ()


class EvidenceReading:
    """`key` is for the hashes by which a receipt is known again."""

    def __init__(self, storage: Storage, reader: FileReader, key: bytes = b"") -> None:
        self._storage = storage
        self._reader = reader
        self._key = key

    @activity.defn
    async def read_document(self, step: ReadStep) -> ReadOutcome:
        """Reads a receipt, looks through any other paper, and puts views of the pages beside the original. Safe to repeat."""
        document = step.document
        with tempfile.TemporaryFile() as copy:
            async for part in self._storage.open(document.object_key, document.version_id):
                copy.write(part)
            source = cast(BinaryIO, copy)
            try:
                if document.kind in READ_KINDS:
                    return await self._read(document, source)
                views = await self._reader.view_file(source)
            except ReadingRefused as refusal:
                return ReadOutcome(document.document_id, refusal.message)
        return ReadOutcome(document.document_id, None, views=await self._keep(document, views))

    async def _read(self, document: EvidenceFile, source: BinaryIO) -> ReadOutcome:
        reading = await self._reader.read_file(source)
        drawn = await self._drawn(source, reading)
        views = await self._keep(document, drawn, [(page.width, page.height) for page in reading.pages])
        found = enumerate(reading.receipts)
        receipts = tuple(enter(document.document_id, n, receipt, self._key) for n, receipt in found)
        why = None if receipts else "没有在这个文件中找到医疗票据，请重新拍摄整张票据"
        return ReadOutcome(document.document_id, why, receipts, views)

    async def _drawn(self, source: BinaryIO, reading: FileReading) -> list[PageView]:
        """What could be read stands, even if it can't be shown."""
        try:
            return await self._reader.view_file(source, [page.turned_ccw for page in reading.pages])
        except ReadingRefused:
            return []

    async def _keep(
        self, document: EvidenceFile, pages: Sequence[PageView], read: Sequence[tuple[int, int]] = ()
    ) -> tuple[EvidenceView, ...]:
        """A view can be made again from the original, so that it is not locked."""
        views = []
        for number, page in enumerate(pages):
            key = f"views/{document.document_id}/{number}.jpg"
            data = BytesIO(page.data)
            await self._storage.put(key, data, "image/jpeg", locked_until=None, max_bytes=MAX_VIEW_BYTES)
            seen = read[number] if number < len(read) else (page.width, page.height)
            views.append(EvidenceView(number, key, page.width, page.height, *seen))
        return tuple(views)
