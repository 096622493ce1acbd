"""QR codes on the original pixels. The text alone is used; an address in it is never fetched."""

import zxingcpp
from PIL import Image


def read_qr(image: Image.Image) -> tuple[str, ...]:
    """Payloads of every QR code on the image, top to bottom."""
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return tuple(code.text for code in sorted(found, key=lambda c: c.position.top_left.y) if code.text)
