"""Labels whose characters are spread over a width (`患　　者：`, `日　　期`) are found in pieces; they are put together again."""

import re
from collections.abc import Sequence
from dataclasses import replace

from insurance.rules.receipts.labels import find_labels
from insurance.rules.receipts.layout import Line, Placed, same_row

_PIECE = re.compile(r"[\u3400-\u9fff]{1,2}")
_MOST_PIECES = 5
# between two pieces, in line heights
_GAP = 4


def with_labels_joined(page: Sequence[Placed]) -> list[Placed]:
    """The lines of a page, pieces of one label as one line with what stands behind it."""
    gone: set[int] = set()
    joined: dict[int, Placed] = {}
    for i in sorted(range(len(page)), key=lambda i: page[i].left):
        if i in gone or not _PIECE.fullmatch(page[i].print.text):
            continue
        chain = _chain(i, page, gone)
        if len(chain) > 1:
            gone.update(chain[1:])
            joined[i] = _together([page[j] for j in chain])
    return [joined.get(i, place) for i, place in enumerate(page) if i not in gone]


def _chain(first: int, page: Sequence[Placed], gone: set[int]) -> list[int]:
    """Places in `page` of the pieces that make the longest beginning with a label; only the first when none does."""
    chain, best = [first], [first]
    while len(chain) < _MOST_PIECES:
        last = page[chain[-1]]
        beside = [
            j for j, p in enumerate(page)
            if j not in gone and j not in chain and same_row(last, p) and -0.3 < (p.left - last.right) / last.height < _GAP
        ]  # fmt: skip
        if not beside:
            break
        chain = [*chain, min(beside, key=lambda j: page[j].left)]
        text = "".join(page[j].print.text for j in chain)
        labels = find_labels(text)
        behind = page[chain[-1]].print.text
        whole = labels and labels[0].start == 0 and labels[0].field and labels[0].end > len(text) - len(behind)
        if whole and not _own_label(behind):
            best = chain
        if not _PIECE.fullmatch(behind):
            break
    return best


def _own_label(text: str) -> bool:
    labels = find_labels(text)
    return bool(labels) and labels[0].start == 0 and bool(labels[0].field)


def _together(pieces: Sequence[Placed]) -> Placed:
    first, last = pieces[0], pieces[-1]
    lines = [piece.line for piece in pieces]
    scores = tuple(s for line in lines for s in (line.scores or (line.score,) * len(line.text)))
    seconds = tuple(s for line in lines for s in line.seconds) if all(line.seconds for line in lines) else ()
    quad = (lines[0].quad[0], lines[-1].quad[1], lines[-1].quad[2], lines[0].quad[3])
    line = Line("".join(line.text for line in lines), quad, min(line.score for line in lines), scores, seconds)
    return replace(first, line=line, right=last.right)
