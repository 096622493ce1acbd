from dataclasses import replace

import pytest

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import Check, Item, ReceiptReading
from insurance.rules.receipts.score import Tally
from tests.rules.receipts.printed import receipt


@pytest.fixture
def reading() -> ReceiptReading:
    return prove(extract(receipt()), [], 0)


def truth_of(reading: ReceiptReading, **changes):
    """What is printed, if the reading were right."""
    fields = {name: getattr(reading.fields, name) for name in vars(reading.fields)}
    items = [{"name": item.name, "amount": item.amount} for item in reading.fields.items]
    return {"fields": fields | {"items": items} | changes.pop("fields", {}), "tampered": None} | changes


def scored(truth, reading: ReceiptReading | None) -> Tally:
    tally = Tally()
    tally.add(truth, reading)
    return tally


def with_items(reading: ReceiptReading, *items: tuple[str | None, str | None]) -> ReceiptReading:
    read = tuple(Item(name, amount) for name, amount in items)
    return replace(reading, fields=replace(reading.fields, items=read))


def test_what_is_read_as_printed_is_exact_and_nothing_else_is_counted(reading):
    tally = scored(truth_of(reading), reading)
    assert dict(tally.fields["all"]) == {"exact": 14}
    assert dict(tally.fields["items"]) == {"exact": 3}
    assert tally.certain > 0 and tally.certain_wrong == 0


def test_a_field_is_null_when_nothing_was_told_and_wrong_when_another_value_was(reading):
    tally = scored(truth_of(reading, fields={"payer": "李安然", "total": "560.50"}), reading)
    assert (tally.fields["payer"], tally.fields["total"]) == ({"wrong": 1}, {"wrong": 1})
    assert tally.certain_wrong == 1, "the total was called certain"
    assert scored(truth_of(reading), None).fields["all"] == {"null": 14}


def test_a_wrong_line_is_wrong_also_where_another_one_is_missing(reading):
    truth = truth_of(reading)
    read = with_items(reading, ("西药费", "120.50"), ("检查费", "800.00"))
    assert scored(truth, read).fields["items"] == {"exact": 1, "wrong": 1, "null": 1}


def test_a_line_that_nobody_printed_is_wrong(reading):
    lines = [(item.name, item.amount) for item in reading.fields.items]
    assert scored(truth_of(reading), with_items(reading, *lines, ("床位费", "9.00"))).fields["items"] == {
        "exact": 3,
        "wrong": 1,
    }


def test_half_a_line_is_null(reading):
    read = with_items(reading, ("西药费", "120.50"), ("检查费", None), ("治疗费", "86.00"))
    assert scored(truth_of(reading), read).fields["items"] == {"exact": 2, "null": 1}


def test_a_void_receipt_that_is_found_is_no_honest_one_that_is_suspected(reading):
    doubted = replace(reading, checks=(Check("not_void", False, "票面有作废字样", "error"),))
    tally = scored(truth_of(reading, mark="void"), doubted)
    assert (tally.marked, tally.marked_found, tally.honest) == (1, 1, 0)
    forged = scored(truth_of(reading, tampered="total_lower"), reading)
    assert (forged.tampered, forged.tampered_found) == (1, 0)
    honest = scored(truth_of(reading), doubted)
    assert (honest.honest, honest.honest_suspected) == (1, 1)


def test_a_warning_takes_a_receipt_to_a_person_and_suspects_nobody(reading):
    warned = replace(reading, checks=(Check("total_unclear", False, "合计看不清", "warning"),))
    told = replace(reading, checks=(Check("items_whole", False, "只是说明", "info"),))
    tally = Tally()
    for one in (reading, told, warned):
        tally.add(truth_of(reading), one)
    tally.add(truth_of(reading, tampered="total_lower"), warned)
    tally.add(truth_of(reading, mark="void"), warned)
    assert (tally.honest, tally.honest_suspected, tally.honest_asked) == (3, 0, 1)
    assert (tally.tampered_found, tally.tampered_asked) == (tally.marked_found, tally.marked_asked) == (0, 1)


def test_what_is_neither_printed_nor_read_says_nothing_of_how_well_prints_are_read(reading):
    without = replace(reading, fields=replace(reading.fields, bill_code=None, check_code=None))
    tally = scored(truth_of(without), without)
    assert (tally.share("all", "exact"), tally.share_of_printed("all"), tally.blank["all"]) == (1.0, 1.0, 2)
    assert tally.share_of_printed("bill_code") is None
    missed = scored(truth_of(without), None)
    assert missed.fields["all"] == {"exact": 2, "null": 12}
    assert missed.share_of_printed("all") == 0.0
    invented = scored(truth_of(without), reading)
    assert (invented.share_of_printed("bill_code"), invented.blank["all"]) == (0.0, 0)
