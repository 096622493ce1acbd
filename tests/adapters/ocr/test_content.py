import io
import random
import struct

import pytest
from PIL import Image

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.reading import read_file
from insurance.adapters.ocr.views import draw_views
from insurance.adapters.ports import ReadingRefused
from insurance.adapters.storage.content import inspect
from tests.adapters.ocr.files import (
    archive,
    empty_pdf,
    hidden_in_an_object_stream,
    noise,
    packed,
    pages_of_tiff,
    pdf,
    picture,
    png_head,
    stream,
    with_attachment,
)  # fmt: skip

JPEG, PNG = picture("JPEG"), picture("PNG")
PACKED = picture("TIFF", compression="tiff_lzw")
RANDOM = random.Random(5).randbytes(300_000)


def refusal(data: bytes) -> ReadingRefused:
    with pytest.raises(ReadingRefused) as refused:
        read_file(data, FakeReader())
    return refused.value


@pytest.mark.parametrize(
    ("data", "kind", "content_type"),
    [
        (JPEG, "jpeg", "image/jpeg"),
        (PNG, "png", "image/png"),
        (picture("WEBP"), "webp", "image/webp"),
        (picture("WEBP", lossless=True), "webp", "image/webp"),
        (picture("TIFF"), "tiff", "image/tiff"),
        (picture("TIFF", compression="tiff_lzw"), "tiff", "image/tiff"),
        (picture("HEIF"), "heic", "image/heic"),
        (empty_pdf(), "pdf", "application/pdf"),
    ],
)
def test_the_bytes_decide_what_a_file_is(data: bytes, kind: str, content_type: str) -> None:
    seen = inspect(data)
    assert (seen.kind, seen.content_type, seen.pages) == (kind, content_type, 1)
    assert read_file(data, FakeReader()).receipts == ()


def test_every_page_of_a_pdf_and_a_tiff_is_looked_at() -> None:
    for data in (empty_pdf(3), pages_of_tiff(3)):
        reader = FakeReader()
        assert len(read_file(data, reader).pages) == 3
        assert reader.asked == 3


def mpo() -> bytes:
    file = io.BytesIO()
    noise(seed=1).save(file, "MPO", save_all=True, append_images=[noise(seed=2)])
    return file.getvalue()


def with_thumbnail() -> bytes:
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + picture("JPEG", (160, 120))
    return JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + JPEG[2:]


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


VIDEO = box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"mdat", RANDOM)


def continued(document: bytes) -> bytes:
    """An incremental update (ISO 32000-1, 7.5.6)."""
    start = document[document.rfind(b"startxref") :].split()[1]
    more = document + b"5 0 obj\n<</Type/Sig/Contents<3082>>>\nendobj\n"
    table = b"xref\n5 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev %s>>\n" % (len(document), start)
    return more + table + b"startxref\n%d\n%%%%EOF\n" % len(more)


def comment(text: bytes) -> bytes:
    """Far behind what browsers look at."""
    text = bytes(1200) + text
    return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + JPEG[2:]


