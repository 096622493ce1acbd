"""Several receipts in one picture: every receipt prints its total in capitals once, so those labels count the receipts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from insurance.rules.receipts.layout import Line, Placed, straighten
from insurance.rules.receipts.text import plain

_TOTAL = re.compile(r"\(大写\)|大写\)|\(大写")
_FOOT = re.compile(r"收款单位|收款人|复核人|收费单位|开票人")


def split_receipts(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each receipt in reading order; one list when there is only one receipt, or none to be seen."""
    page = straighten(lines)
    anchors = sorted((p for p in page if _TOTAL.search(plain(p.text))), key=lambda p: p.y)
    if len(anchors) < 2:
        return [list(lines)]
    first, last = anchors[0], anchors[-1]
    if last.y - first.y > 6 * first.height:
        return _stacked(page, anchors)
    beside = sorted(anchors, key=lambda p: p.left)
    if beside[-1].left - beside[0].left > 20 * first.height:
        return _side_by_side(page, beside)
    return [list(lines)]


def _stacked(page: Sequence[Placed], anchors: Sequence[Placed]) -> list[list[Line]]:
    edges = []
    for above, below in pairwise(anchors):
        feet = [p.y for p in page if above.y < p.y < below.y and _FOOT.search(plain(p.text))]
        edges.append((max(feet) if feet else (above.y + below.y) / 2) + 1.5 * above.height)
    parts: list[list[Line]] = [[] for _ in anchors]
    for place in page:
        parts[sum(place.y > edge for edge in edges)].append(place.line)
    return parts


def _side_by_side(page: Sequence[Placed], anchors: Sequence[Placed]) -> list[list[Line]]:
    edges = [right.left - 2 * right.height for right in anchors[1:]]
    parts: list[list[Line]] = [[] for _ in anchors]
    for place in page:
        parts[sum(place.left > edge for edge in edges)].append(place.line)
    return parts
