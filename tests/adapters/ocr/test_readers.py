import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from insurance.adapters.ocr import tesseract_reader
from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.orientation import looks_sideways, turn_quads
from insurance.adapters.ocr.rapidocr_reader import RapidOcrReader
from insurance.adapters.ocr.reading import read_file
from insurance.adapters.ocr.recogniser import Guess
from insurance.adapters.ports import Page, PageReader, ReadingRefused, ReadingUnavailable, TextBox
from insurance.simulators.receipts import draw_receipt
from insurance.simulators.receipts.fonts import font

DIGITS = "20261102"


@pytest.fixture(scope="session")
def rapid() -> PageReader:
    return RapidOcrReader(threads=2)


@pytest.fixture(params=["fake", "rapidocr", "tesseract"])
def reader(request: pytest.FixtureRequest) -> PageReader:
    match request.param:
        case "rapidocr":
            made: PageReader = request.getfixturevalue("rapid")
            return made
        case "tesseract":
            from insurance.adapters.ocr.tesseract_reader import TesseractReader

            try:
                return TesseractReader()
            except ReadingUnavailable:
                pytest.skip("tesseract with chi_sim is not installed here")
    corners = ((60.0, 60.0), (400.0, 60.0), (400.0, 100.0), (60.0, 100.0))
    box = TextBox(DIGITS, corners, 1.0)
    return FakeReader([Page(900, 300, (box,))], lines=[DIGITS])


def printed(size: tuple[int, int] = (900, 300)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((60, 60), DIGITS, font=font("hei", 40), fill="black")
    return image


def test_a_page_gives_its_lines_with_corners_and_scores(reader: PageReader) -> None:
    page = reader.read_page(printed())
    assert (page.width, page.height, page.turned_ccw) == (900, 300, 0)
    (box,) = (b for b in page.boxes if DIGITS in b.text)
    assert 0.5 < box.score <= 1
    (left, top), (right, _), _, (_, bottom) = box.box
    assert 30 < left < 90 < right
    assert 30 < top < bottom < 140


def test_a_crop_of_one_line_gives_its_text(reader: PageReader) -> None:
    assert reader.read_line(printed().crop((40, 50, 420, 115))).text == DIGITS


def test_an_empty_page_gives_no_lines(reader: PageReader) -> None:
    if isinstance(reader, FakeReader):
        reader = FakeReader()
    assert [b for b in reader.read_page(Image.new("RGB", (600, 400), "white")).boxes if b.score > 0.5] == []


def test_what_is_no_image_is_refused(reader: PageReader) -> None:
    for ask in (reader.read_page, reader.read_line):
        with pytest.raises(ReadingRefused):
            ask(b"not an image")


def test_a_reader_that_is_down_is_unavailable() -> None:
    fake = FakeReader()
    fake.down = True
    with pytest.raises(ReadingUnavailable):
        fake.read_page(printed())


@pytest.mark.parametrize("layout", ["outpatient", "paper_in"])
def test_a_photographed_receipt_is_read_right_with_every_check_passing(rapid: PageReader, layout: str) -> None:
    items = [("西药费", 120_50), ("检查费", 300_00), ("治疗费", 86_00)]
    data = draw_receipt(
        payer="黄子轩",
        date=date(2026, 11, 2),
        items=items,
        pool_pay_fen=150_00,
        self_expense_fen=20_00,
        layout=layout,  # type: ignore[arg-type]
        seed=1,
    )
    (receipt,) = read_file(data, rapid).receipts
    fields = receipt.fields
    assert (fields.payer, fields.date, fields.total, fields.pool_pay) == ("黄子轩", "2026-11-02", "506.50", "150.00")
    assert (fields.other_pay, fields.account_pay, fields.cash_pay) == ("0.00", "0.00", "356.50")
    assert [(item.name, item.amount) for item in fields.items] == [
        ("西药费", "120.50"),
        ("检查费", "300.00"),
        ("治疗费", "86.00"),
    ]
    assert [check.code for check in receipt.checks if not check.ok] == []
    assert receipt.kind == ("inpatient" if layout == "paper_in" else "outpatient")
    assert receipt.settled is True


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_upright(rapid: PageReader, turn: int) -> None:
    data = draw_receipt(payer="李安然", date=date(2026, 5, 6), items=[("西药费", 80_00)], style="clean", seed=2)
    file = io.BytesIO()
    Image.open(io.BytesIO(data)).rotate(turn, expand=True).save(file, "PNG")
    reading = read_file(file.getvalue(), rapid)
    assert reading.pages[0].turned_ccw == turn
    assert reading.receipts[0].fields.total == "80.00"


def test_a_tampered_total_is_read_as_printed_and_reported(rapid: PageReader) -> None:
    data = draw_receipt(
        payer="李安然", date=date(2026, 5, 6), items=[("西药费", 80_00)], style="scan", seed=3, tampered="total_lower"
    )
    (receipt,) = read_file(data, rapid).receipts
    assert receipt.fields.total not in (None, "80.00")
    assert "capitals_equal_total" in [check.code for check in receipt.checks if not check.ok]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("while :; do :; done", ReadingRefused),
        ("kill -XCPU $$", ReadingRefused),
        ("exec sleep 30", ReadingUnavailable),
        ("exit 1", ReadingUnavailable),
    ],
)
def test_a_page_that_keeps_tesseract_at_work_is_refused_and_a_busy_machine_refuses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, told: type[Exception]
) -> None:
    (tmp_path / "tesseract").write_text(f"#!/bin/sh\n{program}\n")
    (tmp_path / "tesseract").chmod(0o700)
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", str(tmp_path / "tesseract"))
    monkeypatch.setattr(tesseract_reader, "_TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(tesseract_reader, "_WORKED", 0.1)
    reader = object.__new__(tesseract_reader.TesseractReader)
    with pytest.raises(told) as raised:
        reader.read_page(printed())
    assert getattr(raised.value, "code", "too_complex") == "too_complex"


def test_long_upright_boxes_mean_a_picture_on_its_side() -> None:
    import numpy as np

    level = np.array([[[10, 10], [210, 10], [210, 40], [10, 40]]], np.float32)
    assert not looks_sideways(level)
    assert looks_sideways(turn_quads(level, (300, 400), 90))
    assert np.allclose(turn_quads(turn_quads(level, (300, 400), 90), (400, 300), 270), level)


class Dim:
    """The lines of a dim picture as the engine told them: upright, then on their heads."""

    def __init__(self) -> None:
        self.ways = iter(
            (
                {
                    "预缴全额：4000.00": 0.43,
                    "个人账户支付：0.00": 0.40,
                    "退费全额：429.81": 0.38,
                    "金销合计（大写）": 0.37,
                },
                {"00：0001：": 0.31, "Y00": 0.64, "1°621：": 0.25, "（）": 0.70},
            )
        )

    def read(self, crops: Sequence[np.ndarray[Any, Any]]) -> list[Guess]:
        return [Guess(text, (score,) * len(text)) for text, score in next(self.ways).items()]


def test_two_brackets_that_the_engine_is_sure_of_do_not_turn_a_dim_page_over() -> None:
    reader = object.__new__(RapidOcrReader)
    reader._recogniser = Dim()  # type: ignore[assignment]
    upside_down, read = reader._which_way_up([np.zeros((48, 300, 3), np.uint8)] * 4)
    assert not upside_down
    assert read[0].text == "预缴全额：4000.00"
