from dataclasses import replace

import pytest

from insurance.rules.case import Amendment
from insurance.rules.receipts.entry import enter, read_again
from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import Basis, Check, Extras, Item, ReceiptFields, ReceiptReading
from insurance.rules.receipts.recheck import rechecked
from insurance.rules.receipts.repeats import each_once
from tests import records

FIELDS = ReceiptFields(
    bill_code="43060126", bill_no="0012345678", check_code="a1b2c3", payer="黄小明", date="2026-03-06",
    total_upper="壹佰元整", total="900.00", pool_pay="0.00", other_pay="0.00", account_pay="0.00", cash_pay="100.00",
    items=(Item("治疗费", "100.00"),),
)  # fmt: skip
QR = QrFields("43060126", "0012345678", "a1b2c3", "2026-03-06", "100.00")
BASIS = Basis(prints=("票据号码：0012345678", "2026-03-06", "100.00"), codes=(QR,), items_whole=True)


def reading(**changes):
    fields = replace(FIELDS, **{n: changes.pop(n) for n in list(changes) if hasattr(FIELDS, n)})
    defaults = {"confidence": {"total": 0.5}, "kind": "outpatient", "basis": BASIS}
    return ReceiptReading(fields, **defaults | changes)


def entered(**changes):
    return rechecked(enter("do-1", 0, reading(**changes), b"key"))


def amended(receipt, **values):
    """As a person corrects it."""
    notes = tuple(
        Amendment(n, getattr(receipt.fields, n, None), v, "核对原件", "adj-1", records.NOW) for n, v in values.items()
    )
    printed = {name: value for name, value in values.items() if hasattr(receipt.fields, name)}
    beside = {name: value for name, value in values.items() if not hasattr(receipt.fields, name)}
    fields = replace(receipt.fields, **printed)
    return replace(receipt, fields=fields, amendments=(*receipt.amendments, *notes), **beside)


def failed(receipt):
    return {check.code for check in receipt.checks if not check.ok}


# --- what becomes of a reading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "assumed"),
    [
        ({"settled": False, "extras": Extras(insurance_type="自费")}, ()),
        # nothing about social insurance is printed at all
        ({"settled": None}, ()),
        ({"settled": None, "extras": Extras(insurance_type="公務")}, ("social_insurance_settled",)),
        ({"settled": None, "basis": replace(BASIS, unread=("insurance_type",))}, ("social_insurance_settled",)),
        ({"settled": None, "basis": replace(BASIS, unread=("insurance_type",)), "pool_pay": "1.00"}, ()),
        ({"kind": None}, ("category",)),
        ({"basis": replace(BASIS, unread=("visit_date",))}, ("treated_on",)),
        ({"basis": replace(BASIS, unread=("stay",)), "extras": Extras(visit_date="2026-03-04")}, ("treated_on",)),
        ({"basis": replace(BASIS, unread=("visit_date",)), "extras": Extras(stay_from="2026-03-04")}, ()),
    ],
)
def test_what_the_form_left_open_is_named(changes, assumed):
    assert entered(**changes).assumed == assumed


# --- checks made again ----------------------------------------------------------------------------------------------------


def test_a_corrected_total_satisfies_every_check_that_it_failed():
    receipt = entered()
    assert failed(receipt) == {"items_equal_total", "payers_equal_total", "capitals_equal_total", "qr_agrees"}
    assert failed(rechecked(amended(receipt, total="100.00"))) == set()


def test_a_wrong_correction_is_contradicted_by_the_rest_of_the_paper():
    right = entered(total="100.00")
    assert failed(right) == set()
    assert "capitals_equal_total" in failed(rechecked(amended(right, total="100.10")))


def test_what_is_not_printed_any_more_is_not_checked_any_more():
    unprinted = amended(entered(), total=None, total_upper=None, check_code=None)
    assert not {"capitals_equal_total", "items_equal_total", "payers_equal_total"} & failed(rechecked(unprinted))


