"""A second reading of the same print: when it is needed, and what two readings say together.

Two readings that agree are stronger than one; a surer one stands against an unsure one; two sure ones that differ leave nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from insurance.rules.receipts.confidence import CLEAR, SURE, contradicted
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.labels import ITEM_HEADS
from insurance.rules.receipts.layout import Line, Placed, straighten
from insurance.rules.receipts.reading import FIELD_NAMES, PAYERS, ReceiptReading
from insurance.rules.receipts.text import plain
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS

_EVERY = frozenset(("payer", "date", "total_upper", "total", "hospital"))
_HEAD = frozenset(("bill_code", "bill_no", "check_code", "payer", "date"))
_ELECTRONIC = frozenset(("bill_code", "bill_no", "check_code", "self_pay", "self_expense"))
_FIRM, _BEYOND_DOUBT = 0.85, 0.99
_SURE_TWICE, _HALF_SURE = 0.5, 0.45
_LIKELY = 0.6
# fewer characters stand in many places
_TELLING = 4


def needs_second_reading(draft: Draft, reading: ReceiptReading) -> bool:
    """Something that the form prints is missing, or an error stands: the page is looked at once more before that is said."""
    failed = any(not check.ok and check.level == "error" for check in reading.checks)
    return bool(_missing(draft, reading)) or failed or _items_open(draft, reading)


def where_to_look(draft: Draft, reading: ReceiptReading) -> list[Line]:
    """The lines among which the trouble lies, in whole rows; all of them when it lies everywhere or nobody knows where."""
    page = straighten(draft.lines)
    if not page:
        return []
    top, bottom = min(p.y for p in page), max(p.y for p in page)
    total = _row_of(page, draft, "total_upper", "total") or bottom
    heads = [p.y for p in page if p.y < total and p.print.text.startswith(ITEM_HEADS)]
    items = min(heads, default=total)
    height = median(p.height for p in page)
    spans = []
    if _items_open(draft, reading) or "items" in contradicted(reading.checks):
        spans.append((items, total))
    for name in (_missing(draft, reading) | contradicted(reading.checks)) - {"items"}:
        row = _row_of(page, draft, name)
        if row is not None:
            spans.append((row, row))
        else:
            spans.append((top, items) if name in _HEAD else (total, bottom))
    if not spans:
        return list(draft.lines)
    reach = 1.5 * height
    return [p.line for p in page if min(s[0] for s in spans) - reach < p.y < max(s[1] for s in spans) + reach]


def _missing(draft: Draft, reading: ReceiptReading) -> set[str]:
    """What this form prints and the reading has not."""
    labelled = draft.labelled.keys() & set(FIELD_NAMES)
    expected = _EVERY | labelled
    if len(labelled & set(PAYERS)) >= 2:
        expected |= set(PAYERS)
        if {"bill_code", "check_code"} & labelled:
            expected |= _ELECTRONIC
    return {name for name in expected if getattr(reading.fields, name) is None}


def _items_open(draft: Draft, reading: ReceiptReading) -> bool:
    return not draft.items_whole or any(None in (item.name, item.amount) for item in reading.fields.items)


def _row_of(page: Sequence[Placed], draft: Draft, *names: str) -> float | None:
    """The height of the row where one of the fields stands or has its label."""
    for name in names:
        value, label = draft.values.get(name), draft.labelled.get(name)
        box = value.line.box if value and value.line else label
        for place in page:
            if place.line.box == box:
                return place.y
    return None


def combine(first: Draft, second: Draft) -> Draft:
    """What both readings say together."""
    names = [*dict.fromkeys((*first.values, *second.values))]
    again = {name: second.values.get(name) or _seen_again(first.values.get(name), second) for name in names}
    values = {name: _together(first.values.get(name), again[name]) for name in names}
    hospitals = first.values.get("hospital"), again.get("hospital")
    if len({_text_of(value) for value in hospitals}) == 2:
        values["hospital"] = _known_kind(*hospitals)
    chosen = _items(first, second)
    return Draft(
        values={name: value for name, value in values.items() if value is not None},
        labelled=second.labelled | first.labelled,
        cells=chosen.cells,
        items_whole=chosen.items_whole,
        extras=replace(first.extras, **_missing_extras(first, second)),
        lines=first.lines,
    )


def _together(one: Value | None, other: Value | None) -> Value | None:
    if one is None or other is None:
        return one or other
    if one.text is None or other.text is None:
        return other if one.text is None else one
    if one.text == other.text:
        score = max(one.score, other.score)
        # the same from other pixels: an engine that guesses does not guess alike twice
        less = min(one.score, other.score)
        if less >= _SURE_TWICE or (less >= _HALF_SURE and score >= CLEAR):
            sure_label = one.sure_label or other.sure_label
            label = max(one.owned, other.owned)
            return replace(one, score=max(score, CLEAR), sure_label=sure_label, label=label, agreed=True, looked=score)
        return replace(one, score=score)
    surer, weaker = (one, other) if one.score >= other.score else (other, one)
    if surer.score >= _BEYOND_DOUBT and weaker.score < _FIRM:
        return surer
    if surer.score >= _FIRM > weaker.score or (surer.score >= SURE and weaker.score < 0.5):
        return replace(surer, score=0.9 * surer.score)
    return replace(one, text=None, looks=(one.text, other.text))


def _seen_again(value: Value | None, second: Draft) -> Value | None:
    """The same print at the same place in the second look, whose label faded there with the red ink."""
    if value is None or value.line is None or len(value.raw) < _TELLING:
        return None
    left, top, right, bottom = value.box
    for line in second.lines:
        x0, y0, x1, y1 = line.box
        if plain(line.text) == value.raw and x0 < right and left < x1 and y0 < bottom and top < y1:
            return replace(value, score=line.score)
    return None


def _known_kind(one: Value | None, other: Value | None) -> Value | None:
    """Of two readings of a hospital's name the one that ends as such names do (口腔医院, and not 口院医院)."""
    if one is None or other is None:
        return one or other
    known = [v for v in (one, other) if v.text is not None and v.text.endswith(HOSPITAL_KINDS)]
    if len(known) == 1:
        return replace(known[0], agreed=known[0].score >= _LIKELY)
    return _together(one, other)


def _text_of(value: Value | None) -> str | None:
    return value.text if value else None


def _missing_extras(first: Draft, second: Draft) -> dict[str, Any]:
    ours, theirs = vars(first.extras), vars(second.extras)
    return {name: told for name, told in theirs.items() if ours[name] is None and told is not None}


def _items(first: Draft, second: Draft) -> Draft:
    """The list that was read whole and adds up; else cell by cell where both lists have the same lines."""
    total = first.text("total") or second.text("total")
    if (first.items_whole and first.adds_up(total)) or not second.cells:
        return first
    if (second.items_whole and second.adds_up(total)) or not first.cells:
        return second
    if len(first.cells) != len(second.cells):
        return first if first.items_whole >= second.items_whole else second
    pairs = zip(first.cells, second.cells, strict=True)
    both = replace(first, cells=tuple((_together(n1, n2), _together(a1, a2)) for (n1, a1), (n2, a2) in pairs))
    return replace(both, items_whole=all(None not in (item.name, item.amount) for item in both.items))
