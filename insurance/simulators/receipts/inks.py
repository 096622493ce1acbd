"""How ink gets on paper: a laser printer, a dot-matrix printer (针式打印), or heat (热敏)."""

from functools import cache
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Ink = tuple[int, int, int]
Press = Literal["laser", "dots", "thermal"]

BLACK: Ink = (38, 38, 42)
RED: Ink = (196, 72, 46)
BLUE: Ink = (32, 62, 140)
GREEN: Ink = (38, 116, 84)
BROWN: Ink = (146, 74, 40)


def press_text(
    sheet: Image.Image,
    at: tuple[float, float],
    text: str,
    letters: ImageFont.FreeTypeFont,
    ink: Ink,
    anchor: str,
    press: Press,
) -> None:
    """Print one string on the sheet."""
    if press == "laser":
        ImageDraw.Draw(sheet).text(at, text, font=letters, fill=ink, anchor=anchor)
        return
    x0, y0, x1, y1 = letters.getbbox(text, anchor=anchor)
    width, height = int(x1 - x0) + 6, int(y1 - y0) + 6
    if width <= 0 or height <= 0:
        return
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).text((3 - x0, 3 - y0), text, font=letters, fill=255, anchor=anchor)
    worn = np.asarray(mask, np.float32) * _grain(press)[:height, :width]
    place = (round(at[0] + x0) - 3, round(at[1] + y0) - 3)
    sheet.paste(Image.new("RGB", mask.size, ink), place, Image.fromarray(worn.astype(np.uint8)))


@cache
def _grain(press: Press) -> "np.ndarray[Any, Any]":
    """What the ribbon or the heated line leaves of the ink, 0-1."""
    rng = np.random.default_rng(7)
    rows, columns = 200, 2400
    if press == "dots":
        pins = np.array([1.0, 0.95, 0.6, 0.8], np.float32)[np.arange(rows) % 4][:, None]
        return np.clip(pins + rng.normal(0, 0.12, (rows, columns)), 0.25, 1).astype(np.float32)
    lines = 0.88 + 0.12 * np.sin(np.arange(columns) / 90.0, dtype=np.float32)[None, :]
    return np.clip(lines + rng.normal(0, 0.06, (rows, columns)), 0.3, 1).astype(np.float32)
