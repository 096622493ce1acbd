"""Marks that take a receipt's force: void (作废) and red-letter (红字, 红冲), R10 of the checks. The same words stand in the small
print of honest papers (`手写无效，涂改作废`), so that a mark is a line of its own, stands in brackets, or names what was reversed."""

import re
from collections.abc import Sequence
from statistics import median

from insurance.rules.receipts.layout import Placed
from insurance.rules.receipts.text import plain

_NOT_HAN = re.compile(r"[^\u3400-\u9fff]")
_WORDS = r"作废|红冲|冲红|红字冲销|红字|冲销|销项负数|负数"
_PAPER = r"(?:电子)?(?:票据|发票|收据|单据|票)"
_ALONE = re.compile(rf"(?:[此本该原]?{_PAPER})?(?:已经|已|予以)?({_WORDS})(?:{_PAPER}|章|专用章)?")
# the first signs of a slanting stamp are read as others; no small print is that short and ends so
_STAMPED = re.compile(r"[^不可得能勿须请应]{0,2}(红冲|冲红)")
_IN_BRACKETS = re.compile(r"[(\[【〔<《]已?(作废|红冲|冲红|红字|冲销|负数)[)\]】〕>》]")
# of the reversing receipt: `红冲原票据号码：0012345678`
_REVERSED = re.compile(r"(红字冲销|红冲|冲红|冲销)[^:,。;]{0,10}(?:代码|号码|原因):")
# the two signs of a stamp are as far apart as they are high, or a little more
_REACH = 3.0
# of a stamp, against the print
_LARGE = 2.0


def void_mark(page: Sequence[Placed]) -> str | None:
    """The mark as printed, None when there is none."""
    for place in page:
        text = plain(place.text)
        words = _NOT_HAN.sub("", text)
        alone = _ALONE.fullmatch(words) or _STAMPED.fullmatch(words)
        found = alone or _IN_BRACKETS.search(text) or _REVERSED.match(text)
        if found:
            return found[1]
    return _in_two_pieces(page)


def _in_two_pieces(page: Sequence[Placed]) -> str | None:
    """A stamp of which each sign was found by itself, or of a large one the second alone."""
    first, second = ([p for p in page if _NOT_HAN.sub("", plain(p.text)) == sign] for sign in "作废")
    near = any(
        max(abs(a.x - b.x), abs(a.y - b.y)) < _REACH * max(a.height, b.height, a.right - a.left)
        for a in first
        for b in second
    )
    return "作废" if near or any(p.height > _LARGE * median(q.height for q in page) for p in second) else None
