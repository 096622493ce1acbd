"""Which QR codes of a page are which receipt's: by the number that they name, or where that was not read, by where they stand. One
that names a number which nothing was read of tells of a receipt that was not found."""

from collections.abc import Sequence
from dataclasses import replace
from math import hypot, inf

from insurance.rules.receipts.confidence import SURE
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.layout import Point
from insurance.rules.receipts.qr import parse_qr
from insurance.rules.receipts.reading import Check, ReceiptReading

# a code may be printed at the edge of its receipt, as long as the next one is that much farther away
_FARTHER = 2
# how far outside of the print of its receipt, in parts of its height
_EDGE = 0.05
# so many numbers a warning names
_NAMED = 3


def codes_of_each(drafts: Sequence[Draft], codes: Sequence[str], places: Sequence[Point] = ()) -> list[list[str]]:
    """Of a receipt that has its page to itself all of them, but for those that name another. `places`: the middle of each code on the
    upright page, or empty where nobody told. A code that is surely nobody's contradicts nobody."""
    if len(drafts) == 1:
        return [_of_the_only_one(drafts[0], codes)]
    by_number = [[code for code in codes if _names(code, draft)] for draft in drafts]
    known = {code for own in by_number for code in own}
    by_place: list[list[str]] = [[] for _ in drafts]
    for code, place in zip(codes, places, strict=False):
        whose = _nearest(place, drafts)
        if code not in known and whose is not None:
            by_place[whose].append(code)
    return [own or _of_one_number(near) for own, near in zip(by_number, by_place, strict=True)]


def _of_one_number(near: Sequence[str]) -> list[str]:
    """Of the codes that stand on a receipt those that tell of it; none where they tell of several."""
    numbered = [code for code in near if _number(code)]
    if len({_number(code) for code in numbered}) == 1:
        return numbered
    return list(near) if len(near) == 1 else []


def with_others_told(receipts: Sequence[ReceiptReading], codes: Sequence[Sequence[str]]) -> tuple[ReceiptReading, ...]:
    """The readings of a file, with a warning where a code names a receipt of which nothing was read: at the first reading of its page,
    or of the file. `codes`: the payloads of each page."""
    told = list(receipts)
    known = {r.fields.bill_no for r in receipts} | {code.bill_no for r in receipts for code in r.basis.codes}
    for page, payloads in enumerate(codes if receipts else ()):
        others = {number for payload in payloads if (number := _number(payload))} - known
        if others:
            at = next((i for i, reading in enumerate(receipts) if reading.page == page), 0)
            told[at] = replace(told[at], checks=(*told[at].checks, _another(sorted(others))))
            known |= others
    return tuple(told)


def _another(numbers: Sequence[str]) -> Check:
    ends = "、".join(number[-4:] for number in numbers[:_NAMED])
    words = f"文件中似乎还有票据没有识别出来（尾号{ends}），由理赔员核对；单独再拍一张更容易看清"
    return Check("another_receipt_on_page", False, words, "warning")


def _of_the_only_one(draft: Draft, codes: Sequence[str]) -> list[str]:
    """Codes that name other numbers are none of its own where one names its own, nor where they name several and its own is unclear."""
    numbers = {number for code in codes if (number := _number(code))}
    if any(_names(code, draft) for code in codes) or (len(numbers) > 1 and not _has_number(draft)):
        return [
            code for code in codes if _names(code, draft) or (told := parse_qr(code)) is None or told.bill_no is None
        ]
    return list(codes)


def _number(code: str) -> str | None:
    """The receipt's number in a code that tells more of one: a number alone stands in many an address."""
    told = parse_qr(code)
    if told is None or not any((told.bill_code, told.check_code, told.date, told.total)):
        return None
    return told.bill_no


def _names(code: str, draft: Draft) -> bool:
    number = draft.text("bill_no")
    return bool(number) and str(number) in code


def _has_number(draft: Draft) -> bool:
    """One of which the engine is not sure is none."""
    number = draft.values.get("bill_no")
    return number is not None and number.text is not None and number.score >= SURE


def _nearest(place: Point, drafts: Sequence[Draft]) -> int | None:
    """None when two are about as near. One whose number is clear is contradicted only by what stands among its lines."""
    distances = sorted((_distance(place, draft), which) for which, draft in enumerate(drafts))
    (nearest, whose), (next_one, _) = distances[:2]
    near = not _has_number(drafts[whose]) or nearest <= _EDGE * _height(drafts[whose])
    return whose if near and _FARTHER * nearest < next_one else None


def _height(draft: Draft) -> float:
    boxes = [line.box for line in draft.lines]
    return max((box[3] for box in boxes), default=0) - min((box[1] for box in boxes), default=0)


def _distance(place: Point, draft: Draft) -> float:
    """0 among its lines."""
    (x, y), boxes = place, [line.box for line in draft.lines]
    if not boxes:
        return inf
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