SIGNED = (
    b"/AcroForm<</SigFlags 3/Fields[<</FT/Sig/T(s)/V<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
    b"/ByteRange[0 100 200 300]/Contents<3082>>>>>]>>"
)
LINK = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://pjcy.mof.gov.cn)>>>>]"
HONEST = {
    "padded with zeros": JPEG + bytes(70_000),
    "followed by a line break": PNG + b"\r\n",
    "two pictures of a stereo camera": mpo(),
    "a second picture behind (gain map)": JPEG + picture("JPEG", (160, 120)),
    "a motion photo (Google, Xiaomi, OPPO)": JPEG + VIDEO,
    "a motion photo (Samsung)": JPEG
    + b"MotionPhoto_Data"
    + VIDEO
    + b"SEFHk\0\0\0\1\0\0\0\0\0\x30\x0a\x44\0\0\0\x18\0\0\0SEFT",
    "a moving picture (Huawei)": JPEG + VIDEO + b"v2_f35  0:0   LIVE_300012          ",
    "notes of a maker": JPEG + b'vivo{"version":1}' + RANDOM[:5000] + b"cameralbum",
    "notes behind a scan": picture("TIFF") + RANDOM[:5000],
    "a scan in many strips": picture("TIFF", compression="tiff_lzw", tiffinfo={278: 1}),
    "a video beside the picture (HEIC)": picture("HEIF") + box(b"mpvd", VIDEO),
    "a thumbnail in the EXIF": with_thumbnail(),
    "a comment": picture("JPEG", comment=b"<?xpacket begin=''?><x:xmpmeta/>"),
    "progressive": picture("JPEG", progressive=True),
    "signed electronically": pdf(catalog=SIGNED),
    "a link to the verification site": pdf(page=LINK),
    "an XML voucher attached": with_attachment("voucher.xml", b"<?xml version='1.0'?><e/>"),
    "an XBRL voucher without a head": with_attachment("voucher.xbrl", "<xbrl>票据</xbrl>".encode()),
    "its OFD attached": with_attachment("receipt.ofd", archive("OFD.xml", "Doc_0/Document.xml")),
    "a byte order mark before it": b"\xef\xbb\xbf\r\n" + pdf(),
    "signed later, behind its end": continued(pdf()),
    "words of scripts where they are data": pdf(stream(b"/JS (x) /S/JavaScript <script>" + RANDOM)),
    "unpacked names in a page's own text": pdf(contents=b"BT (/JavaScript /Launch ) Tj ET"),
    "objects in an object stream": hidden_in_an_object_stream(b"<</S/GoTo/D[3 0 R/Fit]>>"),
}


