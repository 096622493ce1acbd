from dataclasses import replace

import pytest

from insurance.rules.case import AssessmentGrounds
from insurance.rules.receipts.likeness import Likeness
from insurance.rules.receipts.reading import Extras, Item
from insurance.rules.receipts.repeats import Mark, annexes, copies, sameness
from insurance.rules.repeated import repeated
from tests import records

ALIKE = Likeness((1, 2, 3, 4), (11, 12, 13, 14), (11, 12))
ONE = Mark("43060126", "0012345678", False, "a1b2c3", "2026-03-06", "128.50")


def same(**changes):
    results = {sameness(ONE, replace(ONE, **changes)), sameness(replace(ONE, **changes), ONE)}
    assert len(results) == 1, "both ways alike"
    return results.pop()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"check_code": "ffffff"},
        {"total": None, "date": None, "check_code": None},
        # a code that was not read, or misread in one place, with an amount or a day that agrees
        {"bill_code": None},
        {"bill_code": None, "total": None},
        {"bill_code": "43060125", "check_code": None, "date": None},
        # another code altogether, and everything else the same
        {"bill_code": "36060126"},
    ],
)
def test_a_number_is_given_out_once(changes):
    assert same(**changes) == "same_receipt"


@pytest.mark.parametrize(
    "changes",
    [{"total": "928.50"}, {"total": "928.50", "date": None}, {"bill_code": None, "total": "928.50"}],
)
def test_another_amount_under_the_same_number_is_the_stronger_finding(changes):
    assert same(**changes) == "same_number_other_amount"


@pytest.mark.parametrize(
    "changes",
    [
        {"bill_no": "0012345679"},
        {"bill_no": None},
        {"bill_code": None, "total": "99.00", "date": "2025-01-01", "check_code": None},
        {"bill_code": "36010221", "total": "99.00"},
        {"bill_code": "36010221", "date": None},
    ],
)
def test_numbers_without_their_code_repeat_honestly(changes):
    assert same(**changes) is None


def test_receipts_of_which_neither_number_was_read_are_compared_by_likeness():
    unread = replace(ONE, bill_no=None, likeness=ALIKE)
    assert sameness(unread, replace(unread, total="1.00")) == "looks_alike"
    assert sameness(unread, replace(unread, likeness=Likeness((5, 6, 7), (11, 12, 13)))) is None


def test_a_number_that_was_changed_leaves_the_likeness():
    one, other = replace(ONE, likeness=ALIKE), replace(ONE, bill_no="0099999999", likeness=ALIKE)
    assert sameness(one, other) == "looks_alike"
    assert sameness(replace(one, bill_no_proved=True), other) == "looks_alike"


def test_two_numbers_that_their_qr_codes_prove_are_two_receipts():
    one, other = (
        replace(ONE, bill_no=number, bill_no_proved=True, likeness=ALIKE) for number in ("0012345678", "0099999999")
    )
    assert sameness(one, other) is None


# --- copies in one claim ------------------------------------------------------------------------------------------------


def receipt(name, bill_no="0012345678", **changes):
    made = records.receipt("128.50", receipt_id=name)
    return replace(made, fields=replace(made.fields, bill_no=bill_no), **changes)


def test_what_is_given_twice_counts_once_and_the_better_reading_counts():
    poor = receipt("poor", confidence={"total": 0.5})
    good, other = receipt("good"), receipt("other", "0099999999")
    assert copies([poor, good, other]) == {"poor": "good"}


def test_of_equals_the_first_counts_and_of_three_only_one():
    assert copies([receipt(name) for name in "abc"]) == {"b": "a", "c": "a"}


def test_a_file_without_a_number_that_is_given_twice_counts_once():
    slip = receipt("slip", None, likeness=ALIKE)
    again = replace(slip, receipt_id="again", document_id="another")
    assert copies([slip, again]) == {"again": "slip"}
    corrected = replace(again, fields=replace(again.fields, total="1.00"))
    assert copies([slip, corrected]) == {"again": "slip"}
    # without anything that is given out once nothing tells
    bare = [replace(made, likeness=Likeness((), (11, 12))) for made in (slip, again)]
    assert copies(bare) == {}
    assert found(slip, again) == ["looks_alike_here"]


