"""Characters that an engine passed over: Chinese print is evenly spaced, so a gap of two characters with ink in it held one.

An engine drops 儿, 口, 一 and whatever a seal blurs, and is sure of the rest: `童医院`. The place is kept, with the best guess for
it and a score that says how little that is worth.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# distances from one character to the next, in those that are usual on the line
_GAP = (1.6, 2.6)
_LEAST_DISTANCES = 4
_INK = 0.5


def lost_places(places: Sequence[int], wide: Sequence[bool], crop: Array, step: float) -> list[tuple[int, int]]:
    """Spans of steps between neighbours where one character was passed over. `places` are the steps at which characters were
    read, `wide` says which of them are Chinese, a step is `step` pixels of `crop`."""
    pairs = [(a, b) for a, b, x, y in zip(places, places[1:], wide, wide[1:], strict=False) if x and y]
    if len(pairs) < _LEAST_DISTANCES:
        return []
    usual = float(np.median([b - a for a, b in pairs]))
    gaps = [(a, b) for a, b in pairs if _GAP[0] * usual < b - a < _GAP[1] * usual]
    if not gaps:
        return []
    columns = crop.mean(axis=2).std(axis=0)
    printed = float(np.median(columns[int(places[0] * step) : int((places[-1] + 1) * step)]))
    spans = [(round(a + 0.6 * usual), round(b - 0.6 * usual)) for a, b in gaps]
    return [
        (start, max(end, start + 1))
        for start, end in spans
        if float(np.median(columns[int(start * step) : int((end + 1) * step)])) > _INK * printed
    ]
