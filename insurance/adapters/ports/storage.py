"""The store of evidence (S3)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

# what a browser posts waits under these keys until it is evidence, at most two days, and is never locked
UPLOADS = "uploads/"


@dataclass(frozen=True)
class StoredObject:
    key: str
    version_id: str
    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True)
class SignedPost:
    """A form that a browser posts straight to the store: `url`, then `fields`, then the file as `file`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


class Storage(Protocol):
    """The evidence store: versions and object lock on. Errors: `StorageUnavailable`, `StorageRefused` (`not_found`, `too_large`)."""

    async def prepare(self) -> None:
        """Make the bucket with versions and object lock, and check that both are on; have it drop by itself what was left under
        `UPLOADS`, where it can. Repeatable."""
        ...

    async def put(
        self, key: str, source: BinaryIO, content_type: str, *, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        """Stream `source` into the store in bounded memory, hash it on the way, lock it (COMPLIANCE) until `locked_until`.
        Refused `too_large` leaves nothing behind."""
        ...

    async def get(self, key: str, version_id: str | None = None) -> bytes: ...

    def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        """The object's bytes in parts."""
        ...

    async def stat(self, key: str) -> StoredObject: ...

    async def signed_get(self, key: str, expires_in_seconds: int) -> str: ...

    async def signed_post(self, key: str, max_bytes: int, expires_at: datetime) -> SignedPost: ...

    async def drop_upload(self, key: str) -> None:
        """Every version of what was posted under `key`, which begins with `UPLOADS` (`ValueError`); what is locked stays. Repeatable."""
        ...

    async def ready(self) -> None:
        """Raises `StorageUnavailable` when the store does not answer."""
        ...
