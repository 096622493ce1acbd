"""Lines of charges (收费项目): the table between its head row and the total, in one to three columns of name and sum."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from insurance.rules.receipts.labels import ITEM_HEADS
from insurance.rules.receipts.layout import Placed, same_row
from insurance.rules.receipts.text import parse_amount, plain

_AMOUNT_HEAD = re.compile(r"^金额(\(元\)|元)?")
_TOTAL = re.compile(r"合计|大写|小写")
_MONEY = re.compile(r"[¥]?-?\d[\d,.]*\d")


@dataclass(frozen=True)
class Rows:
    """Name and sum of each line in reading order. `whole` says that every name found its sum and every sum its name."""

    pairs: tuple[tuple[Placed | None, Placed | None], ...]
    whole: bool


@dataclass(frozen=True)
class _Column:
    names_from: float
    amount_x: float
    # where the column left of it ends: remarks there are no names
    after: float


def read_items(page: Sequence[Placed]) -> Rows:
    """The pairs of the table, row by row, left to right; empty when no head row is found."""
    columns, head_y, height = _columns(page)
    if not columns:
        return Rows((), False)
    bottoms = [p.y for p in page if p.y > head_y + 0.5 * height and _TOTAL.search(plain(p.text))]
    bottom = min(bottoms, default=float("inf"))
    body = [p for p in page if head_y + 0.6 * height < p.y < bottom - 0.5 * height]
    found: list[tuple[float, float, Placed | None, Placed | None]] = []
    whole = bool(bottoms)
    for column in columns:
        pairs, complete = _pairs(column, body)
        found += [((n or a).y, column.names_from, n, a) for n, a in pairs]  # type: ignore[union-attr]
        whole = whole and complete
    return Rows(tuple((n, a) for *_, n, a in _reading_order(found, height)), whole and bool(found))


def _columns(page: Sequence[Placed]) -> tuple[list[_Column], float, float]:
    names = [p for p in page if plain(p.text).startswith(ITEM_HEADS)]
    for first in sorted(names, key=lambda p: p.y):
        row = sorted((p for p in page if same_row(first, p)), key=lambda p: p.left)
        name_heads = [p for p in row if plain(p.text).startswith(ITEM_HEADS)]
        amount_heads = [p for p in row if _AMOUNT_HEAD.match(plain(p.text))]
        if not amount_heads:
            continue
        starts = sorted(p.left for p in name_heads)
        columns = []
        for start, end in zip(starts, [*starts[1:], float("inf")], strict=True):
            heads = [p for p in amount_heads if start < p.left < end]
            before = max((p.right for p in row if p.right < start), default=float("-inf"))
            if heads:
                columns.append(_Column(start, heads[0].x, before))
        return columns, first.y, first.height
    return [], 0.0, 0.0


def _pairs(column: _Column, body: Sequence[Placed]) -> tuple[list[tuple[Placed | None, Placed | None]], bool]:
    height = max((p.height for p in body), default=1.0)
    pitch = column.amount_x - column.names_from
    # names are printed left of their centred heads; sums right-aligned under theirs, personal shares further right
    names = [
        p for p in body
        if max(column.names_from - 0.75 * pitch, column.after) < p.left < column.names_from + 0.5 * pitch
        and re.search(r"[\u3400-\u9fffA-Za-z]{2}", plain(p.text)) and p.right < column.amount_x + 0.2 * pitch
    ]  # fmt: skip
    amounts = [
        p for p in body
        if abs(p.x - column.amount_x) < 0.3 * pitch and _MONEY.fullmatch(plain(p.text).rstrip(".,:"))
    ]  # fmt: skip
    pairs: list[tuple[Placed | None, Placed | None]] = []
    left = list(amounts)
    for name in sorted(names, key=lambda p: p.y):
        near = [a for a in left if abs(a.y - name.y) < 0.7 * min(height, max(a.height, name.height))]
        best = min(near, key=lambda a: abs(a.y - name.y), default=None)
        if best is not None:
            left.remove(best)
        pairs.append((name, best))
    pairs += [(None, a) for a in left]
    readable = all(n is not None and a is not None and parse_amount(a.text) is not None for n, a in pairs)
    return pairs, readable


def _reading_order(
    found: list[tuple[float, float, Placed | None, Placed | None]], height: float
) -> list[tuple[float, float, Placed | None, Placed | None]]:
    ordered: list[tuple[float, float, Placed | None, Placed | None]] = []
    row: list[tuple[float, float, Placed | None, Placed | None]] = []
    for entry in sorted(found, key=lambda f: f[0]):
        if row and entry[0] - row[0][0] > 0.6 * height:
            ordered += sorted(row, key=lambda f: f[1])
            row = []
        row.append(entry)
    return ordered + sorted(row, key=lambda f: f[1])
