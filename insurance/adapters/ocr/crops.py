"""Boxes of lines cut out of a page and made level, at the height that the recogniser wants: one resampling, not two."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]

LINE_HEIGHT = 48


def cut_lines(pixels: Array, quads: Sequence[Array] | Array, ends: float = 0.1) -> list[Array]:
    """A crop of `LINE_HEIGHT` pixels for each box, BGR; a box taller than wide is laid on its side. `ends`, in heights, are
    added at both: boxes of small print cut their first and last characters."""
    return [_cut(pixels, quad, ends) for quad in quads]


def half_turned(crop: Array) -> Array:
    return np.ascontiguousarray(crop[::-1, ::-1])


def _cut(pixels: Array, quad: Array, ends: float) -> Array:
    quad = np.asarray(quad, np.float32)
    if _height(quad) >= 1.5 * _width(quad):
        quad = np.roll(quad, -1, axis=0)
    quad = _widened(quad, ends)
    scale = LINE_HEIGHT / _height(quad)
    size = (max(round(_width(quad) * scale), 4), LINE_HEIGHT)
    if scale < 0.5:
        # far too many pixels: warping alone would skip most of them
        left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 2, 0)
        right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 2
        part = pixels[top:bottom, left:right]
        smaller = 2 * scale
        pixels = cv2.resize(part, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA)
        quad = (quad - np.array([left, top], np.float32)) * np.float32(smaller)
    corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    crop: Array = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return crop


def _widened(quad: Array, ends: float) -> Array:
    along = quad[1] - quad[0]
    length = max(float(np.linalg.norm(along)), 1.0)
    step = along / length * (ends * float(np.linalg.norm(quad[3] - quad[0])))
    widened: Array = quad + np.stack([-step, step, step, -step])
    return widened


def _width(quad: Array) -> float:
    return max(float(np.linalg.norm(quad[0] - quad[1])), float(np.linalg.norm(quad[3] - quad[2])), 4.0)


def _height(quad: Array) -> float:
    return max(float(np.linalg.norm(quad[0] - quad[3])), float(np.linalg.norm(quad[1] - quad[2])), 4.0)
