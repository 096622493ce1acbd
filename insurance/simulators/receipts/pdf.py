"""Receipts as PDF files with a text layer, as hospitals and platforms send them: one page for each sheet."""

from collections.abc import Sequence

import numpy as np

from insurance.simulators.receipts.canvas import Canvas, Mark
from insurance.simulators.receipts.degrade import jpeg

# 200 pixels and 72 points are an inch
_POINTS = 72 / 200
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [<< /Type /Font "
    b"/Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
    b"/DW 1000 /W [1 95 500] /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox "
    b"[-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>] >>"
)


def as_pdf(canvases: Sequence[Canvas], *, values_last: bool = False) -> bytes:
    """Lines, seals and codes are a picture below; the words are text, in a font that readers of PDF have. `values_last`: the
    labels of the form come first in the file, and what was filled in after all of them."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT]
    kids = []
    for canvas in canvases:
        first = len(objects) + 1
        kids.append(f"{first} 0 R")
        objects += _page(canvas, first, values_last)
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _file(objects)


def _page(canvas: Canvas, first: int, values_last: bool) -> list[bytes]:
    """Three objects: the page, its content, the picture."""
    width, height = canvas.width * _POINTS, canvas.height * _POINTS
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Contents {first + 1} 0 R "
        f"/Resources << /Font << /F1 3 0 R >> /XObject << /Im {first + 2} 0 R >> >> >>"
    )
    marks = sorted(canvas.marks, key=lambda mark: mark.field is not None) if values_last else canvas.marks
    words = "\n".join(_word(mark, canvas.height) for mark in marks)
    content = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im Do Q\n{words}".encode("ascii")
    picture = jpeg(np.asarray(canvas.without_words()), 88)
    head = (
        f"<< /Type /XObject /Subtype /Image /Width {canvas.width} /Height {canvas.height} /ColorSpace /DeviceRGB "
        f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(picture)} >>"
    )
    return [
        page.encode(),
        _stream(f"<< /Length {len(content)} >>".encode(), content),
        _stream(head.encode(), picture),
    ]


def _word(mark: Mark, height: int) -> str:
    x0, y0, x1, y1 = mark.box
    size = mark.size * _POINTS
    nominal = sum(0.5 if ord(character) < 128 else 1.0 for character in mark.text) * mark.size
    stretch = 100 * (x1 - x0) / max(nominal, 1)
    baseline = (height - (y0 + y1) / 2) * _POINTS - size * 0.36
    red, green, blue = (value / 255 for value in mark.ink)
    return (
        f"BT {red:.2f} {green:.2f} {blue:.2f} rg /F1 {size:.2f} Tf {stretch:.1f} Tz {x0 * _POINTS:.2f} {baseline:.2f} Td "
        f"<{mark.text.encode('utf-16-be').hex()}> Tj ET"
    )


def _stream(head: bytes, content: bytes) -> bytes:
    return head + b"\nstream\n" + content + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    file = b"%PDF-1.5\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    tail += f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + tail.encode()
