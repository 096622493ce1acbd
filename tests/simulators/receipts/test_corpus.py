import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
import pytest
from typer.testing import CliRunner

from api.cli import app
from insurance.rules.capitals import parse_capitals
from insurance.simulators.receipts.corpus import GROUPS, corpus
from insurance.simulators.receipts.degrade import DEGRADATIONS, degrade
from insurance.simulators.receipts.dev.group import LAYOUTS_SEEN
from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.known import invent_known, known_sheets
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.pdf import as_pdf
from insurance.simulators.receipts.sheet import FIELDS

PAYERS = ("pool_pay", "other_pay", "account_pay", "cash_pay")


def _sums(fields: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal | None]:
    """Total, charges, payers (None where the receipt does not print them all)."""
    charges = sum((Decimal(item["amount"]) for item in fields["items"]), Decimal())
    paid = [fields[name] for name in PAYERS]
    payers = None if None in paid else sum((Decimal(amount) for amount in paid), Decimal())
    return Decimal(fields["total"]), charges, payers


@cache
def _drawn(group: str) -> list[Labelled]:
    """The later groups have five layouts."""
    return list(corpus(5, 11, group))


@pytest.mark.parametrize("group", GROUPS)
def test_a_seed_draws_the_same_files(group: str) -> None:
    first, (again,), (other,) = _drawn(group)[0], corpus(1, 11, group), corpus(1, 12, group)
    assert (first.name, first.content, first.truth) == (again.name, again.content, again.truth)
    assert first.content != other.content


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_has_all_keys_of_the_truth_and_a_name_of_its_own(group: str) -> None:
    files = _drawn(group)
    assert len({file.stem for file in files}) == 5
    for file in files:
        told = {"group", "degradation", "layout", "tampered", "qr", "fields", "texts", "turned_ccw", "mark", "notes"}
        assert told <= set(file.truth)
        for fields in file.truth.get("receipts", [file.truth["fields"]]):
            assert list(fields) == list(FIELDS)
        assert file.truth["fields"] == file.truth.get("receipts", [file.truth["fields"]])[0]


def test_what_a_truth_says_is_printed() -> None:
    for sheet, _, _ in known_sheets(20, 11):
        fields = sheet.fields
        printed = "\n".join(sheet.canvas.texts).replace(",", "")
        for name in ("bill_no", "payer", "total_upper", "total", "hospital", "cash_pay"):
            assert fields[name] in printed, name
        for item in fields["items"]:
            assert item["name"] in printed and item["amount"] in printed


def test_arithmetic_holds_on_honest_receipts_and_fails_on_forged_ones() -> None:
    for sheet, _, _ in known_sheets(180, 11):
        fields, how = sheet.fields, sheet.tampered
        total, charges, payers = _sums(fields)
        agrees = total == charges == payers and parse_capitals(fields["total_upper"]) == total * 100
        code = sheet.qr or ""
        if how == "date":
            assert agrees and fields["date"].replace("-", "") not in code
        elif how == "bill_no":
            assert agrees and fields["bill_no"] not in code
        else:
            assert agrees == (how is None), sheet.layout


def test_one_in_nine_known_receipts_is_forged_in_every_way_in_turn() -> None:
    forged = [sheet.tampered for sheet, _, _ in known_sheets(54, 11) if sheet.tampered]
    assert len(forged) == 6
    assert {how.split(":")[0] for how in forged} >= {"total_lower", "total_both", "item", "capitals"}


@pytest.mark.parametrize("how", DEGRADATIONS)
def test_a_degraded_receipt_is_a_picture_and_turned_only_when_said(how: str) -> None:
    image = draw_sheet(invent_known(Random(5), "outpatient")).image
    content, turned = degrade(image, how, Random(5))  # type: ignore[arg-type]
    assert content[:2] in (b"\x89P", b"\xff\xd8")
    assert (turned > 0) == (how == "phone_turned")


@pytest.mark.parametrize("values_last", [False, True])
def test_the_text_layer_of_a_pdf_holds_what_is_printed(values_last: bool) -> None:
    sheets = [draw(Random(3)) for name, draw in LAYOUTS_SEEN.items() if name != "thermal"]
    pages = pypdfium2.PdfDocument(as_pdf([sheet.canvas for sheet in sheets], values_last=values_last))
    for sheet, page in zip(sheets, pages, strict=True):
        layer = "".join(page.get_textpage().get_text_range().split())
        for text in sheet.canvas.texts:
            assert "".join(text.split()) in layer, text


def test_a_folder_is_written_as_images_pdf_and_truth(tmp_path: Path) -> None:
    drawn = CliRunner().invoke(
        app, ["receipts", "draw", str(tmp_path), "--count", "3", "--seed", "2", "--only", "known"]
    )
    assert drawn.exit_code == 0, drawn.output
    truths = sorted((tmp_path / "truth").glob("*.json"))
    assert len(truths) == 3
    for path in truths:
        assert (tmp_path / json.loads(path.read_text())["image"]).is_file()


def test_an_unknown_group_is_refused_with_the_names_of_those_there_are(tmp_path: Path) -> None:
    drawn = CliRunner().invoke(app, ["receipts", "draw", str(tmp_path), "--only", "secret"])
    assert drawn.exit_code == 2
    assert "known" in drawn.output
