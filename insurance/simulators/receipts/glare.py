"""A lamp or flash mirrored on glossy paper: blown-out soft spots."""

from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

from insurance.simulators.receipts.hiding import place_veil
from insurance.simulators.receipts.sheet import Sheet

Array = np.ndarray[Any, Any]


def glare(sheet: Sheet, rng: Random) -> Image.Image:
    """The sheet below one or two spots; fields that are blown out become None in `sheet.fields`."""
    pixels = np.asarray(sheet.image, np.float32)
    veil = place_veil(sheet, lambda r: _spots(sheet, r, r.uniform(0.95, 1.5)), rng, hides=True)
    if veil is None:
        veil = place_veil(sheet, lambda r: _spots(sheet, r, 0.56), rng, hides=False)
    if veil is None:
        return sheet.image
    light = np.array((255, 254, 249), np.float32)
    return Image.fromarray((pixels + (light - pixels) * veil[:, :, None]).astype(np.uint8))


def _spots(sheet: Sheet, rng: Random, peak: float) -> Array:
    width, height = sheet.canvas.width, sheet.canvas.height
    ys, xs = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    veil = np.zeros(xs.shape, np.float32)
    for _ in range(rng.choice((1, 1, 2))):
        x, y = rng.uniform(0.05, 0.95) * width, rng.uniform(0.05, 0.95) * height
        rx, ry = rng.uniform(0.04, 0.13) * width, rng.uniform(0.05, 0.16) * height
        angle = rng.uniform(0, np.pi)
        u = ((xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)) / rx
        v = (-(xs - x) * np.sin(angle) + (ys - y) * np.cos(angle)) / ry
        # a flat middle and a short edge, as where the sensor is full
        veil = np.maximum(veil, peak * np.exp(-((u**2 + v**2) ** 3)))
    haze = rng.uniform(0, 0.08)
    spread: Array = np.clip(cv2.resize(veil, (width, height)) + haze, 0, 1)
    return spread
