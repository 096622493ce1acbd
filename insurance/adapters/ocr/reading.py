"""One file of evidence to readings of the receipts in it: pages, orientation, lines, QR codes, fields, proof."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from PIL import Image, ImageOps

from insurance.adapters.ocr.pdf import render, text_page
from insurance.adapters.ocr.qr import read_qr
from insurance.adapters.ports import Page, PageReader
from insurance.adapters.storage.content import Content, inspect, open_image, open_pdf, refuse
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import ReceiptReading
from insurance.rules.receipts.split import split_receipts

MAX_SIDE = 3200


@dataclass(frozen=True)
class PageRead:
    """One page as it was read: upright size in pixels, how far the picture was turned, and where its text came from."""

    number: int
    width: int
    height: int
    turned_ccw: int
    source: str
    qr: tuple[str, ...]


@dataclass(frozen=True)
class FileReading:
    """`receipts` in reading order, page by page; empty when no page holds a receipt."""

    kind_of_file: str
    pages: tuple[PageRead, ...]
    receipts: tuple[ReceiptReading, ...]
    seconds: float


def read_file(data: bytes, reader: PageReader) -> FileReading:
    """Read a file. Raises `ReadingRefused` (a code and a Chinese reason) or `ReadingUnavailable`."""
    started = perf_counter()
    content = inspect(data)
    pages: list[PageRead] = []
    receipts: list[ReceiptReading] = []
    for number, (page, source) in enumerate(_pages(data, content, reader)):
        pages.append(PageRead(number, page.width, page.height, page.turned_ccw, source, tuple(page.qr)))
        receipts += read_receipts_of(page, number)
    return FileReading(content.kind, tuple(pages), tuple(receipts), perf_counter() - started)


def read_receipts_of(page: Page, number: int = 0) -> list[ReceiptReading]:
    """The readings of every receipt on a page; lines that make no receipt give none."""
    lines = [Line(box.text, box.box, box.score) for box in page.boxes]
    drafts = [extract(part) for part in split_receipts(lines)]
    # a code is matched with the receipt that prints its number when a page holds several
    codes = list(page.qr) if len(drafts) == 1 else []
    readings = [prove(draft, codes, number) for draft in drafts]
    return [r for r in readings if any(r.confidence.values())]


def _pages(data: bytes, content: Content, reader: PageReader) -> Iterator[tuple[Page, str]]:
    if content.kind == "pdf":
        yield from _pdf_pages(data, content, reader)
        return
    image = open_image(data)
    for number in range(content.pages):
        yield _read_image(unpack(image, number), reader), "image"


def _pdf_pages(data: bytes, content: Content, reader: PageReader) -> Iterator[tuple[Page, str]]:
    document = open_pdf(data)
    try:
        for number in range(content.pages):
            page = document[number]
            image = render(page)
            text = text_page(page)
            if text is None:
                yield _read_image(image, reader), "image"
            else:
                yield Page(text.width, text.height, text.boxes, 0, read_qr(image)), "text_layer"
            page.close()
    finally:
        document.close()


def unpack(image: Image.Image, number: int = 0) -> Image.Image:
    """The pixels of a frame, upright by EXIF, in RGB, at most `MAX_SIDE` on the longest side."""
    try:
        image.seek(number)
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        image.load()
        if max(image.size) > MAX_SIDE:
            image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return ImageOps.exif_transpose(_on_white(image))
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, struct.error, RuntimeError, MemoryError):
        raise refuse("damaged_file") from None


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        image = paper
    rgb = image.convert("RGB") if image.mode != "RGB" else image.copy()
    rgb.info.update({k: v for k, v in image.info.items() if k == "exif"})
    return rgb


def _read_image(image: Image.Image, reader: PageReader) -> Page:
    page = reader.read_page(image)
    return Page(page.width, page.height, page.boxes, page.turned_ccw, read_qr(image))
