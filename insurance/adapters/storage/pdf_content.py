"""What a PDF holds beside its pages: scripts, other files, and streams that unpack to more than any receipt needs.

It is looked at twice: as it stands, and as the PDF library understands it, written anew without object streams, encryption and
spelled-out names, where nothing is hidden. Honest receipts carry a signature, an XBRL or XML voucher, or their OFD: taken.
"""

import io
import re
import zlib
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from insurance.adapters.storage.kinds import MAX_JPEG_PIXELS, MAX_PAGES
from insurance.adapters.storage.refusals import refuse
from insurance.adapters.storage.strangers import hides_archive, is_ofd, is_stranger

# contents, fonts and tables of honest receipts unpack to a few megabytes; pictures are measured in pixels
_MAX_STREAM = 64 * 1024 * 1024
_MAX_STREAMS_TOGETHER = 128 * 1024 * 1024
_MAX_STREAMS = 20_000
_MAX_ATTACHMENTS = 10

_END = b"%%EOF"
# a document may be continued behind its end
_BORDER = re.compile(rb"%%EOF|obj|xref|trailer")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|RichMedia|XFA|SubmitForm|ImportData|GoTo[ER]|Rendition|FileAttachment)(?=[\s/(<\[>\]\d]|$)"
)
_SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/(?:FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL)(?=[\s/\[\]>])")
_WIDTH = re.compile(rb"/(?:Width|W)\s+(\d+)(?!\s+\d+\s+R)")
_HEIGHT = re.compile(rb"/(?:Height|H)\s+(\d+)(?!\s+\d+\s+R)")
_IMAGE = re.compile(rb"/Subtype\s*/Image")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm")
_PASSIVE = (b"<?xml", b"\xef\xbb\xbf<?xml", b"\x89PNG\r\n", b"\xff\xd8\xff")


def inspect_pdf(data: bytes) -> int:
    """The number of pages. Raises `ReadingRefused`."""
    if hides_archive(data) or any(is_stranger(text) for text in _behind_ends(data)):
        raise refuse("mixed_content")
    _check(data)
    document = open_pdf(data)
    try:
        pages = len(document)
        _check_actions(document)
        _check_attachments(document)
    except pypdfium2.PdfiumError:
        raise refuse("damaged_file") from None
    finally:
        document.close()
    if pages == 0:
        raise refuse("damaged_file")
    if pages > MAX_PAGES:
        raise refuse("too_many_pages")
    return pages


def _behind_ends(data: bytes) -> Iterator[bytes]:
    """What stands behind each end that the document tells, up to where it goes on."""
    at = data.find(_END)
    while at >= 0:
        start = at + len(_END)
        border = _BORDER.search(data, start)
        yield data[start : border.start() if border else len(data)]
        at = data.find(_END, start)


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    """The document. Raises `ReadingRefused` `encrypted` or `damaged_file`."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = pdfium.FPDF_GetLastError()
        locked = code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY) or "password" in str(error).lower()
        raise refuse("encrypted" if locked else "damaged_file") from None


def _check_actions(document: pypdfium2.PdfDocument) -> None:
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
        raise refuse("active_content")
    anew = io.BytesIO()
    document.save(anew, flags=pdfium.FPDF_REMOVE_SECURITY)
    _check(anew.getvalue())


def _check_attachments(document: pypdfium2.PdfDocument) -> None:
    count = document.count_attachments()
    if count > _MAX_ATTACHMENTS:
        raise refuse("mixed_content")
    for number in range(count):
        if not _is_voucher(bytes(document.get_attachment(number).get_data())):
            raise refuse("mixed_content")


def _is_voucher(data: bytes) -> bool:
    """An XML or XBRL voucher, an OFD, a picture, or plain text."""
    if data.startswith(_PASSIVE) or not data:
        return True
    if is_ofd(data):
        return True
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not is_stranger(data)


def _check(data: bytes) -> None:
    """The dictionaries of every object, and what streams unpack to."""
    outside, unpacked = [], 0
    for text, start in _objects(data):
        outside.append(text)
        if start is None:
            continue
        head = text[max(text.rfind(b"obj"), len(text) - 65_536, 0) :]
        if _IMAGE.search(head):
            _check_image(head)
            continue
        filters = _PACKED.findall(head)
        if len(filters) > 1:
            raise refuse("too_complex")
        if filters and filters[0].startswith(b"/F"):
            inside = _unpack(data, start)
            unpacked += len(inside)
            if unpacked > _MAX_STREAMS_TOGETHER:
                raise refuse("too_complex")
            if _OBJECTS.search(head):
                outside.append(inside)
    if any(_ACTIVE.search(_plain(text)) for text in outside):
        raise refuse("active_content")


def _objects(data: bytes) -> Iterator[tuple[bytes, int | None]]:
    """Text between streams, and where the stream behind it starts."""
    at = 0
    for _ in range(_MAX_STREAMS):
        found = _STREAM.search(data, at)
        if found is None:
            yield data[at:], None
            return
        yield data[at : found.start()], found.end()
        end = data.find(b"endstream", found.end())
        at = len(data) if end < 0 else end
    raise refuse("too_complex")


def _plain(text: bytes) -> bytes:
    """Names may be spelled by numbers: /J#61vaScript."""
    return _SPELLED.sub(lambda m: bytes([int(m[1], 16)]), text) if b"#" in text else text


def _check_image(head: bytes) -> None:
    width, height = _WIDTH.search(head), _HEIGHT.search(head)
    if width and height and int(width[1][:9]) * int(height[1][:9]) > MAX_JPEG_PIXELS:
        raise refuse("too_many_pixels")


def _unpack(data: bytes, start: int) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        inside = unpacker.decompress(memoryview(data)[start:], _MAX_STREAM)
    except zlib.error:
        # encrypted or broken: the library says which
        return b""
    if not unpacker.eof and len(inside) >= _MAX_STREAM:
        raise refuse("too_complex")
    return inside
