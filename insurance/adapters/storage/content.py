"""What a file is, by its bytes and never by its name, and whether it may be taken as evidence.

A picture is not unpacked here, and nothing of a PDF is drawn. Still, decoders look at the heads: do it in a process that may end.
"""

import io
import struct
import warnings

import pillow_heif
from PIL import Image, UnidentifiedImageError

from insurance.adapters.storage.kinds import (
    CONTENT_TYPES,
    MAX_BYTES,
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    MIN_SIDE,
    Content,
    Kind,
)
from insurance.adapters.storage.pdf_content import inspect_pdf, open_pdf
from insurance.adapters.storage.pictures import kind_of, measure
from insurance.adapters.storage.refusals import refuse
from insurance.adapters.storage.strangers import has_markup, is_more_than_a_picture, is_ofd, is_stranger

__all__ = ["Content", "inspect", "open_image", "open_pdf", "refuse"]

pillow_heif.register_heif_opener()
# the limits decide, with a reason; Pillow's own would only warn or raise
Image.MAX_IMAGE_PIXELS = None

_FORMATS: dict[str, Kind] = {
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "PNG": "png",
    "WEBP": "webp",
    "HEIF": "heic",
    "TIFF": "tiff",
}
_BLANK = b"\0 \t\r\n\f\xef\xbb\xbf"
# a JPEG whose head opens a comment of JavaScript
_SCRIPT_HEAD = b"\xff\xd8\xff\xe0/*"


def inspect(data: bytes, max_bytes: int = MAX_BYTES) -> Content:
    """The kind and the number of pages. Raises `ReadingRefused` with a code of `refusals`."""
    if not data:
        raise refuse("empty_file")
    if len(data) > max_bytes:
        raise refuse("too_large")
    if data[:1024].lstrip(_BLANK).startswith(b"%PDF-"):
        return Content("pdf", CONTENT_TYPES["pdf"], inspect_pdf(data))
    kind = kind_of(data)
    if kind is None:
        raise refuse(_why_unknown(data))
    if has_markup(data) or b"%PDF-" in data[:1024] or data.startswith(_SCRIPT_HEAD) or is_more_than_a_picture(data):
        raise refuse("mixed_content")
    return _inspect_image(data, kind)


def _why_unknown(data: bytes) -> str:
    if is_ofd(data):
        return "ofd_not_supported"
    # readers find a PDF behind anything
    return "mixed_content" if b"%PDF-" in data[:1024] else "unsupported_type"


def _inspect_image(data: bytes, kind: Kind) -> Content:
    seen = measure(data, kind)
    limit = MAX_JPEG_PIXELS if kind == "jpeg" and not seen.whole else MAX_PIXELS
    if any(width * height > limit for width, height in seen.sizes):
        raise refuse("too_many_pixels")
    if min(seen.sizes[0]) < MIN_SIDE:
        raise refuse("too_small")
    if is_stranger(data[seen.end :]):
        raise refuse("mixed_content")
    image = open_image(data)
    if _FORMATS.get(str(image.format)) != kind or image.width * image.height > limit:
        raise refuse("damaged_file")
    return Content(kind, CONTENT_TYPES[kind], len(seen.sizes))


def open_image(data: bytes) -> Image.Image:
    """The picture with its head read and its pixels not yet unpacked. Only of a file that `inspect` took."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP", "HEIF", "TIFF"])
    except UnidentifiedImageError:
        raise refuse("damaged_file" if kind_of(data) else "unsupported_type") from None
    except (
        OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError, struct.error, RuntimeError,
        OverflowError,
    ):  # fmt: skip
        raise refuse("damaged_file") from None
