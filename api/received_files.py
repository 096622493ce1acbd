"""Files that people bring: looked into in a process of its own, hashed in parts, kept under object lock."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO

from api.errors import Problem, invalid
from api.parts import Parts
from insurance.adapters.ports import ReadingRefused, StorageRefused, StoredObject
from insurance.adapters.storage.stream import hash_stream


async def digest_of(parts: Parts, file: BinaryIO) -> str:
    """SHA-256. Refuses what is too large."""
    file.seek(0)
    try:
        return (await asyncio.to_thread(hash_stream, file, parts.settings.storage.max_file_bytes))[0]
    except StorageRefused:
        raise _refused("file_too_large", "文件太大，请压缩到 20MB 以内再上传") from None


async def content_type_of(parts: Parts, file: BinaryIO) -> str:
    """By its content. Refuses what is no picture or document, or not an honest one."""
    try:
        return (await parts.inspector.inspect_file(file)).content_type
    except ReadingRefused as refusal:
        raise _refused(refusal.code, refusal.message) from None


async def kept(
    parts: Parts, object_key: str, file: BinaryIO, digest: str, content_type: str, locked_until: datetime
) -> StoredObject:
    """The original, under object lock. Given again, it is the object that is there."""
    with suppress(StorageRefused):
        seen = await parts.storage.stat(object_key)
        if seen.sha256 == digest:
            return seen
    limit = parts.settings.storage.max_file_bytes
    return await parts.storage.put(object_key, file, content_type, locked_until=locked_until, max_bytes=limit)


def _refused(code: str, message: str) -> Problem:
    return invalid("file", code, message)
