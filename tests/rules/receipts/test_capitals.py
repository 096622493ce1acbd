import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance.rules.capitals import parse_capitals, write_capitals


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("贰拾柒万陆仟零贰拾元零陆角陆分", 276020_66),
        ("壹拾万柒仟元零伍角叁分", 107000_53),
        ("叁拾肆元零伍分", 34_05),
        ("壹拾万零柒仟元伍角叁分", 107000_53),
        ("玖佰玖拾叁元伍角肆分", 993_54),
        ("壹仟陆佰捌拾元零叁角贰分", 1680_32),
        ("壹佰捌拾捌元贰角壹分", 188_21),
        ("壹仟陆佰捌拾元叁角贰分", 1680_32),
        ("叁佰元整", 300_00),
        ("壹万陆仟肆佰零玖元零贰分", 16409_02),
        ("伍角", 50),
        ("陆仟零柒元壹角肆分", 6007_14),
        ("人民币：壹仟元正", 1000_00),
        ("壹佰圆整", 100_00),
        ("拾贰元零角零分", 12_00),
    ],
)
def test_printed_forms_are_read(text: str, fen: int) -> None:
    assert parse_capitals(text) == fen


@pytest.mark.parametrize(
    "text", ["", "元", "整", "壹万查仟元", "壹佰贰佰元", "叁拾元伍", "12.00", "壹元贰元", "壹拾贰仟元", "一百元"]
)
def test_what_is_no_whole_amount_is_not_read(text: str) -> None:
    assert parse_capitals(text) is None


@given(st.integers(0, 10**14 - 1))
def test_every_written_amount_reads_back(fen: int) -> None:
    assert parse_capitals(write_capitals(fen)) == fen


@given(st.integers(0, 10**14 - 1))
def test_forms_without_zeros_between_the_parts_read_the_same(fen: int) -> None:
    text = write_capitals(fen)
    assert parse_capitals(text.replace("圆", "元") + ("" if text.endswith("整") else "整")) == fen


def test_amounts_out_of_range_are_not_written() -> None:
    for fen in (-1, 10**14):
        with pytest.raises(ValueError, match="range"):
            write_capitals(fen)
