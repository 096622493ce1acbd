from hypothesis import given, settings
from hypothesis import strategies as st

from insurance.letters.lines import broken

RULES = settings(max_examples=200, deadline=None, derandomize=True, database=None)
TEXT = st.text(alphabet="理赔金额，。（）《》12.5元 ab-\n", max_size=60)


def measure(text):
    return sum(1 if c <= "~" else 2 for c in text)


@RULES
@given(TEXT, st.integers(12, 40))
def test_nothing_but_blanks_is_lost_and_no_line_is_too_wide(text, width):
    lines = broken(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(measure(line) <= width for line in lines)


def test_a_number_stays_whole():
    assert broken("本次赔付1234.50元", 12, measure) == ["本次赔付", "1234.50元"]


def test_a_line_begins_with_no_closing_mark_and_ends_with_no_opening_one():
    assert broken("审核完毕，赔付", 8, measure) == ["审核完", "毕，赔付"]
    assert broken("依据保险（保", 10, measure) == ["依据保险", "（保"]


def test_a_word_wider_than_the_line_is_cut():
    assert broken("cl-0123456789", 6, measure) == ["cl-012", "345678", "9"]


def test_a_line_end_that_was_written_stands():
    assert broken("一\n\n二", 20, measure) == ["一", "", "二"]
