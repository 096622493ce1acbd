"""Streams on their way to the store: hashed and measured in parts, never held whole in memory."""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from insurance.adapters.ports import StorageRefused

CHUNK = 256 * 1024


def hash_stream(stream: BinaryIO, max_bytes: int) -> tuple[str, int]:
    """SHA-256 and size. Refused `too_large` as soon as more than `max_bytes` have come."""
    digest, size = hashlib.sha256(), 0
    while part := stream.read(CHUNK):
        size += len(part)
        if size > max_bytes:
            raise StorageRefused("too_large", "文件太大。")
        digest.update(part)
    return digest.hexdigest(), size


@contextlib.contextmanager
def rewindable(source: BinaryIO, max_bytes: int) -> Iterator[BinaryIO]:
    """`source` itself when it can be read twice, else a copy on disk: the hash goes into the head of the upload, so it must be
    known before the first byte is sent."""
    if source.seekable():
        source.seek(0)
        yield source
        return
    with tempfile.TemporaryFile() as copy:
        size = 0
        while part := source.read(CHUNK):
            size += len(part)
            if size > max_bytes:
                raise StorageRefused("too_large", "文件太大。")
            copy.write(part)
        copy.seek(0)
        yield cast(BinaryIO, copy)
