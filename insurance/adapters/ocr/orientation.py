"""Which way up a page lies, from the boxes of its lines: no second detection."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def looks_sideways(quads: Array) -> bool:
    """Most of the length of long boxes runs upwards. Single upright characters (其他信息) are short and don't count."""
    if len(quads) == 0:
        return False
    width = np.linalg.norm(quads[:, 0] - quads[:, 1], axis=1)
    height = np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1)
    tall, wide = height > 2 * width, width > 2 * height
    return bool(height[tall].sum() > width[wide].sum())


def turn_image(pixels: Array, degrees_cw: int) -> Array:
    return np.ascontiguousarray(np.rot90(pixels, -degrees_cw // 90))


def turn_quads(quads: Array, shape: tuple[int, ...], degrees_cw: int) -> Array:
    """Corners of boxes on the page turned clockwise, again clockwise from the top left. `shape` is (height, width) before."""
    height, width = shape[:2]
    turned = quads.copy()
    for _ in range(degrees_cw // 90 % 4):
        turned = np.stack([height - turned[..., 1], turned[..., 0]], axis=-1)
        turned = np.roll(turned, 1, axis=1)
        height, width = width, height
    return turned
