"""Marks that take a receipt's force: void (作废), red-letter (红字, 红冲) and refunded (已退费), R10 of the checks. The same words stand
in the small print of honest papers (`手写无效，涂改作废`), so that a mark is a line of its own, stands in brackets or behind 状态, or
names what was reversed. 退费 is also a label of honest inpatient papers (`退费 12.00`)."""

import re
from collections.abc import Sequence
from statistics import median

from insurance.rules.receipts.layout import Placed, same_row
from insurance.rules.receipts.text import plain

_NOT_HAN = re.compile(r"[^\u3400-\u9fff]")
_WORDS = r"作废|红冲|冲红|红字冲销|红字|冲销|销项负数|负数|红票|废票|全额退[费款]"
_REFUND = r"退[费款号]"
_PAPER = r"(?:电子)?(?:票据|发票|收据|单据|票)"
_DONE = r"(?:已经|已被|已开具?|已|被)"
_ALONE = re.compile(rf"(?:[此本该原]?{_PAPER})?(?:于年?月?日?)?(?:{_DONE}|予以)?({_WORDS})(?:{_PAPER}|章|专用章)?")
_GIVEN_BACK = re.compile(rf"[此本该原]?{_PAPER}(?:于年?月?日?)?({_DONE}退[费款号]?)|({_REFUND})(?:专用)?章")
_STATE = re.compile(rf"状态:?{_DONE}?({_WORDS}|{_REFUND}|退票)")
# the first signs of a slanting stamp are read as others; no small print is that short and ends so
_STAMPED = re.compile(r"[^不可得能勿须请应是否未无非]{0,2}(红冲|冲红)")
_IN_BRACKETS = re.compile(r"[(\[【〔<《]已?(作废|红冲|冲红|红字|冲销|负数)[)\]】〕>》]")
# of the reversing receipt: `红冲原票据号码：0012345678`
_REVERSED = re.compile(r"被?(红字冲销|红冲|冲红|冲销)[^:,。;]{0,10}(?:(?:代码|号码|原因):|号码\d)")
_REFUNDED = re.compile(rf"[(\[【〔<《]?((?:已经|已)?{_REFUND}|已退)[)\]】〕>》]?!?")
_DEPOSIT = re.compile(r"预[缴交付]|补[缴交]|找零|\d[.:]\d\d$")
# the two signs of a stamp are as far apart as they are high, or a little more
_REACH = 3.0
# of a stamp, against the print
_LARGE = 2.0


def void_mark(page: Sequence[Placed]) -> str | None:
    """The mark as printed, None when there is none."""
    for place in page:
        text = plain(place.text)
        words = _NOT_HAN.sub("", text)
        alone = _ALONE.fullmatch(words) or _STAMPED.fullmatch(words) or _GIVEN_BACK.fullmatch(words)
        found = alone or _IN_BRACKETS.search(text) or _REVERSED.match(text) or _STATE.search(text)
        found = found or _refund(place, page)
        if found:
            return next(word for word in found.groups() if word)
    return _in_two_pieces(page)


def _refund(place: Placed, page: Sequence[Placed]) -> re.Match[str] | None:
    found = _REFUNDED.fullmatch(plain(place.text))
    return found if found and not _labels_a_sum(place, page) else None


def _labels_a_sum(place: Placed, page: Sequence[Placed]) -> bool:
    """Of a print no larger than others: a sum or a label of deposits stands beside it, or a sum below it."""
    if place.height > _LARGE * median(other.height for other in page):
        return False
    near = [p for p in page if same_row(place, p) or _is_below(p, place)]
    return any(_DEPOSIT.search(plain(p.text)) for p in near)


def _is_below(low: Placed, high: Placed) -> bool:
    return 0 < low.y - high.y < _REACH * high.height and low.left < high.right and high.left < low.right


def _in_two_pieces(page: Sequence[Placed]) -> str | None:
    """A stamp of which each sign was found by itself, or of a large one the second alone."""
    first, second = ([p for p in page if _NOT_HAN.sub("", plain(p.text)) == sign] for sign in "作废")
    near = any(
        max(abs(a.x - b.x), abs(a.y - b.y)) < _REACH * max(a.height, b.height, a.right - a.left)
        for a in first
        for b in second
    )
    return "作废" if near or any(p.height > _LARGE * median(q.height for q in page) for p in second) else None
