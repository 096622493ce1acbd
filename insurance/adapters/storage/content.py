"""What a file is, by its bytes and never by its name, and whether it may be taken as evidence.

Only heads are read here: a picture is not unpacked before its size is known to be bearable.
"""

import io
import re
import struct
import warnings
from dataclasses import dataclass
from typing import Literal

import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, UnidentifiedImageError

from insurance.adapters.ports import ReadingRefused

pillow_heif.register_heif_opener()
# the limits below decide, with a reason; Pillow's own would only warn or raise
Image.MAX_IMAGE_PIXELS = None

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
_FORMATS: dict[str, Kind] = {
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "PNG": "png",
    "WEBP": "webp",
    "HEIF": "heic",
    "TIFF": "tiff",
}
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)[\s/(<\[]")
_MARKUP = re.compile(rb"<(?:script|html|svg|\?php|!doctype)", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """`pages` of a picture counts its frames, read up to the first for all but TIFF."""

    kind: Kind
    content_type: str
    pages: int


def refuse(code: str) -> ReadingRefused:
    """The refusal with its reason for a parent."""
    return ReadingRefused(code, _REASONS[code])


_REASONS = {
    "empty_file": "文件是空的，请重新选择。",
    "too_large": "文件太大，请上传 20 MB 以内的文件。",
    "unsupported_type": "不支持这种文件。请上传 JPG、PNG、WebP、HEIC、TIFF 图片或 PDF。",
    "damaged_file": "文件不完整或已损坏，打不开，请重新拍照或重新导出。",
    "too_many_pixels": "图片尺寸过大，请用普通画质重新拍照。",
    "too_small": "图片太小，看不清字，请上传原图。",
    "too_many_pages": "页数太多，请只上传票据所在的页（20 页以内）。",
    "encrypted": "这个 PDF 设有密码，请去掉密码后再上传。",
    "active_content": "这个文件带有脚本或可执行内容，为了安全不能接收，请上传图片或普通 PDF。",
    "mixed_content": "这个文件里夹带了别的文件，为了安全不能接收，请重新拍照上传。",
    "too_complex": "这个文件内容过于复杂，无法打开，请改为拍照上传。",
}


def inspect(data: bytes, max_bytes: int = MAX_BYTES) -> Content:
    """The kind and the number of pages. Raises `ReadingRefused` with a code of `_REASONS`."""
    if not data:
        raise refuse("empty_file")
    if len(data) > max_bytes:
        raise refuse("too_large")
    # an archive at the end, or markup or a second head at the start, makes one file two things
    if b"PK\x05\x06" in data[-66_000:] or _MARKUP.search(data[:1024]):
        raise refuse("mixed_content" if _looks_known(data) else "unsupported_type")
    return _inspect_pdf(data) if data.startswith(b"%PDF-") else _inspect_image(data)


def _looks_known(data: bytes) -> bool:
    return data.startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"II*\0", b"MM\0*")) or data[4:8] == b"ftyp"


def _inspect_image(data: bytes) -> Content:
    if b"%PDF-" in data[:1024]:
        raise refuse("mixed_content")
    image = open_image(data)
    kind = _FORMATS[str(image.format)]
    width, height = image.size
    if width * height > (MAX_JPEG_PIXELS if kind == "jpeg" else MAX_PIXELS):
        raise refuse("too_many_pixels")
    if min(width, height) < MIN_SIDE:
        raise refuse("too_small")
    pages = _frames(image) if kind == "tiff" else 1
    return Content(kind, CONTENT_TYPES[kind], pages)


def open_image(data: bytes) -> Image.Image:
    """The picture with its head read and its pixels not yet unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP", "HEIF", "TIFF"])
    except UnidentifiedImageError:
        raise refuse("damaged_file" if _looks_known(data) else "unsupported_type") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, RuntimeError, OverflowError, MemoryError):
        raise refuse("damaged_file") from None


def _frames(image: Image.Image) -> int:
    try:
        for number in range(1, MAX_PAGES + 1):
            image.seek(number)
    except EOFError:
        image.seek(0)
        return number
    except (OSError, ValueError, SyntaxError, KeyError, struct.error):
        raise refuse("damaged_file") from None
    raise refuse("too_many_pages")


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    """The document. Raises `ReadingRefused` `encrypted` or `damaged_file`."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = pdfium.FPDF_GetLastError()
        locked = code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY) or "password" in str(error).lower()
        raise refuse("encrypted" if locked else "damaged_file") from None


def _inspect_pdf(data: bytes) -> Content:
    if _ACTIVE_PDF.search(data):
        raise refuse("active_content")
    document = open_pdf(data)
    try:
        if pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
            raise refuse("active_content")
        pages = len(document)
    finally:
        document.close()
    if pages == 0:
        raise refuse("damaged_file")
    if pages > MAX_PAGES:
        raise refuse("too_many_pages")
    return Content("pdf", CONTENT_TYPES["pdf"], pages)