def test_what_only_the_pixels_could_tell_stays():
    seen = Check("print_altered", False, "合计金额处的纸面与别处不同")
    unclear = Check("total_unclear", False, "小写合计金额看不清", "warning")
    receipt = replace(entered(), checks=(seen, unclear))
    assert {"print_altered", "total_unclear"} <= failed(rechecked(receipt))
    again = failed(rechecked(amended(receipt, total="100.00")))
    assert "print_altered" in again and "total_unclear" not in again


def test_a_void_mark_stands_however_the_fields_are_corrected():
    assert failed(rechecked(amended(entered(extras=Extras(void_mark="作废")), total="100.00"))) == {"not_void"}


def test_a_corrected_day_of_treatment_is_held_against_the_day_of_issue():
    receipt = entered(total="100.00", extras=Extras(visit_date="2026-03-08"))
    assert failed(receipt) == {"days_in_order"}
    assert failed(rechecked(amended(receipt, treated_on="2026-03-06"))) == set()
    assert failed(rechecked(amended(receipt, treated_on="2026-03-07"))) == {"days_in_order"}


# --- read once more -------------------------------------------------------------------------------------------------------


def test_a_receipt_that_nobody_corrected_is_replaced_by_the_newer_reading():
    newer = entered(total="100.00")
    assert read_again([entered()], [newer]) == (newer,)


def test_what_a_person_corrected_stays_and_the_rest_follows_the_newer_reading():
    known = amended(entered(payer="黄小朋", hospital=None), payer="黄小明", self_expense="20.00", category="dental")
    newer = entered(total="100.00", payer="黄小朋", self_expense="2.00", hospital="长沙市明湖人民医院")
    (merged,) = read_again([known], [newer])
    assert (merged.fields.payer, merged.fields.self_expense, merged.category) == ("黄小明", "20.00", "dental")
    assert (merged.fields.total, merged.fields.hospital) == ("100.00", "长沙市明湖人民医院")
    assert merged.read_fields == newer.fields
    assert merged.amendments == known.amendments
    assert failed(merged) == set()


def test_a_value_that_a_person_took_away_does_not_come_back():
    (merged,) = read_again([amended(entered(), check_code=None)], [entered()])
    assert merged.fields.check_code is None


def test_a_correction_outlives_any_number_of_readings():
    known = amended(entered(), total="100.00")
    for value in ("900.00", "1.00", None):
        (known,) = read_again([known], [entered(total=value)])
    assert (known.fields.total, len(known.amendments)) == ("100.00", 1)


def test_a_corrected_day_of_issue_moves_the_day_of_treatment_that_was_taken_from_it():
    known = replace(amended(entered(), date="2026-03-05"), treated_on="2026-03-05")
    assert read_again([known], [entered()])[0].treated_on == "2026-03-05"
    visited = entered(extras=Extras(visit_date="2026-03-04"))
    assert read_again([known], [visited])[0].treated_on == "2026-03-04"


# --- several receipts in one file -----------------------------------------------------------------------------------------


def found(ordinal, number, **changes):
    """One of several receipts of one visit: they share the day, and nothing that is given out once."""
    changes = {"check_code": f"{number}" * 6, **changes}
    basis = Basis(prints=(f"票据号码：{number * 10}", "2026-03-06"))
    read = reading(**{"bill_no": None if number == "?" else number * 10, "basis": basis, **changes})
    return rechecked(enter("do-1", ordinal, read, b"key"))


def places(receipts):
    return [(r.ordinal, r.receipt_id, r.fields.bill_no, r.fields.total) for r in receipts]


def test_a_correction_stays_with_its_receipt_when_another_one_is_found_before_it():
    known = amended(found(0, "2", total="900.00"), payer="黄小明", total="100.00")
    stands = read_again([known], [found(0, "1", total="55.00"), found(1, "2", total="900.00", payer="黄小朋")])
    assert places(stands) == [(1, "do-1-1", "1111111111", "55.00"), (0, "do-1-0", "2222222222", "100.00")]
    assert (stands[1].fields.payer, stands[1].amendments) == ("黄小明", known.amendments)
    assert stands[0].amendments == ()


