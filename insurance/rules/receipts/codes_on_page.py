"""Which QR codes of a page are which receipt's: by the number that they name, or where that was not read, by where they stand."""

from collections.abc import Sequence
from math import hypot, inf

from insurance.rules.receipts.confidence import SURE
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.layout import Point

# a code may be printed at the edge of its receipt, as long as the next one is that much farther away
_FARTHER = 2


def codes_of_each(drafts: Sequence[Draft], codes: Sequence[str], places: Sequence[Point] = ()) -> list[list[str]]:
    """Of a receipt that has its page to itself all of them. `places`: the middle of each code on the upright page, or empty where
    nobody told. A code that is surely nobody's contradicts nobody."""
    if len(drafts) == 1:
        return [list(codes)]
    by_number = [[code for code in codes if _names(code, draft)] for draft in drafts]
    known = {code for own in by_number for code in own}
    by_place: list[list[str]] = [[] for _ in drafts]
    for code, place in zip(codes, places, strict=False):
        whose = _nearest(place, drafts)
        if code not in known and whose is not None:
            by_place[whose].append(code)
    return [
        own or ([] if _has_number(draft) or len(near) > 1 else near)
        for draft, own, near in zip(drafts, by_number, by_place, strict=True)
    ]


def _names(code: str, draft: Draft) -> bool:
    number = draft.text("bill_no")
    return bool(number) and str(number) in code


def _has_number(draft: Draft) -> bool:
    """One of which the engine is not sure is none."""
    number = draft.values.get("bill_no")
    return number is not None and number.text is not None and number.score >= SURE


def _nearest(place: Point, drafts: Sequence[Draft]) -> int | None:
    """None when two are about as near."""
    distances = sorted((_distance(place, draft), which) for which, draft in enumerate(drafts))
    (nearest, whose), (next_one, _) = distances[:2]
    return whose if _FARTHER * nearest < next_one else None


def _distance(place: Point, draft: Draft) -> float:
    """0 among its lines."""
    (x, y), boxes = place, [line.box for line in draft.lines]
    if not boxes:
        return inf
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
