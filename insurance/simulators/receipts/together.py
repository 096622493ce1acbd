"""Several receipts in one picture: side by side or one above the other, each a little turned."""

from collections.abc import Sequence
from random import Random
from typing import Any, Literal

import numpy as np
from PIL import Image

from insurance.simulators.receipts.camera import Shot, photograph_sheet
from insurance.simulators.receipts.papers import scan

Array = np.ndarray[Any, Any]
Arrangement = Literal["beside", "above"]


def photograph_together(images: Sequence[Image.Image], how: Arrangement, rng: Random) -> Array:
    """One photo; reading order is left to right, or top to bottom."""
    flat, mask = _lay(images, how, rng)
    shot = Shot(
        width=3200 if flat.shape[1] > flat.shape[0] else 2400,
        fill=rng.uniform(0.93, 0.97),
        turn=rng.uniform(-2, 2),
        tilt=rng.uniform(0.004, 0.014),
        blur=rng.uniform(0.4, 0.8),
        shadow=rng.uniform(0.05, 0.3),
        upright=flat.shape[0] > flat.shape[1],
    )
    return photograph_sheet(flat, shot, rng, mask)


def scan_together(images: Sequence[Image.Image], rng: Random) -> Array:
    """One page from a copier, the receipts one above the other."""
    flat, mask = _lay(images, "above", rng, 1.2)
    white = np.where(mask[:, :, None] > 127, flat, np.uint8(252))
    return scan(white, rng, on_page=False)


def _lay(images: Sequence[Image.Image], how: Arrangement, rng: Random, most: float = 3.5) -> tuple[Array, Array]:
    """The sheets on one plane, and where they are."""
    turned = [
        image.convert("RGBA").rotate(rng.uniform(-most, most), Image.Resampling.BICUBIC, expand=True)
        for image in images
    ]
    gap = rng.randrange(30, 90)
    if how == "beside":
        width = sum(image.width for image in turned) + gap * (len(turned) + 1)
        height = max(image.height for image in turned) + 2 * gap
    else:
        width = max(image.width for image in turned) + 2 * gap
        height = sum(image.height for image in turned) + gap * (len(turned) + 1)
    plane = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    along = gap
    for image in turned:
        room = (height - image.height if how == "beside" else width - image.width) - gap
        aside = rng.randrange(gap // 2, max(room, gap // 2 + 1))
        plane.alpha_composite(image, (along, aside) if how == "beside" else (aside, along))
        along += (image.width if how == "beside" else image.height) + gap
    pixels = np.asarray(plane)
    return pixels[:, :, :3].copy(), pixels[:, :, 3].copy()
