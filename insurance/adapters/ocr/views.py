"""Pages as people look at them: upright as the reader found them, made anew from the pixels, so that nothing else of the file is
in them: no EXIF, no position, no trailer, no script."""

import io
from collections.abc import Iterator, Sequence

from PIL import Image

from insurance.adapters.ocr.long_pages import longest_side
from insurance.adapters.ocr.pdf import open_page
from insurance.adapters.ocr.reading import unpack
from insurance.adapters.ports import PageView
from insurance.adapters.storage.content import Content, open_image, open_pdf

MAX_SIDE = 2000
_QUALITY = 82
# of a side, what libjpeg writes
_MAX_JPEG_SIDE = 65_500


def draw_views(data: bytes, content: Content, turned_ccw: Sequence[int] = ()) -> list[PageView]:
    """Every page; `turned_ccw` are the degrees by which the reader found each one turned. Raises `ReadingRefused`."""
    turns = [*turned_ccw, *[0] * content.pages]
    return [_view(page, turn) for page, turn in zip(_pages(data, content), turns, strict=False)]


def _pages(data: bytes, content: Content) -> Iterator[Image.Image]:
    if content.kind != "pdf":
        image = open_image(data)
        for number in range(content.pages):
            yield unpack(image, number, MAX_SIDE)
        return
    document = open_pdf(data)
    try:
        for number in range(content.pages):
            yield open_page(document, number)[0]
    finally:
        document.close()


def _view(page: Image.Image, turned_ccw: int) -> PageView:
    longest = min(longest_side(*page.size, MAX_SIDE), _MAX_JPEG_SIDE)
    page.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = page.rotate(-turned_ccw, expand=True) if turned_ccw % 360 else page
    # a comment of the original's would be written along
    upright.info.clear()
    file = io.BytesIO()
    upright.save(file, "JPEG", quality=_QUALITY)
    return PageView(file.getvalue(), upright.width, upright.height)
