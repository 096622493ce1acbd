import ctypes
import io
from datetime import date

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from PIL import Image

from api.bench import electronic_bill as bills
from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.qr import read_qr
from insurance.adapters.ocr.reading import read_file
from insurance.rules.receipts.reading import ReceiptReading


@pytest.mark.parametrize("turned_ccw", [0, 90, 180, 270])
def test_the_middle_of_a_code_is_told_on_the_upright_page(turned_ccw: int) -> None:
    code = zxingcpp.create_barcode("CZ-EI-42,1.0.0,42060119,0000061648", zxingcpp.BarcodeFormat.QRCode)
    drawn = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=4)))
    page = Image.new("L", (900, 500), 255)
    page.paste(drawn, (650, 40))
    (_,), ((x, y),) = read_qr(page.rotate(turned_ccw, expand=True), turned_ccw)
    assert (x, y) == pytest.approx((650 + drawn.width / 2, 40 + drawn.height / 2), abs=4)


def side_by_side(*files: bytes) -> bytes:
    """Their pages beside each other on one page."""
    together = pypdfium2.PdfDocument.new()
    for file in files:
        together.import_pages(pypdfium2.PdfDocument(file))
    sheet = pdfium.FPDF_ImportNPagesToOne(
        together.raw, ctypes.c_float(bills.WIDTH * 2), ctypes.c_float(bills.HEIGHT), 2, 1
    )
    saved = io.BytesIO()
    pypdfium2.PdfDocument(sheet).save(saved)
    return saved.getvalue()


def of_two(monkeypatch: pytest.MonkeyPatch, printed: str) -> ReceiptReading:
    """The second of two bills on a page, with `printed` in place of its number."""
    day, text = date(2026, 5, 6), bills._text
    left = bills.electronic_bill("李安然", day, 12345678)
    monkeypatch.setattr(bills, "_text", lambda x, y, words: text(x, y, words.replace("票据号码：0098765432", printed)))
    right = bills.electronic_bill("李安然", day, 98765432, tenths=5)
    first, second = read_file(side_by_side(left, right), FakeReader()).receipts
    assert first.fields.bill_no == "0012345678"
    return second


def test_a_code_gives_the_number_to_the_receipt_on_which_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = of_two(monkeypatch, " ")
    assert receipt.fields.bill_no == "0098765432"
    assert [check.ok for check in receipt.checks if check.code == "qr_agrees"] == [True]


def test_a_bill_that_only_its_code_tells_of_is_no_bill_without_trace() -> None:
    day = date(2026, 5, 6)
    left, right = (bills.electronic_bill("李安然", day, number, tenths=5) for number in (12345678, 98765432))
    blank = pypdfium2.PdfDocument(right)
    page = blank[0]
    for thing in [thing for thing in page.get_objects() if thing.type == pdfium.FPDF_PAGEOBJ_TEXT]:
        page.remove_obj(thing)
    page.gen_content()
    saved = io.BytesIO()
    blank.save(saved)
    (receipt,) = read_file(side_by_side(left, saved.getvalue()), FakeReader()).receipts
    assert [check.code for check in receipt.checks if not check.ok] == ["another_receipt_on_page"]
