"""Red seals (收费专用章, 监制章) stand over labels and names. They are weakened before lines are looked for."""

from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]


def weaken_seal(pixels: Array, strength: float = 0.8) -> Array:
    """Grey in three channels, with what red ink took away mostly given back: a seal fades, black print under it stays.
    `pixels` is BGR; at `strength` 1 red labels nearly fade too."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
    red = pixels[:, :, 2].astype(np.float32)
    faded = np.clip(grey + strength * np.maximum(red - grey, 0), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(faded, cv2.COLOR_GRAY2BGR))