@pytest.mark.parametrize("data", HONEST.values(), ids=HONEST)
def test_what_phones_and_offices_add_is_taken(data: bytes) -> None:
    assert read_file(data, FakeReader()).pages


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
ANNOTATION = b"/Annots[<</Type/Annot/Subtype/%s/Rect[0 0 9 9]%s>>]"
ACTIVE = {
    "a script when it opens": pdf(catalog=b"/OpenAction" + SCRIPT),
    "a script by name": pdf(catalog=b"/Names<</JavaScript<</Names[(a)5 0 R]>>>>"),
    "a script of a page": pdf(page=b"/AA<</O" + SCRIPT + b">>"),
    "a name spelled by numbers": pdf(catalog=b"/OpenAction<</S/J#61vaScript/#4a#53(1)>>"),
    "an object stream": hidden_in_an_object_stream(SCRIPT),
    "a script behind a word that looks like a stream": pdf(
        catalog=b"/A(stream\n)/OpenAction" + SCRIPT + b"/B(endstream)"
    ),
    "a file elsewhere to be opened": pdf(catalog=rb"/OpenAction<</S/GoToR/F(\\\\elsewhere\\share)>>"),
    "a program to be started": pdf(page=ANNOTATION % (b"Link", b"/A<</S/Launch/F(cmd.exe)>>")),
    "a form to be sent": pdf(page=ANNOTATION % (b"Link", b"/A<</S/SubmitForm/F(http://a)>>")),
    "a form of XFA": pdf(catalog=b"/AcroForm<</XFA[(a)5 0 R]/Fields[]>>"),
    "an attached file on a page": pdf(page=ANNOTATION % (b"FileAttachment", b"/FS<</Type/Filespec/F(a.exe)>>")),
}
GUESTS = {
    "an archive": archive("a.txt"),
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "a program": b"MZ\x90\0" + bytes(200),
    "a page": b"\n<html><body></html>",
    "a script": b"<script>alert(1)</script>",
    "a document": b"\n%PDF-1.4\n",
    "another archive": b"Rar!\x1a\x07\x01\0",
}
MIXED = {
    **{f"{name} behind a photo": JPEG + guest for name, guest in GUESTS.items()},
    **{f"{name} behind a screenshot": PNG + guest for name, guest in GUESTS.items()},
    **{f"{name} behind a scan": picture("TIFF") + guest for name, guest in GUESTS.items()},
    **{f"{name} behind a packed scan": PACKED + guest for name, guest in GUESTS.items()},
    **{f"{name} behind pages": pages_of_tiff(2) + guest for name, guest in GUESTS.items()},
    **{f"{name} behind a document": pdf() + guest for name, guest in GUESTS.items() if name != "a document"},
    **{
        f"{name} between two ends of a document": pdf() + guest + b"\n%%EOF\n"
        for name, guest in GUESTS.items()
        if name not in ("an archive", "an empty archive")
    },
    **{
        f"{name} before a document goes on": continued(pdf() + guest)
        for name, guest in GUESTS.items()
        if name not in ("an archive", "an empty archive", "a document")
    },
    "an archive whose comment ends as a document does": pdf() + archive("a.txt", comment=b"\n%%EOF\n"),
    "an archive in a stream of a document": pdf(stream(archive("a.txt"))),
    "another archive in a stream of a document": pdf(stream(b"Rar!\x1a\x07\x01\0")),
    "an archive beside the OFD of a document": with_attachment("a.ofd", archive("OFD.xml")) + archive("a.txt"),
    "another archive in a comment of a photo": comment(b"Rar!\x1a\x07\x01\0"),
    "a script in a comment of a photo": comment(b"<script>alert(1)</script>"),
    "a document behind a page": b"<html>" + pdf(),
    "a document behind an archive": archive("a.txt") + pdf(),
    "a document inside a photo": b"\xff\xd8\xff\xfe\0\x0b%PDF-1.7\n" + JPEG[2:],
    "a script that is a photo": b"\xff\xd8\xff\xe0\x2f\x2a" + bytes(0x2F28) + JPEG[2:],
    "an archive in a comment of a photo": JPEG[:-2] + archive("a.txt") + JPEG[-2:],
    **{
        f"attached: {name}": with_attachment("a.xml", data)
        for name, data in {
            "a program": b"MZ\x90\0" + bytes(200),
            "a page": b"<!doctype html><p>",
            "an archive": archive("a.exe"),
            "an office file": archive("[Content_Types].xml", "word/document.xml"),
        }.items()
    },
}
LOCKED = pdf(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"41" * 32, b"42" * 32))
REFUSED = {
    **{name: (data, "active_content") for name, data in ACTIVE.items()},
    **{name: (data, "mixed_content") for name, data in MIXED.items()},
    "nothing": (b"", "empty_file"),
    "21 MB": (bytes(21_000_000), "too_large"),
    "text": (b"hello, this is no receipt", "unsupported_type"),
    "a picture of another kind": (b"GIF89a" + bytes(100), "unsupported_type"),
    "an AVIF": (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B" + bytes(100), "unsupported_type"),
    "a web page": (b"<html><script>alert(1)</script></html>", "unsupported_type"),
    "a program": (b"MZ" + bytes(1000), "unsupported_type"),
    "an office file": (archive("[Content_Types].xml", "word/document.xml"), "unsupported_type"),
    "an archive that would fill the disk": (archive("a", content=bytes(30 << 20)), "unsupported_type"),
    "an archive of too many files": (archive(*map(str, range(6000)), "OFD.xml"), "unsupported_type"),
    "an OFD": (archive("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"), "ofd_not_supported"),
    "a head without pixels": (png_head(300, 200), "damaged_file"),
    "half a photo": (JPEG[: len(JPEG) // 2], "damaged_file"),
    "half a screenshot": (PNG[: len(PNG) // 2], "damaged_file"),
    "a document without pages": (b"%PDF-1.7\nnothing here", "damaged_file"),
    "a stamp": (picture("PNG", (60, 60)), "too_small"),
    "a book": (empty_pdf(21), "too_many_pages"),
    "a roll of film": (pages_of_tiff(21), "too_many_pages"),
    "a document with a password": (LOCKED, "encrypted"),
    "contents that unpack to 80 MB": (pdf(packed(bytes(80 << 20))), "too_complex"),
    "contents packed twice": (pdf(packed(bytes(1 << 20), times=2)), "too_complex"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_evidence_is_refused_with_a_chinese_reason(data: bytes, code: str) -> None:
    refused = refusal(data)
    assert refused.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.message)


def test_who_has_an_ofd_is_told_what_to_do() -> None:
    assert "PDF" in refusal(archive("OFD.xml")).message


def test_a_large_page_behind_a_small_one_is_found() -> None:
    small, large = Image.new("1", (200, 200)), Image.new("1", (9000, 6000))
    file = io.BytesIO()
    small.save(file, "TIFF", save_all=True, append_images=[large], compression="group4")
    assert refusal(file.getvalue()).code == "too_many_pixels"


def test_directories_that_go_in_a_circle_are_damaged() -> None:
    data = bytearray(picture("TIFF"))
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    assert refusal(bytes(data)).code == "damaged_file"


def test_a_picture_turned_by_its_exif_is_read_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    page = read_file(picture("JPEG", (400, 200), exif=exif), FakeReader()).pages[0]
    assert (page.width, page.height) == (200, 400)


COMMENT = "由王先生拍摄于南昌市明湖小区".encode()


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", comment=COMMENT),
        picture("JPEG", xmp=b"<x>" + COMMENT + b"</x>"),
        picture("WEBP", xmp=b"<x>" + COMMENT + b"</x>"),
        picture("HEIF", xmp=b"<x>" + COMMENT + b"</x>"),
    ],
)
def test_nothing_that_stands_beside_the_pixels_is_in_a_view(data: bytes) -> None:
    (view,) = draw_views(data, inspect(data))
    assert COMMENT in data
    assert COMMENT not in view.data
    assert Image.open(io.BytesIO(view.data)).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def paper(mode: str, size: tuple[int, int] = (300, 200)) -> Image.Image:
    """Light grey, with a black bar at the top."""
    sheet = Image.new("L", size, 220)
    sheet.paste(0, (0, 0, size[0], size[1] // 4))
    if mode.startswith("I;16"):
        return sheet.convert("I").point(lambda shade: shade * 257).convert(mode)
    return sheet.quantize(8) if mode == "P" else sheet.convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "I;16B"])
def test_shades_are_the_same_however_they_are_stored_and_exif_turns_them_all(kind: str, mode: str) -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    if kind == "PNG" and mode == "I;16B":
        mode = "I;16"
    paper(mode).save(file, kind, exif=exif)
    (view,) = draw_views(file.getvalue(), inspect(file.getvalue()))
    seen = Image.open(io.BytesIO(view.data)).convert("L")
    assert seen.size == (200, 300)
    assert (seen.getpixel((20, 20)), seen.getpixel((190, 20))) == (pytest.approx(220, abs=3), pytest.approx(0, abs=3))


@pytest.mark.parametrize(
    ("mode", "white"), [("I;16", 4095), ("I;16", 255), ("I", 65535), ("I", 255), ("F", 1), ("F", 255), ("F", 65535)]
)
def test_grey_of_any_depth_keeps_its_shades(mode: str, white: int) -> None:
    sheet = Image.new("F", (300, 200), 0.5 * white)
    sheet.paste(white, (0, 0, 150, 200))
    sheet.paste(0, (0, 0, 300, 50))
    file = io.BytesIO()
    (sheet if mode == "F" else sheet.convert("I").convert(mode)).save(file, "TIFF")
    (view,) = draw_views(file.getvalue(), inspect(file.getvalue()))
    seen = Image.open(io.BytesIO(view.data)).convert("L")
    shades = [seen.getpixel(place) for place in ((20, 20), (20, 150), (280, 150))]
    assert shades == [pytest.approx(shade, abs=3) for shade in (0, 255, 128)]


def test_a_picture_whose_brightest_pixel_is_no_number_is_damaged() -> None:
    file = io.BytesIO()
    Image.new("F", (300, 200), float("inf")).save(file, "TIFF")
    assert refusal(file.getvalue()).code == "damaged_file"


def test_a_fax_in_black_and_white_is_made_smaller_with_shades() -> None:
    file = io.BytesIO()
    stripes = Image.new("1", (4800, 3000), 1)
    for x in range(0, 4800, 2):
        stripes.paste(0, (x, 0, x + 1, 3000))
    stripes.save(file, "TIFF", compression="group4")
    (view,) = draw_views(file.getvalue(), inspect(file.getvalue()))
    shades = Image.open(io.BytesIO(view.data)).convert("L").getextrema()
    assert all(shade == pytest.approx(128, abs=30) for shade in shades)
