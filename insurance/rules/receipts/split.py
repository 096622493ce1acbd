"""Several receipts in one picture: every receipt prints its total in capitals once, so those labels count the receipts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from insurance.rules.receipts.layout import Line, Placed, straighten
from insurance.rules.receipts.text import plain

_CAPITALS = re.compile(r"大写")
_TOTAL = re.compile(r"^(?!.*小写).*(?:大写|合计|总金额)")
# a column of a receipt may have a strip beside it; a receipt has at least so many lines
_LEAST_LINES = 8
_FOOT = re.compile(r"收款单位|收款人|收款员|复核人|收费单位|开票人|销售方")


def split_receipts(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each receipt in reading order; one list when there is only one receipt, or none to be seen."""
    anchors = [line for line in lines if _CAPITALS.search(plain(line.text))]
    totals = [line for line in lines if _TOTAL.search(plain(line.text))]
    if len(totals) < 2:
        return [list(lines)]
    parts = _side_by_side(lines, totals) or (_one_above_another(lines) if len(anchors) > 1 else [])
    if len(parts) < 2:
        return [list(lines)]
    return [receipt for part in parts for receipt in split_receipts(part)]


def _side_by_side(lines: Sequence[Line], anchors: Sequence[Line]) -> list[list[Line]]:
    """Cut along the widest upright strip without print that has a total on either side."""
    spans = sorted((line.box[0], line.box[2]) for line in lines)
    reached, strips = spans[0][1], []
    for left, right in spans[1:]:
        if left > reached:
            strips.append((left - reached, (left + reached) / 2))
        reached = max(reached, right)
    heights = sorted(line.box[3] - line.box[1] for line in lines)
    for width, cut in sorted(strips, reverse=True):
        sides = {(a.box[0] + a.box[2]) / 2 > cut for a in anchors}
        parts = [x for x in lines if x.box[2] < cut], [x for x in lines if x.box[2] >= cut]
        if len(sides) == 2 and width > heights[len(heights) // 2] and min(map(len, parts)) >= _LEAST_LINES:
            return list(parts)
    return []


def _one_above_another(lines: Sequence[Line]) -> list[list[Line]]:
    page = straighten(lines)
    anchors = sorted((p for p in page if _CAPITALS.search(p.print.text)), key=lambda p: p.y)
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
