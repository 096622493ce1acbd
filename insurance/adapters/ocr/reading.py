"""One file of evidence to readings of the receipts in it: pages, orientation, lines, QR codes, fields, proof."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from insurance.adapters.ocr.file_reading import FileReading as FileReading
from insurance.adapters.ocr.file_reading import PageRead as PageRead
from insurance.adapters.ocr.long_pages import longest_side
from insurance.adapters.ocr.pdf import open_page
from insurance.adapters.ocr.qr import read_qr
from insurance.adapters.ocr.seal import weaken_seal
from insurance.adapters.ocr.visible import is_visible
from insurance.adapters.ports import Page, PageReader
from insurance.adapters.storage.content import Content, inspect, open_image, open_pdf, refuse
from insurance.rules.receipts.codes_on_page import codes_of_each, with_others_told
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line, Quad
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import ReceiptReading
from insurance.rules.receipts.second import combine, needs_second_reading, where_to_look
from insurance.rules.receipts.split import split_receipts

MAX_SIDE = 3200


def read_file(data: bytes, reader: PageReader) -> FileReading:
    """Read a file. Raises `ReadingRefused` (a code and a Chinese reason) or `ReadingUnavailable`."""
    started, cpu = perf_counter(), process_time()
    content = inspect(data)
    pages: list[PageRead] = []
    receipts: list[ReceiptReading] = []
    for number, (page, image) in enumerate(_pages(data, content, reader)):
        source = "image" if image else "text_layer"
        pages.append(PageRead(number, page.width, page.height, page.turned_ccw, source, tuple(page.qr)))
        receipts += _receipts_of(page, number, image, reader)
    told = with_others_told(receipts, [page.qr for page in pages])
    return FileReading(content.kind, tuple(pages), told, perf_counter() - started, process_time() - cpu)


def _receipts_of(page: Page, number: int, image: Image.Image | None, reader: PageReader) -> list[ReceiptReading]:
    """The readings of every receipt on a page; lines that make no receipt give none."""
    drafts = [extract(part) for part in split_receipts(_lines(page))]
    readings = []
    for draft, codes in zip(drafts, codes_of_each(drafts, page.qr, page.qr_places), strict=True):
        reading = prove(draft, codes, number)
        if image is not None and _is_receipt(reading) and needs_second_reading(draft, reading):
            lines = where_to_look(draft, reading)
            reading = prove(combine(draft, _look_closer(lines, page, image, reader)), codes, number)
        readings.append(reading)
    return [reading for reading in readings if _is_receipt(reading)]


def _is_receipt(reading: ReceiptReading) -> bool:
    """At least a sum or a number of its own, and two fields in all."""
    told = [name for name, confidence in reading.confidence.items() if confidence > 0]
    return len(told) >= 2 and bool({"total", "total_upper", "bill_no", "items"} & set(told))


def _look_closer(lines: Sequence[Line], page: Page, image: Image.Image, reader: PageReader) -> Draft:
    """The part of the page where these lines stand, upright and with its seals weakened: the engine sees other pixels, and
    more of them."""
    boxes = [line.box for line in lines]
    if not boxes:
        return Draft()
    margin = 0.02 * page.width
    left = max(min(b[0] for b in boxes) - margin, 0)
    top = max(min(b[1] for b in boxes) - margin, 0)
    right = min(max(b[2] for b in boxes) + margin, page.width)
    bottom = min(max(b[3] for b in boxes) + margin, page.height)
    upright = image.rotate(-page.turned_ccw, expand=True).crop((int(left), int(top), int(right), int(bottom)))
    faded = weaken_seal(np.asarray(upright)[:, :, ::-1], strength=1.0)
    again = reader.read_upright(Image.fromarray(faded))
    return extract([replace(line, quad=_moved(line.quad, left, top)) for line in _lines(again)])


def _moved(quad: Quad, left: float, top: float) -> Quad:
    a, b, c, d = ((x + int(left), y + int(top)) for x, y in quad)
    return a, b, c, d


def _lines(page: Page) -> list[Line]:
    return [Line(box.text, box.box, box.score, box.scores, box.seconds) for box in page.boxes]


def _pages(data: bytes, content: Content, reader: PageReader) -> Iterator[tuple[Page, Image.Image | None]]:
    if content.kind == "pdf":
        yield from _pdf_pages(data, content, reader)
        return
    image = open_image(data)
    for number in range(content.pages):
        frame = unpack(image, number)
        yield _read_image(frame, reader), frame


def _pdf_pages(data: bytes, content: Content, reader: PageReader) -> Iterator[tuple[Page, Image.Image | None]]:
    document = open_pdf(data)
    try:
        for number in range(content.pages):
            image, text = open_page(document, number)
            if text is None or not _prints_receipt(text, image, reader):
                yield _read_image(image, reader), image
            else:
                yield Page(text.width, text.height, text.boxes, 0, *read_qr(image)), None
    finally:
        document.close()


def _prints_receipt(layer: Page, image: Image.Image, reader: PageReader) -> bool:
    """A layer without a total is the frame alone, and what was filled in is a picture; or it is a page of another kind. One whose
    values are not on the page to be seen is not believed."""
    drafts = [extract(part) for part in split_receipts(_lines(layer))]
    if all(draft.text(name) is None for draft in drafts for name in ("total", "total_upper")):
        return False
    return is_visible(drafts, image, reader)


def unpack(image: Image.Image, number: int = 0, max_side: int = MAX_SIDE) -> Image.Image:
    """The pixels of a frame, upright by EXIF, in RGB, at most `max_side` on the longest side; `longest_side` of a long one."""
    try:
        image.seek(number)
        longest, max_side = max(image.size), longest_side(*image.size, max_side)
        image.draft("RGB", (image.width * max_side // longest, image.height * max_side // longest))
        image.load()
        turned = image.info.get("exif")
        shades = _with_shades(image)
        if max(shades.size) > max_side:
            shades.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        paper = _on_white(shades)
        paper.info = {"exif": turned} if turned else {}
        return ImageOps.exif_transpose(paper)
    except (
        OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, struct.error, RuntimeError,
        OverflowError,
    ):  # fmt: skip
        raise refuse("damaged_file") from None


def _with_shades(image: Image.Image) -> Image.Image:
    """Fit to be made smaller: of two pixels in black and white, or of two colours of a palette, there is no mean."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _in_eight_bits(image)
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image.convert("L") if image.mode == "1" else image


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of more bits (scanners), or in fractions of 1: cut off at 255 it would be all white, or all black. White is what
    the bits of the brightest pixel hold."""
    brightest = max(strip.getextrema()[1] for _, strip in _strips(image))
    white = 1 if image.mode == "F" and brightest < 2 else 2 ** max(8, int(brightest).bit_length()) - 1
    grey = Image.new("L", image.size)
    for top, strip in _strips(image):
        grey.paste(strip.point(lambda shade: shade * (255 / white) + 0.5).convert("L"), (0, top))
    return grey


def _strips(image: Image.Image, height: int = 256) -> Iterator[tuple[int, Any]]:
    """So that no second picture of four bytes a pixel stands in memory."""
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(top + height, image.height)))
        yield top, strip if image.mode == "F" else strip.convert("I")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        image = paper
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _read_image(image: Image.Image, reader: PageReader) -> Page:
    page = reader.read_page(image)
    return Page(page.width, page.height, page.boxes, page.turned_ccw, *read_qr(image, page.turned_ccw))
