"""What happens to the sheet itself: creases, a scanner's bed, dust, a larger page."""

from random import Random
from typing import Any

import cv2
import numpy as np

from insurance.simulators.receipts.camera import grainy

Array = np.ndarray[Any, Any]


def crumple(pixels: Array, rng: Random, folds: int = 11) -> Array:
    """Creased and smoothed out again: facets of different light, and print that is a little out of line."""
    height, width = pixels.shape[:2]
    small_h, small_w = height // 2, width // 2
    ys, xs = np.mgrid[0:small_h, 0:small_w].astype(np.float32)
    light = np.ones((small_h, small_w), np.float32)
    shift = np.zeros((2, small_h, small_w), np.float32)
    for _ in range(folds):
        angle = rng.uniform(0, np.pi)
        across = (xs - small_w * rng.uniform(0, 1)) * np.cos(angle) + (ys - small_h * rng.uniform(0, 1)) * np.sin(angle)
        along = (xs - small_w * rng.uniform(0, 1)) * -np.sin(angle) + (ys - small_h * rng.uniform(0, 1)) * np.cos(angle)
        reach = np.clip(along / rng.uniform(40, 160) + 0.5, 0, 1)
        fall = np.exp(-np.abs(across) / rng.uniform(40, 260))
        light += np.where(across > 0, 1, -1) * fall * reach * rng.uniform(0.06, 0.2)
        shift += np.array([np.cos(angle), np.sin(angle)])[:, None, None] * (fall * reach * rng.uniform(-4, 4))
    light = cv2.resize(cv2.GaussianBlur(light, (0, 0), 1.2), (width, height))
    dx, dy = (cv2.resize(part.astype(np.float32), (width, height)) for part in shift)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(pixels, xs + dx, ys + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    folded: Array = np.clip(bent * np.clip(light * 0.93, 0.45, 1.08)[:, :, None], 0, 255).astype(np.uint8)
    return folded


def scan(pixels: Array, rng: Random, *, on_page: bool | None = None, mild: bool = False) -> Array:
    """A flat-bed scanner at 200 dpi: skew, dust, grain; some grey, some on an A4 page. `mild`: a good one."""
    noise = np.random.default_rng(rng.randrange(2**32))
    if on_page if on_page is not None else rng.random() < 0.35:
        pixels = on_larger_page(pixels, rng)
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.4, 1.4), 1.0)
    skewed = cv2.warpAffine(pixels, turn, (width, height), borderValue=(250, 250, 250), flags=cv2.INTER_CUBIC)
    for _ in range(rng.randrange(10, 60)):
        at = (rng.randrange(width), rng.randrange(height))
        cv2.circle(skewed, at, rng.choice((1, 1, 1, 2, 3)), (rng.randrange(60, 190),) * 3, -1, cv2.LINE_AA)
    if rng.random() < 0.35:
        skewed = cv2.cvtColor(cv2.cvtColor(skewed, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    soft = cv2.GaussianBlur(skewed, (0, 0), 0.4 if mild else rng.uniform(0.45, 0.95)).astype(np.float32)
    return grainy(
        rng.uniform(238, 254) - (255 - soft) * (1.0 if mild else rng.uniform(0.8, 1.0)),
        noise,
        2.0 if mild else rng.uniform(2, 6),
    )


def on_larger_page(pixels: Array, rng: Random) -> Array:
    """In the upper half of an A4 page, as people copy small receipts."""
    height, width = pixels.shape[:2]
    page_h = max(round(width * 1.414), height + 200)
    page = np.full((page_h, width + 60, 3), 252, np.uint8)
    top = rng.randrange(20, max(page_h - height, 21)) if rng.random() < 0.4 else rng.randrange(20, 120)
    page[top : top + height, 30 : 30 + width] = pixels
    return page


def shrink(pixels: Array, side: int) -> Array:
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    small: Array = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small
