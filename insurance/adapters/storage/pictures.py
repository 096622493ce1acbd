"""The heads of pictures, read without a decoder: how large they would become, and where they end.

Decoders make room for a whole canvas when they open a file, so that sizes are looked up here first.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from insurance.adapters.storage.kinds import MAX_PAGES, Kind
from insurance.adapters.storage.refusals import refuse
from insurance.adapters.storage.tiff import directories

# more parts than any camera or scanner writes
_MAX_PARTS = 50_000
_MAX_SCANS = 64

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SPATIAL_EXTENT = re.compile(rb"ispe\x00\x00\x00\x00(....)(....)", re.DOTALL)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


@dataclass(frozen=True)
class Measure:
    """`sizes` of every page that is read, in pixels; `end` is where the picture's own bytes end. `whole`: it can only be
    unpacked at its full size."""

    sizes: tuple[tuple[int, int], ...]
    end: int
    whole: bool = True


def kind_of(data: bytes) -> Kind | None:
    """By the first bytes, as decoders decide."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    # an AVIF names the same container behind its own brand
    is_heif = data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis")
    if is_heif and _HEIC_BRANDS & {data[i : i + 4] for i in range(8, 64, 4)}:
        return "heic"
    return None


def measure(data: bytes, kind: Kind) -> Measure:
    """Raises `ReadingRefused` `damaged_file`, `too_complex` or `too_many_pages`."""
    try:
        return _MEASURES[kind](data)
    except (struct.error, IndexError):
        raise refuse("damaged_file") from None


def _jpeg(data: bytes) -> Measure:
    at, size, scans, progressive = 2, None, 0, False
    for _ in range(_MAX_PARTS):
        found = _JPEG_MARKER.search(data, at)
        if found is None or found[0] == b"\xff\xd9":
            end = found.end() if found else len(data)
            break
        marker, at = found[0][1], found.end()
        if marker in (0x01, 0xD8):
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 3)
            # a second frame head would be another picture than the one that was measured
            if size not in (None, (width, height)):
                raise refuse("damaged_file")
            size, progressive = (width, height), progressive or marker not in (0xC0, 0xC1)
        scans += marker == 0xDA
        at += length
    else:
        raise refuse("too_complex")
    if size is None or 0 in size:
        raise refuse("damaged_file")
    if scans > _MAX_SCANS:
        raise refuse("too_complex")
    return Measure((size,), end, whole=progressive)


def _png(data: bytes) -> Measure:
    size = struct.unpack_from(">II", data, 16)
    at = 8
    for _ in range(_MAX_PARTS):
        if at + 8 > len(data):
            return Measure((size,), len(data))
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return Measure((size,), min(at, len(data)))
    raise refuse("too_complex")


def _webp(data: bytes) -> Measure:
    (length,) = struct.unpack_from("<I", data, 4)
    match data[12:16]:
        case b"VP8X":
            size = (int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            size = (width & 0x3FFF, height & 0x3FFF)
        case _:
            raise refuse("damaged_file")
    return Measure((size,), min(8 + length + length % 2, len(data)))


def _heic(data: bytes) -> Measure:
    at, sizes = 0, [(0, 0)]
    while at + 8 <= len(data) and data[at + 4 : at + 8].isalnum():
        (length,) = struct.unpack_from(">I", data, at)
        name, head = data[at + 4 : at + 8], 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        if length == 0:
            length = len(data) - at
        if length < head:
            break
        if name == b"meta":
            extents = _SPATIAL_EXTENT.finditer(data, at, min(at + length, len(data)))
            sizes += [(int.from_bytes(e[1], "big"), int.from_bytes(e[2], "big")) for e in extents]
        at += length
    largest = max(sizes, key=lambda size: size[0] * size[1])
    if 0 in largest:
        raise refuse("damaged_file")
    return Measure((largest,), min(at, len(data)))


def _tiff(data: bytes) -> Measure:
    sizes: list[tuple[int, int]] = []
    end = 0
    for directory in directories(data):
        if len(sizes) == MAX_PAGES:
            raise refuse("too_many_pages")
        if 0 in directory.size:
            raise refuse("damaged_file")
        # a tile is unpacked whole, however little of it is seen
        sizes.append(max(directory.size, directory.tile, key=lambda s: s[0] * s[1]))
        end = max(end, directory.end)
    if not sizes:
        raise refuse("damaged_file")
    return Measure(tuple(sizes), end)


_MEASURES: dict[Kind, Callable[[bytes], Measure]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "heic": _heic,
    "tiff": _tiff,
}
