from collections.abc import Sequence
from dataclasses import replace

import pytest
from printed import changed, receipt

from insurance.rules.receipts.codes_on_page import codes_of_each, with_others_told
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import ReceiptReading

WIDTH = 1700
LEFT, RIGHT = "CZ-EI-36,1.0.0,36060126,0012345678,a1b2c3", "CZ-EI-36,1.0.0,36060126,0098765432,d4e5f6"
SHORT = "http://einvoice.jsczt.cn/page/36060126/0012345678/a1b2c3"
BESIDE = ((60.0, 60.0), (60.0 + WIDTH, 60.0))


def moved(lines: list[Line], by: float) -> list[Line]:
    return [replace(item, quad=tuple((x + by, y) for x, y in item.quad)) for item in lines]  # type: ignore[arg-type]


def drafts(left: str | None = "票据号码：0012345678", right: str | None = None, score: float = 1.0) -> list[Draft]:
    """Two receipts side by side, the number of the right one not read."""
    number = "票据号码：0012345678"
    pages = [changed(receipt(), number, left), moved(changed(receipt(), number, right, score), WIDTH)]
    return [extract(page) for page in pages]


LINK, NUMBER_ALONE = "https://pay.example.cn/x", "https://pay.example.cn/x?no=0098765432"


def test_a_page_with_one_receipt_gives_it_every_code_but_those_of_others() -> None:
    assert codes_of_each(drafts()[:1], [LINK, LEFT, SHORT]) == [[LINK, LEFT, SHORT]]
    assert codes_of_each(drafts()[:1], [RIGHT, LINK, NUMBER_ALONE, LEFT]) == [[LINK, LEFT]]
    assert codes_of_each(drafts(None)[:1], [LEFT]) == [[LEFT]]


def test_codes_that_contradict_a_clear_number_are_its_own_and_of_an_unclear_one_nobodys() -> None:
    third = RIGHT.replace("0098765432", "0055555555")
    assert codes_of_each(drafts()[:1], [RIGHT, third]) == [[RIGHT, third]]
    assert codes_of_each(drafts(None)[:1], [RIGHT, LINK, third]) == [[LINK]]


def readings(*codes: str, number: str | None = "票据号码：0012345678") -> list[ReceiptReading]:
    """The only receipt of a page."""
    draft = drafts(number)[0]
    return [prove(draft, codes_of_each([draft], codes)[0])]


def warned(told: Sequence[ReceiptReading]) -> list[list[str]]:
    return [[c.explanation for c in r.checks if not c.ok] for r in told]


def test_a_code_of_a_receipt_that_was_not_found_sends_its_page_to_a_person() -> None:
    (told,) = with_others_told(readings(LEFT, RIGHT), [[LEFT, RIGHT]])
    (check,) = (c for c in told.checks if not c.ok)
    assert (check.code, check.level) == ("another_receipt_on_page", "warning")
    assert "尾号5432" in check.explanation and len(check.explanation) < 60
    assert [c.ok for c in told.checks if c.code == "qr_agrees"] == [True]


def test_codes_of_the_receipts_of_a_file_and_addresses_with_a_number_tell_of_no_other() -> None:
    both = [*readings(LEFT), replace(readings(RIGHT, number="票据号码：0098765432")[0], page=1)]
    assert with_others_told(both, [[LEFT, RIGHT], [RIGHT, LINK, NUMBER_ALONE], [LEFT]]) == tuple(both)
    contradicted = readings(RIGHT)
    assert "qr_agrees" in {c.code for c in contradicted[0].checks if not c.ok}
    assert with_others_told(contradicted, [[RIGHT]]) == tuple(contradicted)


def test_a_page_of_which_nothing_was_read_is_told_of_at_the_first_receipt_of_its_file() -> None:
    both = [*readings(LEFT), replace(readings(SHORT)[0], page=1)]
    words = "文件中似乎还有票据没有识别出来（尾号5432），由理赔员核对；单独再拍一张更容易看清"
    assert warned(with_others_told(both, [[LEFT], [SHORT, RIGHT], [RIGHT]])) == [[], [words]]
    first, second = with_others_told(both, [[LEFT], [SHORT], [RIGHT]])
    assert [len(told) for told in warned((first, second))] == [1, 0]
    assert with_others_told([], [[RIGHT]]) == ()


def test_what_the_second_look_finds_is_no_other_receipt() -> None:
    (unread,) = readings(LEFT, RIGHT, number=None)
    assert unread.fields.bill_no is None
    later = replace(unread, fields=replace(unread.fields, bill_no="0012345678"))
    (told,) = with_others_told([later], [[LEFT, RIGHT]])
    assert warned([told])[0][-1].count("尾号") == 1 and "0012" not in warned([told])[0][-1]


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
    third = RIGHT.replace("0098765432", "0055555555")
    assert codes_of_each(drafts(None), [third, RIGHT], places)[1] == []


def test_an_address_beside_the_code_of_a_receipt_leaves_no_doubt_whose_it_is() -> None:
    assert codes_of_each(drafts(None), [LEFT, LINK, RIGHT], (BESIDE[0], BESIDE[1], BESIDE[1])) == [[LEFT], [RIGHT]]


def test_a_code_among_the_lines_of_a_receipt_contradicts_its_clear_number() -> None:
    page = drafts(right="票据号码：0098765433")
    assert codes_of_each(page, [LEFT, RIGHT], BESIDE) == [[LEFT], [RIGHT]]
    second = prove(page[1], [RIGHT])
    assert "qr_agrees" in {check.code for check in second.checks if not check.ok}
    assert second.confidence["bill_no"] < 0.99


def test_a_code_beside_a_receipt_or_named_by_its_neighbour_contradicts_no_clear_number() -> None:
    page, beyond = drafts(right="票据号码：0098765433"), (2 * WIDTH + 200.0, 300.0)
    assert codes_of_each(page, [LEFT, RIGHT], (BESIDE[0], beyond)) == [[LEFT], []]
    assert codes_of_each(page, [LEFT], (BESIDE[1],)) == [[LEFT], []]
    assert codes_of_each(drafts(None), [LEFT, RIGHT], (BESIDE[0], beyond)) == [[LEFT], [RIGHT]]