def test_what_may_be_another_receipt_gets_a_place_of_its_own():
    known = amended(found(0, "2", check_code=None), total="100.00")
    other = found(0, "1", total="100.00")
    assert places(read_again([known], [other])) == [(1, "do-1-1", "1111111111", "100.00")]


def test_the_day_and_the_sum_together_tell_a_receipt_without_a_number_the_day_alone_does_not():
    known = amended(found(0, "?", check_code=None, total="100.00"), payer="黄小明")
    other = found(1, "3", total="900.00")
    assert places(read_again([known], [found(0, "1", total="100.00"), other]))[0] == (
        0,
        "do-1-0",
        "1111111111",
        "100.00",
    )
    assert places(read_again([known], [found(0, "1", total="55.00"), other]))[0] == (1, "do-1-1", "1111111111", "55.00")


@pytest.mark.parametrize(("was", "is_now"), [("2222222222", "2222222229"), (None, "2222222222")])
def test_the_only_receipt_of_a_file_stays_one_when_a_figure_of_its_number_is_misread(was, is_now):
    known = amended(found(0, "?", check_code=None, total="55.00"), total="100.00", bill_no=was)
    (stands,) = read_again([known], [found(0, "?", check_code=None, bill_no=is_now, total="56.00")])
    assert (stands.receipt_id, stands.fields.total) == ("do-1-0", "100.00")


def test_what_fits_two_receipts_is_not_sure():
    known = amended(found(0, "?", check_code=None, total="100.00"), payer="黄小明")
    twins = [found(0, "1", total="100.00"), found(1, "3", total="100.00")]
    assert [r.ordinal for r in read_again([known], twins)] == [1, 2]


def test_a_receipt_that_nobody_corrected_gives_its_place_to_a_better_reading():
    poor, kept = found(0, "?", check_code=None, total=None), amended(found(1, "2"), total="100.00")
    stands = read_again([poor, kept], [found(0, "2"), found(1, "1", total="55.00")])
    assert places(stands) == [(1, "do-1-1", "2222222222", "100.00"), (0, "do-1-0", "1111111111", "55.00")]


def test_reading_once_more_moves_nothing_any_more():
    known = amended(found(0, "2"), total="100.00")
    twice = [found(0, "1"), found(1, "2")]
    first = read_again([known], twice)
    assert read_again(first, twice) == first


def test_first_readings_stand_in_their_order():
    first = [found(0, "1"), found(1, "2")]
    assert read_again([], first) == tuple(first)


# --- fewer than before ----------------------------------------------------------------------------------------------------


def test_what_a_newer_reading_does_not_find_is_superseded_and_stays_in_the_books():
    halves = [found(0, "1"), found(1, "?", check_code=None, bill_no=None, total="55.00")]
    stands, gone = read_again(halves, [found(0, "1")])
    assert stands == halves[0]
    assert gone == replace(halves[1], superseded=True)
    assert each_once([stands, gone]) == ([stands], [])
    # and there is nothing more to say of it
    assert read_again([stands, gone], [found(0, "1")]) == (stands,)


@pytest.mark.parametrize("total", ["900.00", "100.00"])
def test_what_a_person_corrected_or_confirmed_is_never_superseded(total):
    known = [found(0, "1"), amended(found(1, "2"), total=total)]
    assert read_again(known, [found(0, "1")]) == (known[0],)


def test_what_is_found_after_all_counts_again():
    known = [found(0, "1"), replace(found(1, "2"), superseded=True)]
    assert [r.superseded for r in read_again(known, [found(0, "1"), found(1, "2")])] == [False, False]


def test_a_reading_that_finds_nothing_supersedes_nothing():
    assert read_again([found(0, "1")], []) == ()
