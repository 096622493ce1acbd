"""Further ways for a receipt to reach us: a screenshot, a shaken hand, thin paper with print on its back, a sharp fold."""

from dataclasses import replace
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from insurance.simulators.receipts.camera import invent_shot, photograph_sheet
from insurance.simulators.receipts.degrade import jpeg, png
from insurance.simulators.receipts.fonts import font
from insurance.simulators.receipts.scenes import SCENES, Scene
from insurance.simulators.receipts.sheet import Sheet

Array = np.ndarray[Any, Any]


def screenshot(sheet: Sheet, rng: Random) -> bytes:
    """An app's page as the phone saves it, the receipt as wide as the screen."""
    width = 1290
    receipt = sheet.image.resize(
        (width, round(sheet.image.height * width / sheet.image.width)), Image.Resampling.LANCZOS
    )
    page = Image.new("RGB", (width, receipt.height + 640), (255, 255, 255))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, width, 230), fill=rng.choice(((22, 119, 255), (7, 193, 96), (255, 255, 255))))
    pen.text(
        (70, 60),
        f"{rng.randrange(7, 23)}:{rng.randrange(60):02d}",
        font=font("hei-bold", 44),
        fill=(20, 20, 20),
        anchor="lm",
    )
    pen.text((width / 2, 165), "电子票据", font=font("hei", 50), fill=(20, 20, 20), anchor="mm")
    page.paste(receipt, (0, 300))
    pen.text((width / 2, receipt.height + 440), "长按图片保存", font=font("hei", 40), fill=(150, 150, 150), anchor="mm")
    return png(page) if rng.random() < 0.4 else jpeg(np.asarray(page), 82)


def shaken(sheet: Sheet, rng: Random) -> bytes:
    """The hand moved a few pixels while the shutter was open."""
    shot = replace(invent_shot(rng, upright=_tall(sheet)), blur=0.7)
    photo = photograph_sheet(np.asarray(sheet.image), shot, rng)
    length, angle = rng.randrange(4, 7), rng.uniform(0, 180)
    streak = np.zeros((9, 9), np.float32)
    streak[4, 4 - length // 2 : 5 + length // 2] = 1
    turned = cv2.warpAffine(streak, cv2.getRotationMatrix2D((4, 4), angle, 1.0), (9, 9))
    return jpeg(cv2.filter2D(photo, -1, turned / turned.sum()), 86)


def show_through(sheet: Sheet, rng: Random) -> bytes:
    """Print of the back, mirrored and pale."""
    pixels = np.asarray(sheet.image, np.float32)
    back = cv2.GaussianBlur(pixels[::-1, ::-1][:, ::-1], (0, 0), 2.2)
    thin = pixels - (255 - back) * rng.uniform(0.1, 0.2)
    flat = np.clip(thin, 0, 255).astype(np.uint8)
    return jpeg(photograph_sheet(flat, invent_shot(rng, upright=_tall(sheet)), rng), 84)


def folded(sheet: Sheet, rng: Random) -> bytes:
    """Folded into four and opened again: each quarter has light of its own."""
    pixels = np.asarray(sheet.image, np.float32)
    height, width = pixels.shape[:2]
    x, y = round(width * rng.uniform(0.42, 0.58)), round(height * rng.uniform(0.42, 0.58))
    light = np.ones((height, width), np.float32)
    for rows in (slice(0, y), slice(y, height)):
        for columns in (slice(0, x), slice(x, width)):
            light[rows, columns] = rng.uniform(0.74, 1.0)
    soft: Array = cv2.GaussianBlur(light, (0, 0), 3)
    across = (
        np.exp(-np.abs(np.arange(width) - x) / 2.5)[None, :] + np.exp(-np.abs(np.arange(height) - y) / 2.5)[:, None]
    )
    crease = np.float32(1) - np.float32(0.18) * across.astype(np.float32)
    flat = np.clip(pixels * (soft * crease)[:, :, None], 0, 255).astype(np.uint8)
    return jpeg(photograph_sheet(flat, invent_shot(rng, upright=_tall(sheet)), rng), 84)


HELD_OUT_SCENES: dict[str, Scene] = {
    "screenshot": screenshot,
    "glare": SCENES["glare"],
    "shaken": shaken,
    "screen": SCENES["screen"],
    "show_through": show_through,
    "folded": folded,
}


def _tall(sheet: Sheet) -> bool:
    return sheet.canvas.height > sheet.canvas.width
