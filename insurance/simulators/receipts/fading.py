"""Thermal print that has lost colour in bands and spots, never so far that a person could not read it."""

from random import Random

import cv2
import numpy as np
from PIL import Image

from insurance.simulators.receipts.canvas import Canvas


def fade(canvas: Canvas, rng: Random, most: float = 0.5) -> None:
    """Print loses up to `most` of its colour."""
    seed = rng.randrange(2**32)
    height, width = canvas.height, canvas.width

    def bleach(sheet: Image.Image) -> None:
        noise = np.random.default_rng(seed)
        coarse = noise.random((max(height // 90, 2), max(width // 160, 2)), np.float32)
        lost = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)[:, :, None] * most
        pixels = np.asarray(sheet, np.float32)
        paper = np.array(canvas.paper, np.float32)
        sheet.paste(Image.fromarray((pixels + (paper - pixels) * lost).astype(np.uint8)))

    canvas.stroke(bleach)
