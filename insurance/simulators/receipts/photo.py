"""How a receipt reaches us: as drawn, scanned, photographed on a table, turned, sent through a chat, or crumpled."""

import io
from random import Random
from typing import Any, Literal

import cv2
import numpy as np
from PIL import Image

Style = Literal["clean", "scan", "phone", "turned", "chat", "crumpled"]
Array = np.ndarray[Any, Any]

STYLES: tuple[Style, ...] = ("clean", "scan", "phone", "turned", "chat", "crumpled")


def photograph(image: Image.Image, style: Style, seed: int) -> bytes:
    """The file that a parent would send; PNG for `clean`, JPEG otherwise. Equal arguments give equal bytes."""
    rng = Random(f"photo-{style}-{seed}")
    noise = np.random.default_rng(seed)
    pixels = np.asarray(image.convert("RGB"))
    match style:
        case "clean":
            return _png(image)
        case "scan":
            return _jpeg(_scanned(pixels, rng, noise), rng.randrange(72, 92))
        case "phone":
            return _jpeg(_on_table(pixels, rng, noise), rng.randrange(78, 92))
        case "turned":
            return _jpeg(np.rot90(_on_table(pixels, rng, noise), rng.choice((1, 2, 3))), 85)
        case "chat":
            small = _shrunk(_on_table(pixels, rng, noise) if rng.random() < 0.5 else pixels, rng.choice((1600, 1280)))
            return _jpeg(np.asarray(Image.open(io.BytesIO(_jpeg(small, 75)))), 68)
        case "crumpled":
            return _jpeg(_on_table(_crumpled(pixels, rng), rng, noise), 84)


def turned_ccw(style: Style, seed: int) -> int:
    """How far `photograph` turns the picture, in degrees."""
    if style != "turned":
        return 0
    rng = Random(f"photo-{style}-{seed}")
    _table_draws(rng)
    return 90 * rng.choice((1, 2, 3))


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _jpeg(pixels: Array, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _shrunk(pixels: Array, side: int) -> Array:
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    small: Array = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small


def _scanned(pixels: Array, rng: Random, noise: np.random.Generator) -> Array:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.2, 1.2), 1.0)
    skewed = cv2.warpAffine(pixels, turn, (width, height), borderValue=(250, 250, 250), flags=cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        skewed = cv2.cvtColor(cv2.cvtColor(skewed, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return _grainy(skewed, noise, 4.0)


def _table_draws(rng: Random) -> tuple[int, list[float], tuple[int, ...], float, float, float]:
    width = rng.choice((2000, 2400, 2800))
    corners = [rng.uniform(0.03, 0.09) for _ in range(8)]
    desk = tuple(rng.randrange(40, 150) for _ in range(3))
    return width, corners, desk, rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(0.3, 1.0)


def _on_table(pixels: Array, rng: Random, noise: np.random.Generator) -> Array:
    """Perspective, uneven light, a little blur and grain."""
    width, corners, desk, light_x, light_y, blur = _table_draws(rng)
    height = round(width * 0.75)
    paper_h, paper_w = pixels.shape[:2]
    reach = min(width * 0.94 / paper_w, height * 0.94 / paper_h)
    left, top = (width - paper_w * reach) / 2, (height - paper_h * reach) / 2
    c = [v * width * 0.35 for v in corners]
    right, bottom = width - left, height - top
    target = [
        (left + c[0], top + c[1]),
        (right - c[2], top + c[3]),
        (right - c[4], bottom - c[5]),
        (left + c[6], bottom - c[7]),
    ]
    source = [(0, 0), (paper_w, 0), (paper_w, paper_h), (0, paper_h)]
    matrix = cv2.getPerspectiveTransform(np.array(source, np.float32), np.array(target, np.float32))
    table = np.full((height, width, 3), desk, np.uint8)
    table = np.clip(table + noise.normal(0, 12, (height, 1, 1)), 0, 255).astype(np.uint8)
    warped = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((paper_h, paper_w), 255, np.uint8), matrix, (width, height))
    photo = np.where(mask[:, :, None] > 127, warped, table)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    shade = 0.86 + 0.13 * (light_x * (xs / width - 0.5) + light_y * (ys / height - 0.5))
    lit = np.clip(photo * shade[:, :, None], 0, 255).astype(np.uint8)
    return _grainy(cv2.GaussianBlur(lit, (0, 0), blur), noise, 5.0)


def _crumpled(pixels: Array, rng: Random) -> Array:
    """Straight folds, each lighter on one side and darker on the other."""
    height, width = pixels.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    shade = np.ones((height, width), np.float32)
    for _ in range(rng.randrange(4, 9)):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(0.2, 0.8)
        distance = (xs - width * offset) * np.cos(angle) + (ys - height * offset) * np.sin(angle)
        shade += np.sign(distance) * np.exp(-np.abs(distance) / rng.uniform(60, 240)) * rng.uniform(0.05, 0.14)
    folded: Array = np.clip(pixels * np.clip(shade, 0.6, 1.1)[:, :, None], 0, 255).astype(np.uint8)
    return folded


def _grainy(pixels: Array, noise: np.random.Generator, amount: float) -> Array:
    grained: Array = np.clip(pixels + noise.normal(0, amount, pixels.shape), 0, 255).astype(np.uint8)
    return grained
