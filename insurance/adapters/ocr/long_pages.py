"""Pages far longer than wide (long screenshots, 长截图; strips of paper): lines are found in one part after another, for on the
whole of it, reduced to what a detector looks at, they are too small."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import ceil, inf, sqrt
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_LONG = 3
# of the short side; no line lies across all of what two parts share
_PART, _SHARED = 2.0, 0.5
_SHORTEST_PART = 1280
# pixels by which two looks at one line differ
_SHAKE = 8


def is_long(width: float, height: float) -> bool:
    return max(width, height) > _LONG * min(width, height)


def longest_side(width: float, height: float, most: int) -> int:
    """In pixels: `most`, and on a long page what makes no more pixels of it than a square of that side has."""
    if not is_long(width, height):
        return most
    return int(most * sqrt(max(width, height) / max(min(width, height), 1)))


def detect_in_parts(detect: Callable[[Array], Array], pixels: Array) -> Array:
    """The boxes (n, 4, 2) of all parts, each line once: where parts share pixels, the part that holds more of them around it
    is asked."""
    height, width = pixels.shape[:2]
    axis = 1 if height > width else 0
    found: list[Array] = []
    for start, end, first, last in _parts(max(height, width), min(height, width)):
        quads = detect(pixels[start:end] if axis else np.ascontiguousarray(pixels[:, start:end])).copy()
        quads[..., axis] += start
        middles = quads[..., axis].mean(axis=1)
        kept = quads[(middles >= first - _SHAKE) & (middles < last + _SHAKE)]
        found += [quad for quad in kept if not any(_is_same(quad, other) for other in found)]
    return np.array(found, np.float32).reshape(-1, 4, 2)


def _parts(length: int, short: int) -> Iterator[tuple[int, int, float, float]]:
    """Where each part starts and ends, and from where to where its own lines lie."""
    size = min(max(round(_PART * short), _SHORTEST_PART), length)
    count = ceil((length - _SHARED * short) / (size - _SHARED * short)) if size < length else 1
    starts = [round(i * (length - size) / max(count - 1, 1)) for i in range(count)]
    borders = [-inf, *((after + before + size) / 2 for before, after in pairwise(starts)), inf]
    for start, first, last in zip(starts, borders, borders[1:], strict=False):
        yield start, start + size, first, last


def _is_same(quad: Array, other: Array) -> bool:
    thickness = min(float(np.linalg.norm(quad[0] - quad[3])), float(np.linalg.norm(quad[0] - quad[1])))
    return float(np.linalg.norm(quad.mean(axis=0) - other.mean(axis=0))) < max(thickness, 1) / 2
