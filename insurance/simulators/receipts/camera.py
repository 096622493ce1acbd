"""A phone's photograph of sheets on a desk: perspective, uneven light, shadow, blur, grain."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Shot:
    """How the picture is taken. `width` in pixels of a 4:3 picture, `fill` what the sheet takes of it, `turn` in degrees,
    `tilt` how far corners stray (share of the width), `blur` sigma in pixels, `shadow` how dark it gets."""

    width: int
    fill: float
    turn: float
    tilt: float
    blur: float
    shadow: float
    upright: bool = False


def invent_shot(rng: Random, *, upright: bool = False) -> Shot:
    return Shot(
        width=rng.choice((2000, 2400, 2800)),
        fill=rng.uniform(0.88, 0.96),
        turn=rng.uniform(-5, 5),
        tilt=rng.uniform(0.004, 0.022),
        blur=rng.uniform(0.9, 1.9),
        shadow=rng.uniform(0.1, 0.45),
        upright=upright,
    )


def photograph_sheet(
    pixels: Array, shot: Shot, rng: Random, mask: Array | None = None, fingers: Sequence[Array] = ()
) -> Array:
    """The sheet on a desk as a picture of 4:3, or 3:4 where `shot.upright`. `mask` (0-255) is where paper is, everywhere when
    None; `fingers` are outlines in the sheet's pixels of what lies on it."""
    width = shot.width
    height = round(width * 4 / 3) if shot.upright else round(width * 3 / 4)
    noise = np.random.default_rng(rng.randrange(2**32))
    matrix = _place(pixels.shape[1], pixels.shape[0], width, height, shot, rng)
    size = (width, height)
    picture = _desk(width, height, rng, noise)
    flat = np.full(pixels.shape[:2], 255, np.uint8) if mask is None else mask
    where = cv2.warpPerspective(flat, matrix, size)
    fallen = np.roll(where, (round(width * 0.006), round(width * 0.005)), (0, 1))
    under = cv2.resize(fallen, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    under = cv2.resize(cv2.GaussianBlur(under, (0, 0), width * 0.0015), size)
    # in place from here: a picture of 8 million points is 90 MB
    picture *= (1 - under.astype(np.float32) * np.float32(0.55 / 255))[:, :, None]
    paper = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_AREA).astype(np.float32)
    paper -= picture
    paper *= (where.astype(np.float32) / 255)[:, :, None]
    picture += paper
    del paper
    for outline in fingers:
        picture = _cover(picture, cv2.perspectiveTransform(outline[None].astype(np.float32), matrix)[0], rng)
    picture *= _light(width, height, shot, rng)[:, :, None]
    picture *= np.array([rng.uniform(0.97, 1.03), 1.0, rng.uniform(0.9, 1.02)], np.float32)
    seen = cv2.GaussianBlur(grainy(picture, noise, rng.uniform(2.0, 9.0)), (0, 0), shot.blur)
    return grainy(seen, noise, rng.uniform(0.8, 2.6))


def _cover(picture: Array, outline: Array, rng: Random) -> Array:
    """A finger: skin, rounder towards its middle."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline.astype(np.int32)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), 3)[:, :, None].astype(np.float32) / 255
    reach = max(float(np.ptp(outline[:, 0])), float(np.ptp(outline[:, 1])), 8.0) / 9
    small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    round_ = cv2.resize(cv2.GaussianBlur(small, (0, 0), reach / 4), (mask.shape[1], mask.shape[0]))
    skin = np.array(rng.choice(((224, 172, 140), (198, 144, 112), (236, 190, 164))), np.float32)
    shaded = skin * (0.62 + 0.42 * round_[:, :, None].astype(np.float32) / 255)
    covered: Array = picture * (1 - soft) + shaded * soft
    return covered


def grainy(pixels: Array, noise: np.random.Generator, amount: float) -> Array:
    """Pixels of any kind as 0-255 with grain."""
    grained = pixels.astype(np.float32)
    grain = noise.standard_normal(pixels.shape[:2], np.float32)
    grain *= np.float32(amount)
    grained += grain[:, :, None]
    np.clip(grained, 0, 255, out=grained)
    return grained.astype(np.uint8)


def _place(paper_w: int, paper_h: int, width: int, height: int, shot: Shot, rng: Random) -> Array:
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64) * (paper_w / 2, paper_h / 2)
    angle = np.radians(shot.turn)
    turned = corners @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    reach = min(width / np.ptp(turned[:, 0]), height / np.ptp(turned[:, 1])) * shot.fill
    stray = np.array([(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(4)]) * shot.tilt * width
    target = turned * reach + (width / 2, height / 2) + stray
    source = corners + np.array((paper_w / 2, paper_h / 2))
    matrix: Array = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    return matrix


def _desk(width: int, height: int, rng: Random, noise: np.random.Generator) -> Array:
    """Wood (streaks), cloth or stone (blotches) or a plain table."""
    kind = rng.choice(("wood", "wood", "cloth", "plain"))
    base = np.array(
        rng.choice(((112, 78, 50), (160, 128, 92), (64, 66, 74), (92, 104, 98), (178, 172, 164))), np.float32
    )
    rough = noise.standard_normal((height // 8 + 1, width // 8 + 1)).astype(np.float32)
    blurred: Array = cv2.GaussianBlur(
        rough, (0, 0), sigmaX=30 if kind == "wood" else 2.5, sigmaY=1 if kind == "wood" else 2.5
    )
    blotches: Array = cv2.resize(np.float32(1 / max(float(blurred.std()), 1e-6)) * blurred, (width, height))
    strength = {"wood": 11.0, "cloth": 7.0, "plain": 2.0}[kind]
    return blotches[:, :, None] * np.float32(strength) + base


def _light(width: int, height: int, shot: Shot, rng: Random) -> Array:
    """A slope, a darker rim, and the soft shadow of whoever holds the phone."""
    xs = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    ys = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    slope = rng.uniform(0.8, 0.95) + 0.16 * (rng.uniform(-1, 1) * xs + rng.uniform(-1, 1) * ys)
    rim = 1 - rng.uniform(0.05, 0.3) * (xs**2 + ys**2)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.4)
    edge = (xs * np.cos(angle) + ys * np.sin(angle) - offset) / rng.uniform(0.03, 0.12)
    shadow = 1 - shot.shadow / (1 + np.exp(-edge))
    light: Array = slope * rim * shadow
    return light
