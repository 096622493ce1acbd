"""Seals and QR codes."""

import math

import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from insurance.simulators.receipts.fonts import font
from insurance.simulators.receipts.inks import Ink

SEAL: Ink = (214, 40, 44)


def draw_seal(
    sheet: Image.Image,
    at: tuple[float, float],
    radii: tuple[int, int],
    around: str,
    middle: str,
    star: bool = False,
    ink: Ink = SEAL,
) -> None:
    """An oval with words along its upper edge and a line in its lower half."""
    rx, ry = radii
    layer = Image.new("RGBA", (2 * rx + 20, 2 * ry + 20), (*ink, 0))
    pen = ImageDraw.Draw(layer)
    cx, cy = rx + 10, ry + 10
    pen.ellipse((10, 10, 10 + 2 * rx, 10 + 2 * ry), outline=(*ink, 190), width=4)
    size = max(ry // 5, 14)
    for i, character in enumerate(around):
        angle = math.radians(-205 + 230 * (i + 0.5) / len(around))
        px, py = cx + (rx - size) * math.cos(angle), cy + (ry - size) * math.sin(angle)
        glyph = Image.new("RGBA", (size * 2, size * 2), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text((size, size), character, font=font("song", size), fill=(*ink, 170), anchor="mm")
        turned = glyph.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        layer.alpha_composite(turned, (max(int(px - size), 0), max(int(py - size), 0)))
    if star:
        pen.polygon(_star(cx, cy, ry * 0.26), fill=(*ink, 150))
    pen.text((cx, cy + ry * 0.55), middle, font=font("song", size), fill=(*ink, 180), anchor="mm")
    _press(sheet, layer, (int(at[0] - cx), int(at[1] - cy)))


def _star(x: float, y: float, reach: float) -> list[tuple[float, float]]:
    corners = []
    for i in range(10):
        length = reach if i % 2 == 0 else reach * 0.4
        angle = math.pi * (i / 5 - 0.5)
        corners.append((x + length * math.cos(angle), y + length * math.sin(angle)))
    return corners


def draw_stamp(
    sheet: Image.Image, at: tuple[float, float], text: str, size: int, angle: float, ink: Ink = SEAL
) -> None:
    """A framed word (作废, 红冲, 现金收讫), turned by `angle` degrees."""
    letters = font("hei-bold", size)
    width, height = int(letters.getlength(text)) + size, int(size * 1.7)
    layer = Image.new("RGBA", (width, height), (*ink, 0))
    pen = ImageDraw.Draw(layer)
    pen.rectangle((4, 4, width - 5, height - 5), outline=(*ink, 180), width=max(size // 14, 3))
    pen.text((width / 2, height / 2), text, font=letters, fill=(*ink, 175), anchor="mm")
    turned = layer.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    place = (int(at[0] - turned.width / 2), int(at[1] - turned.height / 2))
    _press(sheet, turned, place)


def _press(sheet: Image.Image, layer: Image.Image, place: tuple[int, int]) -> None:
    """Ink on ink only darkens."""
    below = sheet.crop((*place, place[0] + layer.width, place[1] + layer.height))
    pressed = Image.new("RGB", layer.size, (255, 255, 255))
    pressed.paste(layer, (0, 0), layer)
    sheet.paste(ImageChops.multiply(below, pressed), place)


def draw_qr(sheet: Image.Image, at: tuple[int, int], side: int, payload: str) -> None:
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    pixels = zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=False)
    sheet.paste(Image.fromarray(pixels).convert("RGB").resize((side, side), Image.Resampling.NEAREST), at)
