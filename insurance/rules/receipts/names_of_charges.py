"""Names of charges that do not stand left of their sums in one line: above them, or over two lines."""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from insurance.rules.receipts.layout import Line, Placed, same_row
from insurance.rules.receipts.text import parse_amount
from insurance.rules.receipts.vocabulary import ITEM_NAMES

_LEAST_HEADS = 3
# in line heights
_FAR = 4
# a name is broken where its column ends
_FULL = 0.85
_BROKEN_LETTERS = 6
_REST = re.compile(r"[\u3400-\u9fffA-Za-z0-9()%.+-]{1,20}")


def names_above_sums(page: Sequence[Placed]) -> tuple[tuple[Placed, Placed], ...]:
    """Old receipts print the kinds of charges in rows, and what was charged below each: rows of three or more known kinds without
    a sum among them, and the next row of sums. In no order."""
    heads = [p for p in page if p.print.text in ITEM_NAMES]
    sums = [p for p in page if parse_amount(p.print.text) is not None and not p.print.text.startswith("¥")]
    pairs: list[tuple[Placed, Placed]] = []
    for name in heads:
        row = [h for h in heads if same_row(name, h)]
        if len(row) < _LEAST_HEADS or any(same_row(name, s) for s in sums):
            continue
        below = [s for s in sums if 0.6 < (s.y - name.y) / name.height < _FAR and not _beside_words(s, page)]
        first = min(below, key=lambda s: s.y, default=None)
        reach = 0.5 * min(abs(h.x - name.x) for h in row if h is not name)
        own = [s for s in below if first and same_row(first, s) and abs(s.x - name.x) < reach]
        pairs += [(name, s) for s in own[:1]]
    return tuple(pairs)


def _beside_words(sum_: Placed, page: Sequence[Placed]) -> bool:
    """In its row stands more than figures."""
    return any(same_row(sum_, p) and re.search(r"[\u3400-\u9fff]", p.print.text) for p in page)


def over_two_lines(names: Sequence[Placed], body: Sequence[Placed], sums_at: float) -> list[Placed]:
    """The names of a column from top to bottom, those that go on in a further line joined: a line that fills the column, and
    close below it one that begins at the same edge in a row where nothing else stands."""
    if not names:
        return []
    edge = max(n.right for n in names)
    left, reach = median(n.left for n in names), median(n.height for n in names)
    further = [
        p for p in body
        if p not in names and abs(p.left - left) < reach and p.right < edge + reach and _REST.fullmatch(p.print.text)
        and parse_amount(p.print.text) is None
    ]  # fmt: skip
    joined: list[Placed] = []
    last: Placed | None = None
    for part in sorted([*names, *further], key=lambda p: p.y):
        goes_on = last is not None and _goes_on(last, part, edge, reach) and not _row_is_used(part, body, sums_at)
        if goes_on and joined and part.print.text not in ITEM_NAMES:
            joined[-1] = _joined(joined[-1], part)
        elif part in names:
            joined.append(part)
        else:
            continue
        last = part
    return joined


def _goes_on(first: Placed, below: Placed, edge: float, height: float) -> bool:
    full = first.right - first.left > _FULL * (edge - first.left) and len(first.print.text) >= _BROKEN_LETTERS
    return full and 0 < below.y - first.y < 1.6 * height and abs(below.left - first.left) < height


def _row_is_used(part: Placed, body: Sequence[Placed], sums_at: float) -> bool:
    return any(part.right < p.x and p.left < sums_at + 6 * part.height and same_row(part, p, 0.45) for p in body)


def _joined(first: Placed, part: Placed) -> Placed:
    """One print where the first line stands, so that its sum is found beside it."""
    one, other = first.line, part.line
    scores = (*(one.scores or (one.score,) * len(one.text)), *(other.scores or (other.score,) * len(other.text)))
    seconds = (*one.seconds, *other.seconds) if one.seconds and other.seconds else ()
    line = Line(one.text + other.text, one.quad, min(one.score, other.score), scores, seconds)
    return replace(first, line=line)
