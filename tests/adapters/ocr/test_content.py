import io
import random
import struct
import zlib

import pypdfium2
import pytest
from PIL import Image

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.reading import read_file
from insurance.adapters.ports import ReadingRefused
from insurance.adapters.storage.content import inspect


def picture(kind: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def pdf(pages: int = 1) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(300, 200)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def png_head(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def refusal(data: bytes) -> ReadingRefused:
    with pytest.raises(ReadingRefused) as refused:
        read_file(data, FakeReader())
    return refused.value


@pytest.mark.parametrize(
    ("data", "kind", "content_type"),
    [
        (picture("JPEG"), "jpeg", "image/jpeg"),
        (picture("PNG"), "png", "image/png"),
        (picture("WEBP"), "webp", "image/webp"),
        (picture("TIFF"), "tiff", "image/tiff"),
        (picture("HEIF"), "heic", "image/heic"),
        (pdf(), "pdf", "application/pdf"),
    ],
)
def test_the_bytes_decide_what_a_file_is(data: bytes, kind: str, content_type: str) -> None:
    seen = inspect(data)
    assert (seen.kind, seen.content_type, seen.pages) == (kind, content_type, 1)
    assert read_file(data, FakeReader()).receipts == ()


def test_every_page_of_a_pdf_and_a_tiff_is_looked_at() -> None:
    many = io.BytesIO()
    frames = [Image.new("RGB", (200, 200), shade) for shade in ("white", "grey", "black")]
    frames[0].save(many, "TIFF", save_all=True, append_images=frames[1:])
    for data in (pdf(3), many.getvalue()):
        reader = FakeReader()
        assert len(read_file(data, reader).pages) == 3
        assert reader.asked == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\0" * 21_000_000, "too_large"),
        (b"hello, this is no receipt", "unsupported_type"),
        (b"GIF89a" + bytes(100), "unsupported_type"),
        (b"<html><script>alert(1)</script></html>", "unsupported_type"),
        (png_head(30_000, 30_000), "too_many_pixels"),
        (png_head(300, 200), "damaged_file"),
        (picture("JPEG")[:2000], "damaged_file"),
        (picture("PNG")[:2000], "damaged_file"),
        (b"%PDF-1.7\nnothing here", "damaged_file"),
        (picture("PNG", (60, 60)), "too_small"),
        (pdf(21), "too_many_pages"),
        (pdf().replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "active_content"),
        (picture("JPEG") + b"PK\x05\x06" + bytes(18), "mixed_content"),
        (b"\xff\xd8\xff\xe0%PDF-1.7" + picture("JPEG"), "mixed_content"),
    ],
)
def test_a_file_that_cannot_be_evidence_is_refused_with_a_chinese_reason(data: bytes, code: str) -> None:
    refused = refusal(data)
    assert refused.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.message)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_flipped_bits_end_in_a_reading_or_a_reason(kind: str) -> None:
    rng = random.Random(kind)
    whole = picture(kind)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 20)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            read_file(bytes(data), FakeReader())
        except ReadingRefused as refused:
            assert refused.code


def test_flipped_bits_in_a_pdf_end_in_a_reading_or_a_reason() -> None:
    rng = random.Random(1)
    whole = pdf(2)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 12)):
            data[rng.randrange(8, len(data))] ^= 1 << rng.randrange(8)
        try:
            read_file(bytes(data), FakeReader())
        except ReadingRefused as refused:
            assert refused.code


def test_random_bytes_are_refused() -> None:
    rng = random.Random(2)
    for head in (
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"II*\0",
        b"%PDF-1.4",
        b"\0\0\0\x18ftypheic",
    ):
        for _ in range(10):
            assert refusal(head + rng.randbytes(rng.randrange(1, 3000))).code


def test_a_picture_turned_by_its_exif_is_read_upright() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((400, 200), 50).convert("RGB").save(file, "JPEG", exif=exif)
    page = read_file(file.getvalue(), FakeReader()).pages[0]
    assert (page.width, page.height) == (200, 400)
