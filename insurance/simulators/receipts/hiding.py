"""What glare or a finger does to the truth: a print that a person can no longer make out is not there."""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from insurance.simulators.receipts.canvas import Mark
from insurance.simulators.receipts.sheet import Sheet

Array = np.ndarray[Any, Any]

# shares of the contrast that is left: below the first nothing can be made out, above the second everything
_GONE, _LEGIBLE = 0.1, 0.4
_TRIES = 60


def place_veil(sheet: Sheet, invent: Callable[[Random], Array], rng: Random, *, hides: bool) -> Array | None:
    """A veil (0-1, of the sheet's size) that leaves every print either legible or gone, and with it the fields that are gone set
    to None, one at least if that can be. None where no place was found. Charges stay legible, and so does what the QR code
    tells as well; a label is gone only together with its value. `hides` False: nothing may be gone."""
    for attempt in range(_TRIES):
        veil = invent(rng)
        gone = _gone(sheet, veil)
        wanted = gone if hides and attempt < _TRIES // 2 else not gone or hides
        if gone is not None and wanted:
            for name in gone:
                sheet.fields[name] = None
            if gone:
                sheet.notes.append(f"not legible: {', '.join(sorted(gone))}")
            return veil
    return None


def _gone(sheet: Sheet, veil: Array) -> set[str] | None:
    """The fields that nobody can read below the veil, or None where it leaves doubt."""
    gone: set[str] = set()
    marks = sheet.canvas.marks
    states = [_state(mark, veil) for mark in marks]
    for i, (mark, state) in enumerate(zip(marks, states, strict=True)):
        if mark.field is None:
            follows = marks[i + 1] if i + 1 < len(marks) else None
            if state != "legible" and follows and follows.field and states[i + 1] != "gone":
                return None
            continue
        if state == "doubtful" or (state == "gone" and not _may_go(sheet, mark.field)):
            return None
        if state == "gone":
            gone.add(mark.field)
    return gone


def _may_go(sheet: Sheet, field: str) -> bool:
    if field.startswith("items."):
        return False
    value = str(sheet.fields[field])
    return not sheet.qr or not (value in sheet.qr or value.replace("-", "") in sheet.qr)


def _state(mark: Mark, veil: Array) -> str:
    """By the character that suffers most."""
    x0, y0, x1, y1 = (max(int(v), 0) for v in mark.box)
    part = veil[y0 : y1 + 1, x0 : x1 + 1]
    if part.size == 0:
        return "legible"
    columns = 1 - part.mean(axis=0)
    reach = max(mark.size // 2, 1)
    spans = [float(columns[i : i + reach].mean()) for i in range(0, max(len(columns) - reach // 2, 1), reach)]
    least = min(spans)
    return "legible" if least >= _LEGIBLE else "gone" if least <= _GONE else "doubtful"
