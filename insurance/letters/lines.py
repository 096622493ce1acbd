"""Breaking Chinese text into lines (断行): anywhere between characters, never inside a number or a word, and no line begins with a
closing mark or ends with an opening one (避头尾)."""

import re
from collections.abc import Callable

_WORD = re.compile(r"[!-~]+|[^!-~]", re.DOTALL)
_NOT_FIRST = frozenset("，。、；：？！）》」』】〕”’…%％·")
_NOT_LAST = frozenset("（《「『【〔“‘")


def broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines no wider than `width` by `measure`; a single piece that is wider is cut where it must be. `\\n` ends a line."""
    return [line for paragraph in text.split("\n") for line in _broken(paragraph, width, measure)]


def _broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line = [], ""
    for piece in _fitting(_pieces(text), width, measure):
        if line and measure(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """What stays together."""
    pieces: list[str] = []
    for word in _WORD.findall(text):
        if pieces and (word[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST):
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces


def _fitting(pieces: list[str], width: float, measure: Callable[[str], float]) -> list[str]:
    fitting: list[str] = []
    for piece in pieces:
        fitting += [piece] if measure(piece) <= width else list(piece)
    return fitting
