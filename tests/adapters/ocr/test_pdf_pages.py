from random import Random

import pytest

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.reading import FileReading, read_file
from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.pdf import as_pdf
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import LAYOUTS


@pytest.fixture
def sheet() -> Sheet:
    return draw_sheet(invent_known(Random(7), LAYOUTS[0]))


def with_text_of(canvas: Canvas, *, values: bool) -> bytes:
    """What is no text of the layer is in the picture below."""
    canvas.marks = [mark for mark in canvas.marks if values or mark.field is None]
    return as_pdf([canvas])


def read(data: bytes) -> tuple[FileReading, int]:
    reader = FakeReader()
    return read_file(data, reader), reader.asked


def test_a_layer_that_holds_the_receipt_is_read_without_the_engine(sheet: Sheet) -> None:
    reading, asked = read(with_text_of(sheet.canvas, values=True))
    assert (reading.pages[0].source, asked) == ("text_layer", 0)
    assert reading.receipts[0].fields.total == sheet.fields["total"]


def test_a_layer_that_is_only_the_frame_leaves_the_page_to_the_engine(sheet: Sheet) -> None:
    reading, asked = read(with_text_of(sheet.canvas, values=False))
    assert (reading.pages[0].source, asked) == ("image", 1)
