"""Several receipts in one picture: every receipt prints its total in capitals once, so those sums, or their labels, count the
receipts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from insurance.rules.receipts.labels import find_labels
from insurance.rules.receipts.layout import Line, Placed, same_row, straighten
from insurance.rules.receipts.text import plain

_CAPITALS = re.compile(r"大写")
_SUM = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万]{2,}[元圆]|[壹贰叁肆伍陆柒捌玖][元圆角]")
_TOTAL = re.compile(r"^(?!.*小写).*(?:大写|合计|总金额)")
# a column of a receipt may have a strip beside it; a receipt has at least so many lines
_LEAST_LINES = 8
_ONCE = frozenset(("bill_code", "bill_no", "check_code", "payer", "date", "hospital", "total_upper"))
_LEANS = (0.0, *(sign * step / 50 for step in range(1, 7) for sign in (1, -1)))
_FOOT = re.compile(r"收款单位|收款人|收款员|复核人|收费单位|开票人")


def split_receipts(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each receipt in reading order; one list when there is only one receipt, or none to be seen."""
    written = [line for line in lines if _SUM.search(plain(line.text))]
    labels = [line for line in lines if _CAPITALS.search(plain(line.text))]
    totals = written if len(written) > 1 else [line for line in lines if _TOTAL.search(plain(line.text))]
    if len(totals) < 2:
        return [list(lines)]
    anchors = max(written, labels, key=len)
    parts = _side_by_side(lines, totals, (0.0,)) or _side_by_side(lines, _one_a_row(totals, lines), _LEANS)
    parts = parts or (_one_above_another(lines, anchors) if len(anchors) > 1 else [])
    if len(parts) < 2:
        return [list(lines)]
    return [receipt for part in parts for receipt in split_receipts(part)]


def _one_a_row(totals: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """A receipt may print its total twice in a row, in capitals and in figures; two in capitals are two receipts."""
    kept: list[Placed] = []
    found = [place for place in straighten(lines) if place.line in totals]
    for place in sorted(found, key=lambda p: "大写" not in p.print.text):
        if "大写" in place.print.text or not any(same_row(place, other) for other in kept):
            kept.append(place)
    return [place.line for place in kept]


def _side_by_side(lines: Sequence[Line], anchors: Sequence[Line], leans: Sequence[float]) -> list[list[Line]]:
    """Cut along the widest strip without print that has a total on either side: upright, or leaning as photos make it."""
    heights = sorted(line.box[3] - line.box[1] for line in lines)
    least = heights[len(heights) // 2]
    cuts = [cut for lean in leans if len(anchors) > 1 for cut in _cuts(lines, anchors, lean) if cut[0] > least]
    for _, lean, x in sorted(cuts, key=lambda cut: -cut[0]):
        left = [line for line in lines if _span(line, lean)[1] < x]
        right = [line for line in lines if _span(line, lean)[1] >= x]
        if min(len(left), len(right)) >= _LEAST_LINES and _own(left) & _own(right):
            return [left, right]
    return []


def _own(part: Sequence[Line]) -> set[str]:
    """Which facts that every receipt prints once are labelled here: the halves of one receipt have none in common."""
    return {label.field for line in part for label in find_labels(plain(line.text))} & _ONCE


def _cuts(lines: Sequence[Line], anchors: Sequence[Line], lean: float) -> list[tuple[float, float, float]]:
    """Strips without print that part the totals: width, lean, middle."""
    spans = sorted(_span(line, lean) for line in lines)
    middles = [sum(_span(anchor, lean)) / 2 for anchor in anchors]
    reached, cuts = spans[0][1], []
    for left, right in spans[1:]:
        x = (left + reached) / 2
        if left > reached and min(middles) < x < max(middles):
            cuts.append((left - reached, lean, x))
        reached = max(reached, right)
    return cuts


def _span(line: Line, lean: float) -> tuple[float, float]:
    xs = [x + lean * y for x, y in line.quad]
    return min(xs), max(xs)


def _one_above_another(lines: Sequence[Line], totals: Sequence[Line]) -> list[list[Line]]:
    page = straighten(lines)
    anchors = sorted((p for p in page if p.line in totals), key=lambda p: p.y)
    if anchors[-1].y - anchors[0].y <= 6 * anchors[0].height:
        return []
    edges = [_edge(page, above, below) for above, below in pairwise(anchors) if below.y - above.y > 3 * above.height]
    parts: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for place in page:
        parts[sum(place.y > edge for edge in edges)].append(place.line)
    return parts


def _edge(page: Sequence[Placed], above: Placed, below: Placed) -> float:
    """Under the last words of the upper receipt's foot; where it has none, in the widest gap."""
    feet = [p.y for p in page if above.y < p.y < below.y and _FOOT.search(p.print.text)]
    if feet:
        return max(feet) + 1.5 * above.height
    rows = sorted([above.y, *(p.y for p in page if above.y < p.y < below.y), below.y])
    return max((low - high, (low + high) / 2) for high, low in pairwise(rows))[1]
