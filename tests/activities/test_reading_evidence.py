import asyncio
import io
from dataclasses import replace

import pytest
from PIL import Image

from activities.reading import EvidenceReading, ReadStep
from insurance.adapters.ocr.file_reading import FileReading, PageRead
from insurance.adapters.ports import PageView, ReadingRefused, ReadingUnavailable, StorageRefused, StorageUnavailable
from insurance.adapters.storage.fake import FakeStorage
from insurance.rules.receipts.reading import Extras, ReceiptFields, ReceiptReading
from tests import records


def picture():
    data = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(data, "PNG")
    return data.getvalue()


def printed(**changes):
    fields = ReceiptFields(bill_no="0000000001", total="100.00", pool_pay="0.00", other_pay="0.00", date="2026-03-06")
    return ReceiptReading(replace(fields, **changes), {}, kind="outpatient")


@pytest.fixture
def storage():
    return FakeStorage()


@pytest.fixture
async def stored(storage):
    found = await storage.put("claims/1/a", io.BytesIO(picture()), "image/png", locked_until=None, max_bytes=10**6)
    return records.document(object_key=found.key, version_id=found.version_id)


class Reader:
    """Gives the answer it was told to give, and views of as many pages."""

    def __init__(self, answer, pages=1, unseen=None):
        self.answer, self.pages, self.unseen = answer, pages, unseen
        self.read, self.turned = [], []

    async def read_file(self, source):
        source.seek(0)
        self.read.append(source.read())
        if isinstance(self.answer, Exception):
            raise self.answer
        pages = tuple(PageRead(n, 3000, 2000, 90 * n, "image", ()) for n in range(self.pages))
        return FileReading("png", pages, tuple(self.answer), 0.1)

    async def view_file(self, source, turned_ccw=()):
        self.turned.append(list(turned_ccw))
        if self.unseen is not None:
            raise self.unseen
        return [PageView(b"view %d" % n, 2000, 1333) for n in range(self.pages)]


def reads(storage, answer, **options):
    return EvidenceReading(storage, Reader(answer, **options)).read_document


async def test_every_receipt_of_a_file_is_a_receipt_of_the_case(storage, stored):
    outcome = await reads(storage, [printed(), printed(bill_no="0000000002")])(ReadStep(stored))
    assert outcome.rejected_because is None
    assert [r.receipt_id for r in outcome.receipts] == [f"{stored.document_id}-{n}" for n in (0, 1)]
    assert [r.fields.bill_no for r in outcome.receipts] == ["0000000001", "0000000002"]
    assert all(r.fields == r.read_fields for r in outcome.receipts)


async def test_reading_again_gives_the_same(storage, stored):
    read = reads(storage, [printed()])
    assert await read(ReadStep(stored)) == await read(ReadStep(stored))


@pytest.mark.parametrize(
    ("reading", "settled"),
    [
        (printed(), False),
        (printed(pool_pay="0.01"), True),
        (printed(other_pay="12.00"), True),
        (printed(pool_pay=None, other_pay=None), False),
        (replace(printed(), settled=True), True),
    ],
)
async def test_social_insurance_took_part_when_it_paid_or_the_receipt_says_so(storage, stored, reading, settled):
    outcome = await reads(storage, [reading])(ReadStep(stored))
    assert outcome.receipts[0].social_insurance_settled is settled


@pytest.mark.parametrize(
    ("extras", "day"),
    [
        (Extras(), "2026-03-06"),
        (Extras(visit_date="2026-03-04"), "2026-03-04"),
        (Extras(visit_date="2026-03-04", stay_from="2026-03-01"), "2026-03-01"),
    ],
)
async def test_the_day_of_treatment_is_the_admission_else_the_visit_else_the_issue(storage, stored, extras, day):
    outcome = await reads(storage, [replace(printed(), extras=extras)])(ReadStep(stored))
    assert outcome.receipts[0].treated_on == day


async def test_a_file_without_a_receipt_is_rejected_with_a_reason_for_the_family(storage, stored):
    outcome = await reads(storage, [])(ReadStep(stored))
    assert "没有在这个文件中找到医疗票据" in outcome.rejected_because
    assert outcome.receipts == ()


async def test_a_file_that_can_not_be_read_is_rejected_with_the_readers_reason(storage, stored):
    outcome = await reads(storage, ReadingRefused("damaged_file", "文件已损坏"))(ReadStep(stored))
    assert outcome.rejected_because == "文件已损坏"


async def test_other_papers_are_only_looked_at_and_not_read(storage, stored):
    unread = reads(storage, AssertionError("must not be read"))
    assert (await unread(ReadStep(replace(stored, kind="diagnosis")))).rejected_because is None


@pytest.mark.parametrize("error", [ReadingUnavailable("busy"), MemoryError()])
async def test_an_engine_that_fails_leaves_the_step_to_be_tried_again(storage, stored, error):
    with pytest.raises(type(error)):
        await reads(storage, error)(ReadStep(stored))


async def test_a_store_that_is_away_leaves_the_step_to_be_tried_again(storage, stored):
    storage.down = True
    with pytest.raises(StorageUnavailable):
        await reads(storage, [])(ReadStep(stored))


async def test_a_file_that_is_not_in_the_store_is_a_refusal(storage, stored):
    with pytest.raises(StorageRefused):
        await reads(storage, [])(ReadStep(replace(stored, object_key="claims/1/b")))


async def test_every_page_has_a_view_beside_the_original(storage, stored):
    reader = Reader([printed()], pages=2)
    outcome = await EvidenceReading(storage, reader).read_document(ReadStep(stored))
    assert reader.turned == [[0, 90]]
    assert [(v.page, v.width, v.height, v.read_width, v.read_height) for v in outcome.views] == [
        (0, 2000, 1333, 3000, 2000),
        (1, 2000, 1333, 3000, 2000),
    ]
    for number, view in enumerate(outcome.views):
        assert view.object_key.startswith("views/")
        assert await storage.get(view.object_key) == b"view %d" % number
    assert await storage.get(stored.object_key, stored.version_id) == picture()


async def test_a_file_without_a_receipt_can_still_be_looked_at(storage, stored):
    assert (await reads(storage, [])(ReadStep(stored))).views


async def test_other_papers_have_views_and_are_rejected_when_they_can_not_be_shown(storage, stored):
    paper = replace(stored, kind="diagnosis")
    unread = AssertionError("must not be read")
    (view,) = (await reads(storage, unread)(ReadStep(paper))).views
    assert (view.read_width, view.read_height) == (view.width, view.height)
    outcome = await reads(storage, unread, unseen=ReadingRefused("damaged_file", "文件已损坏"))(ReadStep(paper))
    assert (outcome.rejected_because, outcome.views) == ("文件已损坏", ())


async def test_what_was_read_stands_though_it_can_not_be_shown(storage, stored):
    outcome = await reads(storage, [printed()], unseen=ReadingRefused("too_complex", "太复杂"))(ReadStep(stored))
    assert (outcome.rejected_because, len(outcome.receipts), outcome.views) == (None, 1, ())


async def test_the_reader_gets_the_file_as_it_was_stored(storage, stored):
    reader = Reader([printed()])
    await EvidenceReading(storage, reader).read_document(ReadStep(stored))
    assert reader.read == [picture()]


async def test_an_activity_that_is_called_off_calls_the_reading_off(storage, stored):
    begun, ended = asyncio.Event(), asyncio.Event()

    class Endless(Reader):
        async def read_file(self, source):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    step = asyncio.create_task(EvidenceReading(storage, Endless([])).read_document(ReadStep(stored)))
    await begun.wait()
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert ended.is_set()
