import io
from random import Random

import pypdfium2
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


def laid_out(data: bytes, turned: int, origin: tuple[float, float]) -> bytes:
    """The same page to look at: drawn askew in a box that begins elsewhere, and turned back by its `/Rotate`."""
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    width, height = page.get_size()
    left, bottom = origin
    matrix, size = {
        0: ((1, 0, 0, 1, left, bottom), (width, height)),
        90: ((0, 1, -1, 0, left + height, bottom), (height, width)),
        180: ((-1, 0, 0, -1, left + width, bottom + height), (width, height)),
        270: ((0, -1, 1, 0, left, bottom + width), (height, width)),
    }[turned]
    for piece in page.get_objects():
        piece.transform(pypdfium2.PdfMatrix(*matrix))
    page.set_mediabox(left, bottom, left + size[0], bottom + size[1])
    page.set_rotation(turned)
    page.gen_content()
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("turned", "origin"), [(0, (-200, 300)), (90, (0, 0)), (180, (0, 0)), (270, (100, -50))])
def test_a_page_that_is_turned_or_begins_elsewhere_reads_the_same(
    sheet: Sheet, turned: int, origin: tuple[float, float]
) -> None:
    plain = with_text_of(sheet.canvas, values=True)
    (expected, _), (seen, asked) = read(plain), read(laid_out(plain, turned, origin))
    assert asked == 0
    assert seen.receipts[0].fields == expected.receipts[0].fields
    assert len(seen.receipts[0].fields.items) == len(sheet.fields["items"])
    for name, box in expected.receipts[0].boxes.items():
        assert seen.receipts[0].boxes[name] == pytest.approx(box, abs=4)
