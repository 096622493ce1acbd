"""Charges in a table without heads that runs over the width of the page: name and sum in turn, several pairs to a row."""

import re
from collections.abc import Callable, Sequence

from insurance.rules.receipts.layout import Placed, same_row
from insurance.rules.receipts.text import parse_amount

_NUMBERING = re.compile(r"\d{1,2}[.、)]?")

Pairs = tuple[tuple[Placed, Placed], ...]


def pairs_in_rows(body: Sequence[Placed], is_name: Callable[[Placed], bool]) -> Pairs:
    """Every name with the sum behind it, row by row; empty unless every row is names and sums in turn, and some row holds two
    pairs. Figures that number the names don't count."""
    rows = [_pairs_of(row, is_name) for row in _rows(body)]
    if None in rows or not any(row and len(row) > 1 for row in rows):
        return ()
    return tuple(pair for row in rows if row for pair in row)


def _rows(body: Sequence[Placed]) -> list[list[Placed]]:
    rows: list[list[Placed]] = []
    for place in sorted(body, key=lambda p: p.y):
        if rows and same_row(rows[-1][0], place):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [sorted(row, key=lambda p: p.left) for row in rows]


def _pairs_of(row: Sequence[Placed], is_name: Callable[[Placed], bool]) -> Pairs | None:
    """None: the row is something else than names and sums in turn."""
    told = [p for p in row if not _NUMBERING.fullmatch(p.print.text)]
    names, sums = told[::2], told[1::2]
    if len(names) != len(sums) or not all(map(is_name, names)):
        return None
    if any(parse_amount(sum_.print.text) is None for sum_ in sums):
        return None
    return tuple(zip(names, sums, strict=True))
