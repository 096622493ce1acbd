from decimal import Decimal
from random import Random

import numpy as np
import pytest

from insurance.rules.capitals import parse_capitals
from insurance.simulators.receipts.dev.group import LAYOUTS_SEEN, national
from insurance.simulators.receipts.fingers import place_finger
from insurance.simulators.receipts.forgery import TAMPERINGS, forge
from insurance.simulators.receipts.fresh.group import FRESH_LAYOUTS
from insurance.simulators.receipts.glare import glare
from insurance.simulators.receipts.held_out.group import HELD_OUT_LAYOUTS
from insurance.simulators.receipts.held_out.scenes import HELD_OUT_SCENES
from insurance.simulators.receipts.hiding import place_veil
from insurance.simulators.receipts.identifiers import credit_code
from insurance.simulators.receipts.marks import red_letter, void_stamp
from insurance.simulators.receipts.rounds import ROUNDS
from insurance.simulators.receipts.scenes import SCENES, several
from insurance.simulators.receipts.unseen.group import UNSEEN_LAYOUTS
from insurance.simulators.receipts.vat import invent_invoice

IN_ROUNDS = {name: draw for layouts in ROUNDS for name, draw in layouts.items()}
LAYOUTS = LAYOUTS_SEEN | HELD_OUT_LAYOUTS | UNSEEN_LAYOUTS | FRESH_LAYOUTS | IN_ROUNDS | {"national": national}
TAXED = ("vat_older", "vat_digital", "vat_long", "two_line_invoice", "wide_invoice")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(3))
def test_every_layout_prints_its_fields_inside_its_sheet(layout: str, seed: int) -> None:
    sheet = LAYOUTS[layout](Random(seed))
    for name, value in sheet.fields.items():
        if name != "items":
            assert bool(sheet.canvas.boxes(name)) == (value is not None), name
    for mark in sheet.canvas.marks:
        assert 0 <= mark.box[0] < mark.box[2] <= sheet.image.width
        assert 0 <= mark.box[1] < mark.box[3] <= sheet.image.height


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_print_of_a_layout_lies_on_another_or_below_the_code(layout: str) -> None:
    for seed in range(12):
        canvas = LAYOUTS[layout](Random(seed)).canvas
        boxes = [mark.box for mark in canvas.marks] + canvas.codes
        for i, one in enumerate(boxes):
            for other in boxes[i + 1 :]:
                wide = min(one[2], other[2]) - max(one[0], other[0])
                tall = min(one[3], other[3]) - max(one[1], other[1])
                assert wide <= 2 or tall <= 4, (one, other)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_charges_of_a_layout_make_up_its_total(layout: str) -> None:
    for seed in range(6):
        sheet = LAYOUTS[layout](Random(seed))
        charges = sum(Decimal(item["amount"]) for item in sheet.fields["items"])
        less = layout in TAXED or not sheet.fields["items"]
        assert charges <= Decimal(sheet.fields["total"]) if less else charges == Decimal(sheet.fields["total"])
        assert sheet.fields["total"] == sheet.true_total


@pytest.mark.parametrize("digital", [True, False])
def test_a_vat_invoice_adds_up_with_its_tax_and_its_code_tells_it(digital: bool) -> None:
    for seed in range(6):
        invoice = invent_invoice(Random(seed), digital=digital)
        assert parse_capitals(invoice.capitals) == invoice.net_fen + invoice.tax_fen
        parts = invoice.qr.split(",")
        assert (parts[2], parts[3]) == (invoice.code, invoice.number)
        assert parts[4] == (invoice.total if digital else f"{Decimal(invoice.net_fen) / 100:.2f}")
        assert len(invoice.number) == (20 if digital else 8)


def test_invented_credit_codes_have_their_check_digit() -> None:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for seed in range(20):
        code = credit_code(Random(seed), "360102")
        total = sum(letters.index(letter) * 3**i for i, letter in enumerate(code[:17]))
        assert len(code) == 18 and letters.index(code[17]) == (31 - total % 31) % 31


