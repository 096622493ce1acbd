from dataclasses import replace

import pytest
from printed import changed, receipt

from insurance.rules.receipts.codes_on_page import codes_of_each
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line

WIDTH = 1700
LEFT, RIGHT = "CZ-EI-36,1.0.0,36060126,0012345678,a1b2c3", "CZ-EI-36,1.0.0,36060126,0098765432,d4e5f6"
BESIDE = ((60.0, 60.0), (60.0 + WIDTH, 60.0))


def moved(lines: list[Line], by: float) -> list[Line]:
    return [replace(item, quad=tuple((x + by, y) for x, y in item.quad)) for item in lines]  # type: ignore[arg-type]


def drafts(left: str | None = "票据号码：0012345678", right: str | None = None, score: float = 1.0) -> list[Draft]:
    """Two receipts side by side, the number of the right one not read."""
    number = "票据号码：0012345678"
    pages = [changed(receipt(), number, left), moved(changed(receipt(), number, right, score), WIDTH)]
    return [extract(page) for page in pages]


def test_a_page_with_one_receipt_gives_it_every_code() -> None:
    assert codes_of_each(drafts()[:1], [RIGHT, LEFT]) == [[RIGHT, LEFT]]


@pytest.mark.parametrize("places", [(), tuple(reversed(BESIDE))])
def test_a_number_tells_whose_a_code_is_wherever_it_stands(places: tuple[tuple[float, float], ...]) -> None:
    assert codes_of_each(drafts(right="票据号码：0098765432"), [RIGHT, LEFT], places) == [[LEFT], [RIGHT]]


@pytest.mark.parametrize("right", [None, "票据号码：0098765433"])
def test_a_code_stands_on_the_receipt_whose_number_was_not_read(right: str | None) -> None:
    assert codes_of_each(drafts(right=right, score=0.6), [LEFT, RIGHT], BESIDE) == [[LEFT], [RIGHT]]
    assert codes_of_each(drafts(None), [LEFT, RIGHT], BESIDE) == [[LEFT], [RIGHT]]


def test_where_nobody_tells_the_places_a_code_without_its_number_is_nobodys() -> None:
    assert codes_of_each(drafts(), [LEFT, RIGHT]) == [[LEFT], []]


@pytest.mark.parametrize(
    "places",
    [
        # between the two
        (BESIDE[0], (WIDTH - 20.0, 300.0)),
        # both on one
        (BESIDE[1], BESIDE[1]),
    ],
)
def test_a_code_of_which_it_is_not_clear_whose_it_is_is_nobodys(places: tuple[tuple[float, float], ...]) -> None:
    assert codes_of_each(drafts(None), ["one,code", RIGHT], places)[1] == []


def test_a_code_contradicts_no_receipt_whose_own_number_was_read() -> None:
    assert codes_of_each(drafts(right="票据号码：0098765433"), [LEFT, RIGHT], BESIDE) == [[LEFT], []]
