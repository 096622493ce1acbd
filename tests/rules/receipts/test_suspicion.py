"""Honest receipts of which something was read unsurely are not suspected, and what was changed is found none the less."""

import pytest
from printed import changed, receipt
from test_other_papers import failing, invoice, read

from insurance.rules.receipts.layout import Line


def test_a_sum_whose_point_was_read_as_a_colon_is_that_sum() -> None:
    reading = read(changed(receipt(), "300.00", "300:00"))
    assert failing(reading) == set()
    assert [item.amount for item in reading.fields.items] == ["120.50", "300.00", "86.00"]


@pytest.mark.parametrize("sign", ["V", "Y", "¥"])
def test_the_tax_is_known_whatever_its_sign_was_taken_for(sign: str) -> None:
    page = changed(changed(invoice(), "¥80.79", f"{sign}80.79"), "¥0.81", f"{sign}0.81")
    assert read(page).extras.tax == "0.81"
    assert "items_equal_total" in failing(read(changed(page, "（小写）¥81.60", "（小写）¥91.60")))


def without_tax(total: str) -> list[Line]:
    return changed(changed(invoice(), "¥0.81", None), "（小写）¥81.60", f"（小写）¥{total}")


def test_charges_contradict_no_total_that_an_unread_tax_may_explain() -> None:
    assert read(without_tax("81.60")).extras.tax_unread
    assert "items_equal_total" not in failing(read(without_tax("81.60")))


@pytest.mark.parametrize("total", ["71.60", "181.60", "98.60"])
def test_no_tax_explains_a_total_below_its_charges_or_far_above(total: str) -> None:
    assert "items_equal_total" in failing(read(without_tax(total)))


def test_an_invoice_free_of_tax_has_none_to_be_read() -> None:
    free = changed(changed(without_tax("88.60"), "0.53", "***"), "0.28", "***")
    assert "items_equal_total" in failing(read(free))
