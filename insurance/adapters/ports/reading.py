"""The reading of receipts (OCR)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class TextBox:
    """One line of text found on a page, upright: pixel corners clockwise from the top left, and the engine's own score 0-1,
    that of the least sure character. `scores` has one for each character of `text`, `seconds` the engine's next guesses for it
    with its score; both are empty where an engine does not tell."""

    text: str
    box: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    score: float
    scores: tuple[float, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Page:
    """What an engine saw on one upright page, and the QR codes beside it: their texts, and the middle of each on that page where that
    is known."""

    width: int
    height: int
    boxes: Sequence[TextBox]
    turned_ccw: int = 0
    qr: Sequence[str] = field(default_factory=tuple)
    qr_places: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class PageView:
    """One page as people look at it: an upright JPEG without EXIF, and its size in pixels."""

    data: bytes
    width: int
    height: int


class PageReader(Protocol):
    """An OCR engine. Loads its models once; not safe for threads. Errors: `ReadingUnavailable`, `ReadingRefused`."""

    name: str

    def read_page(self, image: object) -> Page:
        """`image` is an upright or turned PIL image in RGB."""
        ...

    def read_upright(self, image: object) -> Page:
        """`image` is known to be upright, a part of a page perhaps."""
        ...

    def read_line(self, image: object) -> TextBox:
        """One crop that holds a single line."""
        ...
