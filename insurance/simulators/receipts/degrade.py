"""How a receipt reaches us: the classes of the sample set. Equal arguments give equal bytes."""

import io
from dataclasses import replace
from random import Random
from typing import Any, Literal

import numpy as np
from PIL import Image

from insurance.simulators.receipts.camera import invent_shot, photograph_sheet
from insurance.simulators.receipts.papers import crumple, scan, shrink

Degradation = Literal["clean", "scan200", "phone", "phone_turned", "wechat1280", "wechat900", "crumpled"]
DEGRADATIONS: tuple[Degradation, ...] = (
    "clean",
    "scan200",
    "phone",
    "phone_turned",
    "wechat1280",
    "wechat900",
    "crumpled",
)

Array = np.ndarray[Any, Any]


def degrade(image: Image.Image, how: Degradation, rng: Random) -> tuple[bytes, int]:
    """The file that a parent sends (PNG for `clean`, JPEG otherwise), and by how many degrees it is turned
    counter-clockwise."""
    pixels = np.asarray(image.convert("RGB"))
    upright = pixels.shape[0] > pixels.shape[1]
    match how:
        case "clean":
            return png(image), 0
        case "scan200":
            return jpeg(scan(pixels, rng), rng.randrange(72, 92)), 0
        case "phone":
            return jpeg(_photographed(pixels, rng, upright), rng.randrange(70, 90)), 0
        case "phone_turned":
            quarters = rng.choice((1, 2, 3))
            return jpeg(np.rot90(_photographed(pixels, rng, upright), quarters), rng.randrange(70, 90)), 90 * quarters
        case "wechat1280":
            return sent_twice(_close_up(pixels, rng, upright) if rng.random() < 0.6 else pixels, 1280, rng), 0
        case "wechat900":
            return sent_twice(_close_up(pixels, rng, upright) if rng.random() < 0.6 else pixels, 900, rng), 0
        case "crumpled":
            creased = crumple(pixels, rng)
            if rng.random() < 0.8:
                creased = _photographed(creased, rng, upright)
            return jpeg(creased, rng.randrange(70, 88)), 0


def _photographed(pixels: Array, rng: Random, upright: bool) -> Array:
    return photograph_sheet(pixels, invent_shot(rng, upright=upright), rng)


def _close_up(pixels: Array, rng: Random, upright: bool) -> Array:
    """Of what is sent in a chat and made small there, what can still be read: the sheet fills the picture."""
    shot = invent_shot(rng, upright=upright)
    near = replace(shot, fill=rng.uniform(0.94, 0.98), turn=shot.turn * 0.4, blur=shot.blur * 0.8)
    return photograph_sheet(pixels, near, rng)


def sent_twice(pixels: Array, side: int, rng: Random) -> bytes:
    """Made smaller and compressed by a chat, saved, and sent on."""
    once = jpeg(shrink(pixels, side), rng.randrange(56, 76))
    return jpeg(np.asarray(Image.open(io.BytesIO(once))), rng.randrange(48, 70))


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=3)
    return file.getvalue()


def jpeg(pixels: Array, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    return file.getvalue()
