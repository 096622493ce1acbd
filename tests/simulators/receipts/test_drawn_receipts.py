import io
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image

from insurance.adapters.ocr.qr import read_qr
from insurance.rules.capitals import parse_capitals
from insurance.rules.receipts.qr import parse_qr
from insurance.simulators.receipts import LAYOUTS, STYLES, ReceiptSpec, draw, invent, photograph
from insurance.simulators.receipts.fonts import FontMissing, _find
from insurance.simulators.receipts.spec import QR_STYLES

DAY = date(2026, 10, 3)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(6))
def test_the_truth_of_an_invented_receipt_adds_up(layout: str, seed: int) -> None:
    _, truth = draw(invent(seed, DAY, layout=layout))  # type: ignore[arg-type]
    fields = truth["fields"]
    fen = {
        name: int(fields[name].replace(".", ""))
        for name in ("total", "pool_pay", "other_pay", "account_pay", "cash_pay")
    }
    assert sum(int(item["amount"].replace(".", "")) for item in fields["items"]) == fen["total"]
    assert sum(fen.values()) == 2 * fen["total"]
    assert parse_capitals(fields["total_upper"]) == fen["total"]
    assert fields["date"] == "2026-10-03"


def test_every_printed_string_is_in_the_truth() -> None:
    _, truth = draw(invent(3, DAY, payer="黄子轩", layout="outpatient"))
    assert "黄子轩" in truth["texts"]
    assert truth["fields"]["total_upper"] in truth["texts"]


def test_equal_seeds_give_equal_bytes_and_others_do_not() -> None:
    image, _ = draw(invent(1, DAY))
    assert photograph(image, "phone", 1) == photograph(draw(invent(1, DAY))[0], "phone", 1)
    assert photograph(image, "phone", 1) != photograph(image, "phone", 2)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_a_picture(style: str) -> None:
    image, _ = draw(invent(2, DAY, layout="outpatient"))
    assert min(Image.open(io.BytesIO(photograph(image, style, 4))).size) > 500  # type: ignore[arg-type]


@pytest.mark.parametrize("style", QR_STYLES)
def test_the_code_on_the_picture_tells_the_printed_numbers(style: str) -> None:
    image, truth = draw(replace(invent(5, DAY, layout="outpatient"), qr_style=style))
    (payload,), _ = read_qr(image)
    assert payload == truth["qr"]
    told = parse_qr(payload)
    if style == "opaque":
        assert told is None
        return
    assert told is not None
    assert (told.bill_code, told.bill_no) == (truth["fields"]["bill_code"], truth["fields"]["bill_no"])


@pytest.mark.parametrize("how", ["total_lower", "total_both", "item"])
def test_tampering_changes_the_print_and_leaves_the_rest(how: str) -> None:
    honest = invent(6, DAY, layout="inpatient")
    _, truth = draw(replace(honest, tampered=how))  # type: ignore[arg-type]
    total = int(truth["fields"]["total"].replace(".", ""))
    items = sum(int(item["amount"].replace(".", "")) for item in truth["fields"]["items"])
    assert truth["tampered"].startswith(how.split("_")[0])
    assert total != items
    assert (parse_capitals(truth["fields"]["total_upper"]) == total) == (how != "total_lower")
    assert truth["true_total_from_items_before_tampering"] == f"{honest.total_fen // 100}.{honest.total_fen % 100:02d}"


def test_funds_cannot_pay_more_than_the_total() -> None:
    with pytest.raises(ValueError, match="no more"):
        ReceiptSpec(payer="黄子轩", date=DAY, items=(("西药费", 100),), pool_pay_fen=101)


def test_a_missing_font_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insurance.simulators.receipts.fonts._FOLDERS", ())
    monkeypatch.setattr("insurance.simulators.receipts.fonts._ask_fontconfig", lambda face: None)
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        _find.__wrapped__("hei")
