"""Pages of a PDF: as a picture, and as the text layer tells them."""

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from insurance.adapters.ocr.long_pages import longest_side
from insurance.adapters.ports import Page, TextBox
from insurance.adapters.storage.content import refuse

# points are 1/72 inch: an A4 page becomes 1653 x 2339, as a scanner at 200 dpi gives it
_SCALE = 200 / 72
_MAX_SIDE = 2600
# of a pixel, where pdfium tells whole ones
_PARTS = 16


def open_page(document: pypdfium2.PdfDocument, number: int) -> tuple[Image.Image, Page | None]:
    """The page as a picture, and its text layer. Raises `ReadingRefused` `damaged_file`."""
    try:
        page = document[number]
        try:
            return _render(page), _text_page(page)
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError):
        raise refuse("damaged_file") from None


def _text_page(page: pypdfium2.PdfPage) -> Page | None:
    """The text layer as lines in pixels of the rendered page, or None when there is none to believe."""
    scale = _scale(page)
    width, height = (round(side * scale) for side in page.get_size())
    layer = page.get_textpage()
    try:
        if _hidden_text(page):
            return None
        boxes = []
        for i in range(min(layer.count_rects(), 4000)):
            left, bottom, right, top = layer.get_rect(i)
            text = layer.get_text_bounded(left, bottom, right, top).strip()
            if text:
                a, b = (_pixel(page, (width, height), point) for point in ((left, bottom), (right, top)))
                (x0, x1), (y0, y1) = sorted((a[0], b[0])), sorted((a[1], b[1]))
                boxes.append(TextBox(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), 1.0))
    finally:
        layer.close()
    return Page(width, height, tuple(boxes)) if boxes else None


def _pixel(page: pypdfium2.PdfPage, size: tuple[int, int], point: tuple[float, float]) -> tuple[float, float]:
    """Where a point of the page's own space is drawn: the page may be turned, and its box may begin anywhere."""
    x, y = ctypes.c_int(), ctypes.c_int()
    finer = (side * _PARTS for side in size)
    if not pdfium.FPDF_PageToDevice(page.raw, 0, 0, *finer, 0, *point, ctypes.byref(x), ctypes.byref(y)):
        raise refuse("damaged_file")
    return x.value / _PARTS, y.value / _PARTS


def _hidden_text(page: pypdfium2.PdfPage) -> bool:
    """Text that is there and not drawn (a scanner's own reading, or a forger's) is not what the page prints: in mode 7 it only
    clips what comes after it."""
    texts = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4)
    not_drawn = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
    return any(pdfium.FPDFTextObj_GetTextRenderMode(text.raw) in not_drawn for text in texts)


def _render(page: pypdfium2.PdfPage) -> Image.Image:
    image: Image.Image = page.render(scale=_scale(page)).to_pil()
    return image.convert("RGB")


def _scale(page: pypdfium2.PdfPage) -> float:
    width, height = page.get_size()
    if not (1 <= width <= 14_400 and 1 <= height <= 14_400):
        raise refuse("damaged_file")
    return float(min(_SCALE, longest_side(width, height, _MAX_SIDE) / max(width, height)))