def test_receipts_that_only_look_alike_all_count():
    alike = [receipt(name, None, likeness=ALIKE) for name in "ab"]
    assert copies(alike) == {}


# --- lists of what a bill charges -----------------------------------------------------------------------------------------

NOBODY_PAYS = dict.fromkeys(("total_upper", "pool_pay", "other_pay", "account_pay", "cash_pay"))
HEADED = Extras(title="湖南省医疗收费明细(电子)")


def listed(name, *amounts, extras=None, **fields):
    made = receipt(name, extras=extras or Extras())
    items = tuple(Item("西药费", amount) for amount in amounts)
    return replace(made, fields=replace(made.fields, **{"total": None} | NOBODY_PAYS | {"items": items} | fields))


def found(*receipts):
    return [finding.code for finding in repeated(receipts, (), AssessmentGrounds({}, (), 0))]


@pytest.mark.parametrize(
    "pages",
    [
        [listed("list", "100.00", "28.50")],
        [listed("list", "100.00", "28.50", total="128.50")],
        [listed("list", "100.00", "28.50", total="128.50", total_upper="壹佰贰拾捌元伍角整", extras=HEADED)],
        [listed("first", "100.00", total="100.00"), listed("second", "28.50", total="128.50")],
        [listed("first", "100.00"), listed("second", "20.00"), listed("third", "8.50")],
        # handed in twice
        [listed("list", "128.50"), listed("again", "128.50")],
    ],
)
def test_pages_that_list_a_bills_charges_under_its_number_are_no_second_receipt(pages):
    bill = receipt("bill", confidence={"total": 0.5})
    assert annexes([*pages, bill]) == {page.receipt_id: "bill" for page in pages}
    assert set(copies([*pages, bill])) == {page.receipt_id for page in pages}
    assert found(*pages, bill) == []


@pytest.mark.parametrize(
    "page",
    [
        # another sum than the bill's: one of them was changed
        listed("list", "100.00", "18.50", extras=HEADED),
        listed("list", "100.00", "28.50", total="118.50", extras=HEADED),
        listed("list", "100.00", None, extras=HEADED),
        # nothing is listed
        listed("list"),
        # a bill of its own: somebody pays on it, or writes the sum out
        listed("list", "128.50", cash_pay="128.50"),
        listed("list", "128.50", total_upper="壹佰贰拾捌元伍角整"),
    ],
)
def test_what_may_be_the_bill_once_more_is_told(page):
    bill = receipt("bill")
    assert annexes([bill, page]) == {}
    assert len(found(bill, page)) == 1


def test_a_page_without_a_number_is_part_of_a_bill_when_it_is_headed_so_in_the_same_file():
    bill = receipt("bill")
    pages = [
        listed("first", "100.00", extras=HEADED),
        replace(listed("second", "28.50", extras=HEADED, bill_no=None), document_id=bill.document_id),
    ]
    assert set(annexes([bill, *pages])) == {"first", "second"}
    elsewhere, bare = replace(pages[1], document_id="do-other"), replace(pages[1], extras=Extras())
    for other in (elsewhere, bare):
        assert annexes([bill, pages[0], other]) == {}


def test_the_sum_of_a_page_is_no_charge():
    bill, page = receipt("bill"), listed("list", "100.00", "28.50")
    for amount in ("128.50", None):
        items = (*page.fields.items, Item("本页小计", amount))
        assert set(annexes([bill, replace(page, fields=replace(page.fields, items=items))])) == {"list"}


def test_a_list_without_its_bill_is_nobodys_annex():
    pages = [listed("list", "128.50"), receipt("other", "0099999999")]
    assert annexes(pages) == copies(pages) == {}
