"""A finger that holds the sheet at its edge and hides no field."""

from random import Random
from typing import Any

import numpy as np

from insurance.simulators.receipts.sheet import Sheet

Array = np.ndarray[Any, Any]


def place_finger(sheet: Sheet, rng: Random) -> Array | None:
    """The outline in the sheet's pixels, partly beyond its edge; None where every place found would hide a print."""
    width, height = sheet.canvas.width, sheet.canvas.height
    for _ in range(80):
        edge = rng.choice(("left", "right", "bottom"))
        along, reach = rng.uniform(0.15, 0.85), rng.uniform(20, 95)
        thick = rng.uniform(55, 85)
        if edge == "bottom":
            outline = _finger(along * width, height - reach, np.pi / 2 + rng.uniform(-0.4, 0.4), thick)
        elif edge == "left":
            outline = _finger(reach, along * height, np.pi + rng.uniform(-0.4, 0.4), thick)
        else:
            outline = _finger(width - reach, along * height, rng.uniform(-0.4, 0.4), thick)
        if not _touches(sheet, outline):
            return outline
    return None


def _finger(x: float, y: float, angle: float, thick: float) -> Array:
    """A round tip at (x, y), the finger going away in the direction `angle`."""
    tip = [angle + np.pi + turn for turn in np.linspace(-np.pi / 2, np.pi / 2, 16)]
    middle = np.array((x + thick * np.cos(angle), y + thick * np.sin(angle)))
    points = [middle + thick * np.array((np.cos(turn), np.sin(turn))) for turn in tip]
    away = 900 * np.array((np.cos(angle), np.sin(angle)))
    return np.array([*points, points[-1] + away, points[0] + away])


def _touches(sheet: Sheet, outline: Array) -> bool:
    x0, y0, x1, y1 = outline[:, 0].min(), outline[:, 1].min(), outline[:, 0].max(), outline[:, 1].max()
    boxes = [mark.box for mark in sheet.canvas.marks]
    return any(box[0] < x1 + 6 and box[2] > x0 - 6 and box[1] < y1 + 6 and box[3] > y0 - 6 for box in boxes)
