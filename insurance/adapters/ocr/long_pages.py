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
    found = np.zeros((0, 4, 2), np.float32)
    for start, end, first, last in _parts(max(height, width), min(height, width)):
        quads = detect(pixels[start:end] if axis else np.ascontiguousarray(pixels[:, start:end])).copy()
        quads[..., axis] += start
        middles = quads[..., axis].mean(axis=1)
        kept = quads[(middles >= first - _SHAKE) & (middles < last + _SHAKE)]
        found = np.concatenate([found, kept[_are_new(kept, found, axis, first - _SHAKE)]], dtype=np.float32)
    return found


def _parts(length: int, short: int) -> Iterator[tuple[int, int, float, float]]:
    """Where each part starts and ends, and from where to where its own lines lie."""
    size = min(max(round(_PART * short), _SHORTEST_PART), length)
    count = ceil((length - _SHARED * short) / (size - _SHARED * short)) if size < length else 1
    starts = [round(i * (length - size) / max(count - 1, 1)) for i in range(count)]
    borders = [-inf, *((after + before + size) / 2 for before, after in pairwise(starts)), inf]
    for start, first, last in zip(starts, borders, borders[1:], strict=False):
        yield start, start + size, first, last


def _are_new(quads: Array, found: Array, axis: int, first: float) -> Array:
    """Of each of a part's boxes (n, 4, 2), none of which has its middle before `first`: whether no earlier one is the same."""
    sides = np.linalg.norm(quads[:, :1] - quads[:, [1, 3]], axis=2)
    reach = np.maximum(sides.min(axis=1), 1) / 2
    middles, others = quads.mean(axis=1), found.mean(axis=1)
    # of a page with many lines few lie at the border
    others = others[others[:, axis] >= first - reach.max(initial=0)]
    apart = np.linalg.norm(middles[:, None] - others, axis=2)
    is_new: Array = (apart >= reach[:, None]).all(axis=1)
    return is_new
