import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance.adapters.payments.amounts import fen, yuan


@given(st.integers(0, 10**13))
def test_an_amount_comes_back_as_it_went(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(("text", "amount"), [("0", 0), ("0.1", 10), ("88.88", 88_88), ("100.00", 100_00), ("0.01", 1)])
def test_yuan_with_up_to_two_decimals_are_read(text: str, amount: int) -> None:
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["", "1.234", "-1", "+1", "1e3", "1,000", " 1", ".5", "1.", "１", "NaN"])
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError):
        fen(text)


def test_an_amount_below_zero_is_never_sent() -> None:
    with pytest.raises(ValueError):
        yuan(-1)
