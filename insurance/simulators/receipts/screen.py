"""A receipt on a screen, photographed: the window or the app around it, pixels, moiré, a bezel."""

from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from insurance.simulators.receipts.camera import Shot, photograph_sheet
from insurance.simulators.receipts.fonts import font

Array = np.ndarray[Any, Any]


def photograph_screen(image: Image.Image, rng: Random) -> Array:
    """The picture that a phone takes of a monitor or of another phone."""
    phone = image.height > image.width or rng.random() < 0.4
    shown = _on_phone(image, rng) if phone else _on_monitor(image, rng)
    pixels = np.asarray(_bezel(shown)).astype(np.float32) * np.array((0.94, 0.98, 1.05), np.float32)
    pixels = np.clip(pixels * 0.93 + 10, 0, 255).astype(np.uint8)
    shot = Shot(
        width=2000 if phone else 2400,
        fill=rng.uniform(0.95, 1.0),
        turn=rng.uniform(-3, 3),
        tilt=rng.uniform(0.006, 0.02),
        blur=rng.uniform(0.5, 0.8),
        shadow=rng.uniform(0.0, 0.1),
        upright=phone,
    )
    return _moire(photograph_sheet(pixels, shot, rng), rng)


def _on_phone(image: Image.Image, rng: Random) -> Image.Image:
    """An app's page: status bar, title, the receipt over the whole width, buttons."""
    width, dark = 1240, rng.random() < 0.3
    scale = width / image.width
    receipt = image.resize((width, round(image.height * scale)), Image.Resampling.LANCZOS)
    height = max(receipt.height + 520, 1500)
    page = Image.new("RGB", (width, height), (24, 24, 26) if dark else (244, 245, 247))
    pen = ImageDraw.Draw(page)
    ink = (236, 236, 236) if dark else (30, 30, 34)
    pen.text(
        (60, 50), f"{rng.randrange(7, 23)}:{rng.randrange(60):02d}", font=font("hei-bold", 34), fill=ink, anchor="lm"
    )
    pen.text((width - 60, 50), f"5G  {rng.randrange(12, 99)}%", font=font("hei", 30), fill=ink, anchor="rm")
    pen.text(
        (width / 2, 140),
        rng.choice(("票据详情", "电子票夹", "我的票据")),
        font=font("hei-bold", 40),
        fill=ink,
        anchor="mm",
    )
    pen.text((60, 140), "‹", font=font("hei", 60), fill=ink, anchor="lm")
    page.paste(receipt, (0, rng.randrange(210, max(height - receipt.height - 250, 211))))
    pen.rounded_rectangle((120, height - 170, width - 120, height - 70), 50, fill=(46, 110, 230))
    pen.text(
        (width / 2, height - 120),
        rng.choice(("保存到相册", "下载票据")),
        font=font("hei", 38),
        fill=(255, 255, 255),
        anchor="mm",
    )
    return page


def _on_monitor(image: Image.Image, rng: Random) -> Image.Image:
    """A viewer's window with its bar above the receipt."""
    page = Image.new("RGB", (image.width + 120, image.height + 170), (82, 86, 89))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, page.width, 84), fill=(50, 54, 57))
    name = rng.choice(("票据.pdf", "电子票据_打印.pdf", "下载.pdf"))
    pen.text((40, 42), name, font=font("hei", 26), fill=(232, 234, 237), anchor="lm")
    pen.text((page.width / 2, 42), "1 / 1    -  100%  +", font=font("hei", 26), fill=(232, 234, 237), anchor="mm")
    page.paste(image, (60, 120))
    return page


def _bezel(page: Image.Image) -> Image.Image:
    framed = Image.new("RGB", (page.width + 60, page.height + 60), (16, 16, 18))
    framed.paste(page, (30, 30))
    return framed


def _moire(pixels: Array, rng: Random) -> Array:
    """Bands of changing colour where the grids of screen and sensor meet, and what is left of the grid itself."""
    height, width = pixels.shape[:2]
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    angle, period = rng.uniform(0, np.pi), rng.uniform(26, 90)
    bend = rng.uniform(2e-4, 9e-4)
    wave = (xs * np.cos(angle) + ys * np.sin(angle) + bend * (xs - width / 2) ** 2) * np.float32(2 * np.pi / period)
    strength, fine = np.float32(rng.uniform(0.025, 0.07)), np.float32(rng.uniform(0.01, 0.03))
    grid = 1 - fine * (np.sin(np.arange(width) * 2.45)[None, :] + np.sin(np.arange(height) * 2.4)[:, None])
    lit = np.empty_like(pixels)
    for channel, phase in enumerate((0.0, 1.1, 2.3)):
        band = np.sin(wave + np.float32(phase)) * strength + 1
        lit[:, :, channel] = np.clip(pixels[:, :, channel] * band * grid.astype(np.float32), 0, 255)
    return lit
