"""Paper to print on: text, rules, seals and a QR code, in pixels at 200 dpi."""

import math

import zxingcpp
from PIL import Image, ImageDraw

from insurance.simulators.receipts.fonts import Face, font

Ink = tuple[int, int, int]

BLACK: Ink = (38, 38, 42)
RED: Ink = (196, 72, 46)
BLUE: Ink = (32, 62, 140)
SEAL: Ink = (214, 40, 44)


class Canvas:
    """Remembers every printed string in `texts`."""

    def __init__(self, width: int, height: int, paper: Ink = (255, 255, 255)) -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.texts: list[str] = []

    def text(
        self, x: float, y: float, text: str, size: int, ink: Ink = BLACK, face: Face = "song", anchor: str = "lm"
    ) -> float:
        """Print and give back the right edge."""
        if text:
            self.draw.text((x, y), text, font=font(face, size), fill=ink, anchor=anchor)
            self.texts.append(text)
        return x + font(face, size).getlength(text)

    def pair(
        self, x: float, y: float, label: str, value: str, size: int, ink: Ink, face: Face = "hei", drop: float = 0
    ) -> None:
        """A printed label and what was filled in behind it; `drop` is how far the printer missed the line."""
        end = self.text(x, y, label, size, ink, face)
        self.text(end + size * 0.25 + drop, y + drop, value, size)

    def box(self, x0: float, y0: float, x1: float, y1: float, ink: Ink, width: int = 3) -> None:
        self.draw.rectangle((x0, y0, x1, y1), outline=ink, width=width)

    def line(self, x0: float, y0: float, x1: float, y1: float, ink: Ink, width: int = 2) -> None:
        self.draw.line((x0, y0, x1, y1), fill=ink, width=width)

    def seal(self, x: float, y: float, rx: int, ry: int, around: str, middle: str) -> None:
        """A seal (监制章, 收费专用章) over what is printed below it."""
        layer = Image.new("RGBA", (2 * rx + 20, 2 * ry + 20), (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        cx, cy = rx + 10, ry + 10
        pen.ellipse((10, 10, 10 + 2 * rx, 10 + 2 * ry), outline=(*SEAL, 190), width=4)
        size = max(ry // 5, 14)
        for i, character in enumerate(around):
            angle = math.radians(-205 + 230 * (i + 0.5) / len(around))
            px, py = cx + (rx - size) * math.cos(angle), cy + (ry - size) * math.sin(angle)
            glyph = Image.new("RGBA", (size * 2, size * 2), (0, 0, 0, 0))
            ImageDraw.Draw(glyph).text((size, size), character, font=font("song", size), fill=(*SEAL, 170), anchor="mm")
            turned = glyph.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
            layer.alpha_composite(turned, (max(int(px - size), 0), max(int(py - size), 0)))
        pen.text((cx, cy + ry * 0.55), middle, font=font("song", size), fill=(*SEAL, 180), anchor="mm")
        self.image.paste(layer, (int(x - cx), int(y - cy)), layer)

    def qr(self, x: int, y: int, side: int, payload: str) -> None:
        code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
        pixels = zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=False)
        self.image.paste(Image.fromarray(pixels).convert("RGB").resize((side, side), Image.Resampling.NEAREST), (x, y))
