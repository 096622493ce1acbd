"""Lines of text on a page, made straight: a photo's slant and perspective are taken out so that rows are rows again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from insurance.rules.receipts.reading import Box
from insurance.rules.receipts.text import Print, plain_print

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Line:
    """One piece of text as an engine found it: corners clockwise from the top left, in pixels; score 0-1, that of the least
    sure character. `scores` and `seconds` (the next guess) are for each character of `text`, or empty."""

    text: str
    quad: Quad
    score: float = 1.0
    scores: tuple[float, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()

    @property
    def box(self) -> Box:
        xs, ys = [p[0] for p in self.quad], [p[1] for p in self.quad]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class Placed:
    """A line with its place on the straightened page: left, right, middle height, and own height."""

    line: Line
    left: float
    right: float
    y: float
    height: float

    @property
    def text(self) -> str:
        return self.line.text

    @cached_property
    def print(self) -> Print:
        return plain_print(
            self.line.text, self.line.scores or (self.line.score,) * len(self.line.text), self.line.seconds
        )

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2


def straighten(lines: Sequence[Line]) -> list[Placed]:
    """Rows of a photographed page meet in a far point: the slope of a line is `a + c * height`. Both are fitted to the wide
    boxes, and every point moves along its row to the middle of the page."""
    if not lines:
        return []
    cx = sum(p[0] for line in lines for p in line.quad) / (4 * len(lines))
    a, c = _fit_slopes(lines, cx)

    def move(point: Point) -> Point:
        x, y = point[0] - cx, point[1]
        row = (y - a * x) / (1 + c * x) if abs(1 + c * x) > 0.2 else y - a * x
        return x + (a + c * row) * y, row

    return [_place(line, [move(p) for p in line.quad]) for line in lines]


def _place(line: Line, corners: Sequence[Point]) -> Placed:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    return Placed(line, min(x0, x3), max(x1, x2), (y0 + y1 + y2 + y3) / 4, max((y3 + y2 - y0 - y1) / 2, 1.0))


def _fit_slopes(lines: Sequence[Line], cx: float) -> tuple[float, float]:
    """Least squares over wide boxes, twice, the second time without those that lie far off the first answer."""
    samples = []
    for line in lines:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.quad
        width = (x1 - x0 + x2 - x3) / 2
        height = abs(y3 - y0 + y2 - y1) / 2
        if width > 2.5 * height and width > 0:
            slope = ((y1 - y0) + (y2 - y3)) / 2 / width
            middle_x = (x0 + x1 + x2 + x3) / 4 - cx
            samples.append(((y0 + y1 + y2 + y3) / 4 - slope * middle_x, slope, width))
    if not samples:
        return 0.0, 0.0
    middle = median(s for _, s, _ in samples)
    near = [s for s in samples if abs(s[1] - middle) < 0.08]
    if len(near) < 6:
        return middle, 0.0
    a, c = _weighted_line(near)
    off = median(abs(s - a - c * y) for y, s, _ in near)
    close = [s for s in near if abs(s[1] - a - c * s[0]) <= 3 * off + 1e-4]
    return _weighted_line(close) if len(close) >= 6 else (a, c)


def _weighted_line(samples: Iterable[tuple[float, float, float]]) -> tuple[float, float]:
    samples = list(samples)
    total = sum(w for *_, w in samples)
    my = sum(y * w for y, _, w in samples) / total
    ms = sum(s * w for _, s, w in samples) / total
    spread = sum(w * (y - my) ** 2 for y, _, w in samples)
    c = sum(w * (y - my) * (s - ms) for y, s, w in samples) / spread if spread > 1 else 0.0
    return ms - c * my, c


def same_row(a: Placed, b: Placed, reach: float = 0.6) -> bool:
    """A printer fills a form a little above or below its printed labels: half a line counts as the same row."""
    return abs(a.y - b.y) < reach * max(min(a.height, b.height * 1.5), min(b.height, a.height * 1.5))
