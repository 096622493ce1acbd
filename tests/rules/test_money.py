from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insurance.rules.errors import Invalid
from insurance.rules.money import parse_yuan, round_half_up, yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0.00"), (5, "0.05"), (50, "0.50"), (100, "1.00"), (123450, "1234.50"), (-1, "-0.01"), (-123456, "-1234.56")],
)
def test_fen_are_written_as_yuan(fen, text):
    assert yuan(fen) == text
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234", 123400),
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("12,345,678", 1234567800),
        (" 0.5 ", 50),
        ("007", 700),
    ],
)
def test_amounts_are_read_as_people_write_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".5",
        "1.",
        "1.234",
        "1,23",
        "1,2345",
        "1 234",
        "¥5",
        "五元",
        "1e3",
        "NaN",
        "--1",
        "1.5.2",
        "１２",
        "9" * 16,
    ],
)
def test_what_is_no_amount_is_refused_with_a_code(text):
    with pytest.raises(Invalid) as refusal:
        parse_yuan(text)
    assert refusal.value.code == "not_an_amount"
    assert refusal.value.message == "金额应为数字，最多两位小数"
    assert str(refusal.value) == f"not_an_amount: {refusal.value.message}"


@settings(derandomize=True, database=None, deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_every_amount_comes_back(fen):
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("1/2", 1),
        ("3/2", 2),
        ("49/100", 0),
        ("149/100", 1),
        ("7", 7),
        ("0", 0),
        ("-1/2", 0),
        ("-51/100", -1),
        ("1655307/2", 827654),
    ],
)
def test_a_half_fen_goes_up(amount, fen):
    assert round_half_up(Fraction(amount)) == fen