@pytest.mark.parametrize("scene", SCENES | HELD_OUT_SCENES)
def test_a_scene_is_a_picture(scene: str) -> None:
    draw = (SCENES | HELD_OUT_SCENES)[scene]
    assert draw(LAYOUTS_SEEN["jiangsu"](Random(3)), Random(3))[:2] in (b"\x89P", b"\xff\xd8")


@pytest.mark.parametrize("how", ["two_beside", "two_above", "page_of_two", "pdf_several"])
def test_several_receipts_in_one_file_are_told_in_reading_order(how: str) -> None:
    sheets = [LAYOUTS_SEEN["jiangsu"](Random(3)), LAYOUTS_SEEN["vat_digital"](Random(4))]
    file = several(sheets, how, Random(1), "several", "dev")
    assert file.truth["receipts"] == [sheet.fields for sheet in sheets]
    assert file.folder == ("pdf" if how == "pdf_several" else "images")


def test_a_field_below_a_full_veil_is_gone_and_one_beside_it_is_not() -> None:
    sheet = LAYOUTS_SEEN["machine_invoice"](Random(1))
    veil = np.zeros((sheet.canvas.height, sheet.canvas.width), np.float32)
    (box,) = sheet.canvas.boxes("bill_no")
    veil[int(box[1]) - 2 : int(box[3]) + 3, 1100:] = 1.0
    assert place_veil(sheet, lambda rng: veil, Random(1), hides=True) is not None
    assert sheet.fields["bill_no"] is None and sheet.fields["bill_code"] is not None


def test_a_veil_that_leaves_doubt_is_not_laid() -> None:
    sheet = LAYOUTS_SEEN["machine_invoice"](Random(1))
    veil = np.full((sheet.canvas.height, sheet.canvas.width), 0.8, np.float32)
    assert place_veil(sheet, lambda rng: veil, Random(1), hides=True) is None


def test_a_finger_lies_on_no_print() -> None:
    for seed in range(8):
        sheet = national(Random(seed))
        outline = place_finger(sheet, Random(seed))
        assert outline is not None
        (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
        for mark in sheet.canvas.marks:
            x0, y0, x1, y1 = mark.box
            assert x1 < left or x0 > right or y1 < top or y0 > bottom, mark.text


def test_glare_empties_what_nobody_can_read_and_says_so() -> None:
    emptied = 0
    for seed in range(6):
        sheet = LAYOUTS_SEEN["machine_invoice"](Random(seed))
        before = dict(sheet.fields)
        glare(sheet, Random(seed))
        lost = [name for name, value in sheet.fields.items() if value != before[name]]
        assert all(sheet.fields[name] is None for name in lost)
        assert bool(lost) == any(note.startswith("not legible") for note in sheet.notes)
        emptied += bool(lost)
    assert emptied


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_forger_changes_the_picture_and_the_truth_and_leaves_the_code(how: str) -> None:
    sheet, honest = LAYOUTS_SEEN["shanghai"](Random(2)), LAYOUTS_SEEN["shanghai"](Random(2))
    forge(sheet, how, Random(2))  # type: ignore[arg-type]
    changed = {name for name in honest.fields if sheet.fields[name] != honest.fields[name]}
    expected = {
        "total_lower": {"total"},
        "capitals": {"total_upper"},
        "item": {"items"},
        "total_both": {"total", "total_upper"},
    }
    assert changed == expected.get(how, {how})
    assert sheet.qr == honest.qr
    assert np.any(np.asarray(sheet.image) != np.asarray(honest.image))


def test_marks_are_told_in_the_truth() -> None:
    assert void_stamp(Random(1)).truth()["mark"] == "void"
    reversed_one = red_letter(Random(1))
    assert reversed_one.truth()["mark"] == "red_letter"
    assert reversed_one.fields["total"].startswith("-") and "负" in reversed_one.fields["total_upper"]
    assert sum(Decimal(item["amount"]) for item in reversed_one.fields["items"]) == Decimal(
        reversed_one.fields["total"]
    )
