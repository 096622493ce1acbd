"""Directories of a TIFF (TIFF 6.0, section 2), read without a decoder: how large each picture is, and where its bytes end."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from insurance.adapters.storage.refusals import refuse

_MAX_TAGS = 4096
# more strips or tiles than any scanner writes
_MAX_PIECES = 50_000
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
# offsets and lengths of strips, of tiles, of an older JPEG
_PIECES = ((273, 279), (324, 325), (513, 514))
_SHORT, _LONG = 3, 4
# bytes of one value of each type
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


@dataclass(frozen=True)
class Directory:
    """`size` and `tile` in pixels, 0 where not told; `end` is behind the last byte that the directory names."""

    size: tuple[int, int]
    tile: tuple[int, int]
    end: int


@dataclass(frozen=True)
class _Entry:
    form: int
    count: int
    at: int

    @property
    def end(self) -> int:
        return self.at + self.count * _SIZES.get(self.form, 0)


def directories(data: bytes) -> Iterator[Directory]:
    """In the order of the file. Raises `ReadingRefused` `damaged_file` or `too_complex`, or `struct.error`."""
    order = "<" if data.startswith(b"II") else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    seen: set[int] = set()
    while at:
        if at in seen:
            raise refuse("damaged_file")
        seen.add(at)
        entries, behind = _entries(data, order, at)
        yield _directory(data, order, entries, behind)
        (at,) = struct.unpack_from(order + "I", data, behind - 4)


def _entries(data: bytes, order: str, at: int) -> tuple[dict[int, _Entry], int]:
    """By tag, and where the directory itself ends."""
    (count,) = struct.unpack_from(order + "H", data, at)
    if count > _MAX_TAGS:
        raise refuse("damaged_file")
    entries = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        tag, form, many, where = struct.unpack_from(order + "HHII", data, place)
        is_beside = many * _SIZES.get(form, 0) <= 4
        entries[tag] = _Entry(form, many, place + 8 if is_beside else where)
    return entries, at + 2 + 12 * count + 4


def _directory(data: bytes, order: str, entries: dict[int, _Entry], behind: int) -> Directory:
    def values(tag: int) -> tuple[int, ...]:
        entry = entries.get(tag)
        return _whole_numbers(data, order, entry) if entry else ()

    def first(tag: int) -> int:
        return next(iter(values(tag)), 0)

    ends = [behind, *(entry.end for entry in entries.values())]
    for offsets, lengths in _PIECES:
        ends += [offset + length for offset, length in zip(values(offsets), values(lengths), strict=False)]
    # what reaches beyond the file is not there
    end = max((end for end in ends if end <= len(data)), default=behind)
    return Directory((first(_WIDTH), first(_HEIGHT)), (first(_TILE_WIDTH), first(_TILE_HEIGHT)), end)


def _whole_numbers(data: bytes, order: str, entry: _Entry) -> tuple[int, ...]:
    if entry.form not in (_SHORT, _LONG):
        return ()
    if entry.count > _MAX_PIECES:
        raise refuse("too_complex")
    return struct.unpack_from(f"{order}{entry.count}{'H' if entry.form == _SHORT else 'I'}", data, entry.at)
