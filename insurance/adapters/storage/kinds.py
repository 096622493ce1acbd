"""Kinds of files that can be evidence, and how large they may be."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["jpeg", "png", "webp", "heic", "tiff", "pdf"]

MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 20
# a JPEG is unpacked at a fraction of its size, the others whole
MAX_PIXELS = 50_000_000
MAX_JPEG_PIXELS = 120_000_000
MIN_SIDE = 100

CONTENT_TYPES: dict[Kind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Content:
    """`pages` of a picture counts its frames, read up to the first for all but TIFF."""

    kind: Kind
    content_type: str
    pages: int
