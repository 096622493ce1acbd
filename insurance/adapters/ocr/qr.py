"""QR codes on the original pixels. The text alone is used; an address in it is never fetched."""

import zxingcpp
from PIL import Image

Place = tuple[float, float]


def read_qr(image: Image.Image, turned_ccw: int = 0) -> tuple[tuple[str, ...], tuple[Place, ...]]:
    """Payloads of every QR code on the image, top to bottom, and the middle of each in pixels of the page made upright."""
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    told = [code for code in sorted(found, key=lambda c: c.position.top_left.y) if code.text]
    return tuple(code.text for code in told), tuple(
        _upright(_middle(code.position), image.size, turned_ccw) for code in told
    )


def _middle(where: zxingcpp.Position) -> Place:
    corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    return sum(corner.x for corner in corners) / 4, sum(corner.y for corner in corners) / 4


def _upright(place: Place, size: tuple[int, int], turned_ccw: int) -> Place:
    """Where a point of the picture lies when the picture is turned back."""
    (x, y), (width, height) = place, size
    turned = {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
    return turned.get(turned_ccw % 360, place)
