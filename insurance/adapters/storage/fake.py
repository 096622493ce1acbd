"""The evidence store in memory, with the same contract as the real one: versions, locks, limits, and a switch to be down."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from insurance.adapters.ports import SignedPost, StorageRefused, StorageUnavailable, StoredObject
from insurance.adapters.storage.stream import CHUNK, hash_stream, rewindable
from insurance.adapters.storage.uploads import only_uploads


@dataclass(frozen=True)
class _Version:
    seen: StoredObject
    data: bytes
    locked_until: datetime | None


class FakeStorage:
    """`down = True` makes every call raise `StorageUnavailable`, as a stopped store does."""

    def __init__(self) -> None:
        self.down = False
        self._versions: dict[str, list[_Version]] = {}

    async def prepare(self) -> None:
        await self.ready()

    async def ready(self) -> None:
        if self.down:
            raise StorageUnavailable("the store does not answer")

    async def put(
        self, key: str, source: BinaryIO, content_type: str, *, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        await self.ready()
        with rewindable(source, max_bytes) as stream:
            sha256, size = hash_stream(stream, max_bytes)
            stream.seek(0)
            data = stream.read()
        versions = self._versions.setdefault(key, [])
        seen = StoredObject(key, f"v{len(versions) + 1}", sha256, size, content_type)
        versions.append(_Version(seen, data, locked_until))
        return seen

    async def get(self, key: str, version_id: str | None = None) -> bytes:
        return b"".join([part async for part in self.open(key, version_id)])

    async def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        await self.ready()
        data = self._find(key, version_id).data
        for start in range(0, len(data), CHUNK):
            yield data[start : start + CHUNK]

    async def stat(self, key: str) -> StoredObject:
        await self.ready()
        return self._find(key, None).seen

    async def signed_get(self, key: str, expires_in_seconds: int) -> str:
        await self.ready()
        return f"memory://evidence/{key}?expires={expires_in_seconds}"

    async def signed_post(self, key: str, max_bytes: int, expires_at: datetime) -> SignedPost:
        await self.ready()
        return SignedPost("memory://evidence", {"key": key, "max": str(max_bytes)}, expires_at)

    async def drop_upload(self, key: str) -> None:
        only_uploads(key)
        await self.ready()
        locked = [version for version in self._versions.pop(key, []) if version.locked_until is not None]
        if locked:
            self._versions[key] = locked

    def _find(self, key: str, version_id: str | None) -> _Version:
        versions = self._versions.get(key, [])
        chosen = [v for v in versions if version_id in (None, v.seen.version_id)]
        if not chosen:
            raise StorageRefused("not_found")
        return chosen[-1]
