import json

import pytest

from tests import records
from tests.workflows.process_orders import adjuster
from workflows.messages import Correction
from workflows.receipt_amendments import NotCorrectable, amend


def amended(**fields):
    return amend(records.receipt("100.00"), Correction(adjuster(), "receipt-1", fields, "核对原件"), records.NOW)


def failed(receipt):
    return {check.code for check in receipt.checks if not check.ok and check.level != "info"}


def charges(*amounts):
    return json.dumps([{"name": "治疗费", "amount": amount} for amount in amounts])


@pytest.mark.parametrize("discount", ["-12.00", "-0.50"])
def test_a_list_with_a_discount_is_corrected_as_it_is_printed(discount):
    receipt = amended(items=charges("100.00", discount))
    assert [item.amount for item in receipt.fields.items] == ["100.00", discount]
    assert failed(receipt) == {"items_equal_total", "amounts_not_negative"}
    whole = amended(items=charges("112.00", "-12.00"))
    assert failed(whole) == {"amounts_not_negative"}


@pytest.mark.parametrize("capitals", ["负壹佰元整", "（负数）壹佰元整"])
def test_the_capitals_of_a_red_letter_receipt_are_entered_and_contradict_a_total_above_zero(capitals):
    assert {"amounts_not_negative", "capitals_equal_total"} <= failed(amended(total_upper=capitals))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"total": "-12.00"}, "invalid_amount"),
        ({"items": charges("-12")}, "invalid_amount"),
        ({"items": charges("-999999999999.00")}, "invalid_amount"),
        ({"total_upper": "负"}, "invalid_value"),
    ],
)
def test_what_no_line_of_a_receipt_can_show_is_refused(fields, code):
    with pytest.raises(NotCorrectable) as refused:
        amended(**fields)
    assert refused.value.code == code
