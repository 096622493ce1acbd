"""A receipt as a careful parent sends it, for tests and the demo: the degradations of a corpus, mildly."""

from random import Random
from typing import Any, Literal

import numpy as np
from PIL import Image

from insurance.simulators.receipts.camera import Shot, photograph_sheet
from insurance.simulators.receipts.degrade import jpeg, png, sent_twice
from insurance.simulators.receipts.papers import crumple, scan

Style = Literal["clean", "scan", "phone", "turned", "chat", "crumpled"]
Array = np.ndarray[Any, Any]

STYLES: tuple[Style, ...] = ("clean", "scan", "phone", "turned", "chat", "crumpled")


def photograph(image: Image.Image, style: Style, seed: int) -> bytes:
    """The file that a parent would send; PNG for `clean`, JPEG otherwise. Equal arguments give equal bytes."""
    rng = Random(f"photo-{style}-{seed}")
    pixels = np.asarray(image.convert("RGB"))
    match style:
        case "clean":
            return png(image)
        case "scan":
            return jpeg(scan(pixels, rng, on_page=False, mild=True), 86)
        case "phone":
            return jpeg(_near(pixels, rng), 88)
        case "turned":
            return jpeg(np.rot90(_near(pixels, rng), rng.choice((1, 2, 3))), 86)
        case "chat":
            return sent_twice(pixels, rng.choice((1600, 1280)), rng)
        case "crumpled":
            return jpeg(_near(crumple(pixels, rng, folds=6), rng), 86)


def _near(pixels: Array, rng: Random) -> Array:
    upright = pixels.shape[0] > pixels.shape[1]
    shot = Shot(
        width=2400,
        fill=0.95,
        turn=rng.uniform(-2, 2),
        tilt=rng.uniform(0.004, 0.014),
        blur=0.7,
        shadow=0.15,
        upright=upright,
    )
    return photograph_sheet(pixels, shot, rng)
