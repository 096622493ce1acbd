"""Files as phones, offices and attackers make them, small, from a seed."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pillow_heif
import pypdfium2
from PIL import Image

pillow_heif.register_heif_opener()

KINDS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF")


def noise(size: tuple[int, int] = (320, 240), seed: int = 0) -> Image.Image:
    small = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(3600))
    return small.resize(size)


def picture(kind: str, size: tuple[int, int] = (320, 240), seed: int = 0, **options: object) -> bytes:
    file = io.BytesIO()
    noise(size, seed).save(file, kind, **options)
    return file.getvalue()


def pages_of_tiff(count: int, size: tuple[int, int] = (200, 200)) -> bytes:
    file = io.BytesIO()
    frames = [noise(size, seed) for seed in range(count)]
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def empty_pdf(pages: int = 1) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(300, 200)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(
    *objects: bytes, contents: bytes = b"BT ET", catalog: bytes = b"", page: bytes = b"", trailer: bytes = b""
) -> bytes:
    """A document of one page; `objects` follow as numbers 5, 6, …"""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R" + page + b">>",
        stream(contents),
        *objects,
    ]
    data, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, start)
    return bytes(data)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def packed(content: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter[" + b"/FlateDecode" * times + b"]" + entries)


def bomb(mebibytes: int) -> bytes:
    """That many of zeros, packed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(mebibytes)) + packer.flush()


def hidden_in_an_object_stream(action: bytes) -> bytes:
    """An action whose object stands in an object stream, found by a cross-reference stream."""
    inner = b"5 0 " + action
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>",
        4: packed(inner, b"/Type/ObjStm/N 1/First 4"),
    }
    data, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in bodies.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    rows = [struct.pack(">BIB", 0, 0, 255)]
    rows += [struct.pack(">BIB", 1, places[number], 0) for number in (1, 2, 3, 4)]
    rows += [struct.pack(">BIB", 2, 4, 0), struct.pack(">BIB", 1, start, 0)]
    data += b"6 0 obj\n" + packed(b"".join(rows), b"/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R") + b"\nendobj\n"
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)


def with_attachment(name: str, content: bytes) -> bytes:
    document = pypdfium2.PdfDocument(empty_pdf())
    document.new_attachment(name).set_data(content)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def archive(*names: str, content: bytes = b"<x/>", comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
        made.comment = comment
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_head(width: int, height: int, pixels: bytes = b"\0" * 1000) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def webp_head(width: int, height: int) -> bytes:
    """The extended head alone can say more than 16383."""
    whole = bytearray(picture("WEBP", exif=Image.Exif().tobytes() + bytes(8)))
    assert whole[12:16] == b"VP8X"
    whole[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(whole)


def jpeg_head(width: int, height: int, progressive: bool = False) -> bytes:
    whole = bytearray(picture("JPEG", progressive=progressive))
    at = whole.find(b"\xff\xc2" if progressive else b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def tiff_head(width: int, height: int, tile: tuple[int, int] | None = None) -> bytes:
    """One directory; with `tile` the picture is small and its only tile is not."""
    size = (300, 200) if tile else (width, height)
    tags = [(256, 4, 1, size[0]), (257, 4, 1, size[1]), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]
    data = bomb(1)
    where = 8 + 2 + 12 * (len(tags) + 4) + 4
    if tile:
        tags += [(322, 4, 1, tile[0]), (323, 4, 1, tile[1]), (324, 4, 1, where), (325, 4, 1, len(data))]
    else:
        tags += [(273, 4, 1, where), (278, 4, 1, height), (279, 4, 1, len(data)), (284, 3, 1, 1)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + data


def heic_head(width: int, height: int) -> bytes:
    whole = picture("HEIF")
    at = whole.find(b"ispe")
    return whole[: at + 8] + struct.pack(">II", width, height) + whole[at + 16 :]


def image_in_pdf(width: int, height: int) -> bytes:
    image = stream(bomb(1), b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (width, height)
                   + b"/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode")  # fmt: skip
    return pdf(image, contents=b"q 300 0 0 200 0 0 cm /I Do Q", page=b"/Resources<</XObject<</I 5 0 R>>>>")


def nested_pdf(depth: int) -> bytes:
    return pdf(catalog=b"/Deep " + b"[" * depth + b"]" * depth)


def forms_in_forms(depth: int) -> bytes:
    """Each form draws the next one ten times."""
    draw = b" ".join([b"/F Do"] * 10)
    forms = [
        stream(draw, b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]/Resources<</XObject<</F %d 0 R>>>>" % (6 + n))
        for n in range(depth)
    ]
    last = stream(b"0 0 10 10 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]")
    return pdf(*forms, last, contents=draw, page=b"/Resources<</XObject<</F 5 0 R>>>>")


def flipped(data: bytes, rng: random.Random, most: int = 20) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, most)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def honest_files() -> dict[str, bytes]:
    """One valid file of every kind, and a few richer ones."""
    text = b"BT /F 12 Tf 20 100 Td (receipt) Tj ET"
    return {
        **{kind.lower(): picture(kind) for kind in KINDS},
        "progressive": picture("JPEG", progressive=True),
        "tiff of pages": pages_of_tiff(3),
        "pdf": empty_pdf(2),
        "pdf with text": pdf(packed(text), contents=text),
        "pdf with a picture": image_in_pdf(300, 200),
        "pdf with objects in a stream": hidden_in_an_object_stream(b"<</S/GoTo/D[3 0 R/Fit]>>"),
    }


def bombs() -> dict[str, bytes]:
    """Small files that would become very large."""
    huge = 30_000
    return {
        "png": png_head(huge, huge),
        "png at the limit": png_head(7000, 7000, bytes(7000 * 3 + 1) * 40),
        "webp": webp_head(huge, huge),
        "jpeg": jpeg_head(huge, huge),
        "jpeg, progressive": jpeg_head(11_000, 10_000, progressive=True),
        "tiff": tiff_head(huge, huge),
        "tiff in one tile": tiff_head(0, 0, (huge - huge % 16, huge - huge % 16)),
        "heic": heic_head(huge, huge),
        "contents of a pdf": pdf_of_contents(stream(bomb(300), b"/Filter/FlateDecode")),
        "contents packed twice": pdf_of_contents(
            packed(bomb(200), times=1).replace(b"[/FlateDecode]", b"[/FlateDecode/FlateDecode]")
        ),
        "picture in a pdf": image_in_pdf(huge, huge),
        "picture in a pdf at the limit": image_in_pdf(10_000, 10_000),
        "nested arrays": nested_pdf(200_000),
        "forms in forms": forms_in_forms(12),
        "page count": pdf().replace(b"/Count 1", b"/Count 999999999"),
        "archive": archive("a", content=bytes(50 << 20)),
        "object stream": hidden_in_an_object_stream(b"<</A(" + b"a" * (80 << 20) + b")>>"),
    }


def pdf_of_contents(contents: bytes) -> bytes:
    return pdf(contents).replace(b"/Contents 4 0 R", b"/Contents 5 0 R")


def cut(data: bytes, places: Sequence[float]) -> list[bytes]:
    return [data[: int(len(data) * place)] for place in places]
