import io
from collections.abc import Callable
from random import Random

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.reading import FileReading, read_file
from insurance.adapters.ocr.visible import is_visible
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.layout import Line
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


def changed(data: bytes, change: Callable[[pypdfium2.PdfDocument, pypdfium2.PdfPage], None]) -> bytes:
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    change(document, page)
    page.gen_content()
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def texts(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfObject]:
    return list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]))


def only_clips(_: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> None:
    for text in texts(page):
        pdfium.FPDFTextObj_SetTextRenderMode(text.raw, pdfium.FPDF_TEXTRENDERMODE_CLIP)


def in_white_ink(_: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> None:
    for text in texts(page):
        pdfium.FPDFPageObj_SetFillColor(text.raw, 255, 255, 255, 255)


def under_a_white_box(_: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> None:
    box = pdfium.FPDFPageObj_CreateNewRect(0, 0, *page.get_size())
    pdfium.FPDFPageObj_SetFillColor(box, 255, 255, 255, 255)
    pdfium.FPDFPath_SetDrawMode(box, pdfium.FPDF_FILLMODE_WINDING, False)
    pdfium.FPDFPage_InsertObject(page.raw, box)


@pytest.mark.parametrize("hide", [only_clips, in_white_ink, under_a_white_box])
def test_a_layer_that_nobody_sees_is_not_believed(
    sheet: Sheet, hide: Callable[[pypdfium2.PdfDocument, pypdfium2.PdfPage], None]
) -> None:
    reading, asked = read(changed(with_text_of(sheet.canvas, values=True), hide))
    assert (reading.pages[0].source, asked, reading.receipts) == ("image", 1, ())


@pytest.mark.parametrize(
    ("seen", "told"),
    [("8813.59", True), ("（小写）8,813.59 元", True), ("", True), ("9813.59", False), ("8813.5", False)],
)
@pytest.mark.parametrize("name", ["total", "pool_pay"])
def test_a_sum_is_believed_when_the_page_shows_no_other_figures(name: str, seen: str, told: bool) -> None:
    page = Image.new("RGB", (300, 100), "white")
    page.paste("black", (100, 40, 180, 52))
    line = Line("¥8813.59", ((96, 36), (184, 36), (184, 56), (96, 56)))
    draft = Draft({name: Value("8813.59", line.text, line.box, 1.0, line=line)})
    assert is_visible([draft], page, FakeReader(lines=[seen])) is told
