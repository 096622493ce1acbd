"""The evidence store on any S3 (MinIO, SeaweedFS, a cloud's own): versions and object lock on, spoken to with the `minio` client.

The client is synchronous; its calls run on threads of their own, so that a stalled store never stalls anything else. Each call
makes its own connections as it needs them: a store that comes back is used again without a restart.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.datatypes import PostPolicy
from minio.error import MinioException, S3Error
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from insurance.adapters.ports import SignedPost, StorageRefused, StorageUnavailable, StoredObject
from insurance.adapters.storage.stream import CHUNK, hash_stream, rewindable
from insurance.adapters.storage.uploads import is_dropping_uploads, only_uploads, uploads_dropped
from insurance.settings import StorageSettings

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PART = 5 * 1024 * 1024
_NOT_FOUND = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidVersionId"}
_LOCKED = {"AccessDenied", "InvalidRequest", "ObjectLocked"}
_HASH = "x-amz-meta-sha256"


class S3Storage:
    def __init__(self, settings: StorageSettings) -> None:
        self._bucket = settings.bucket
        self._region = settings.region
        self._client = self._connect(settings, read_seconds=10.0)
        # questions are small: a store that takes longer than this to answer one is as good as down
        self._asker = self._connect(settings, read_seconds=2.0)
        scheme = "https" if settings.secure else "http"
        self._address = f"{scheme}://{settings.endpoint}/{quote(settings.bucket)}"
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="storage")

    @staticmethod
    def _connect(settings: StorageSettings, read_seconds: float) -> Minio:
        pool = urllib3.PoolManager(
            maxsize=8,
            timeout=urllib3.Timeout(connect=1.0, read=read_seconds),
            retries=urllib3.Retry(total=1, read=0, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
        )
        return Minio(
            settings.endpoint,
            access_key=settings.access_key.get_secret_value(),
            secret_key=settings.secret_key.get_secret_value(),
            secure=settings.secure,
            region=settings.region,
            http_client=pool,
        )

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def prepare(self) -> None:
        await self._run(self._prepare)

    def _prepare(self) -> None:
        if not self._asker.bucket_exists(self._bucket):
            try:
                self._client.make_bucket(self._bucket, location=self._region, object_lock=True)
            except S3Error as error:
                # another process was faster
                if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise
        if self._asker.get_bucket_versioning(self._bucket).status != ENABLED:
            self._client.set_bucket_versioning(self._bucket, VersioningConfig(ENABLED))
        self._asker.get_object_lock_config(self._bucket)
        self._drop_uploads_in_time()

    def _drop_uploads_in_time(self) -> None:
        """A store without such rules, or one that leaves them to its operator, works as well: most uploads are dropped one by one.
        Rules of somebody else are not written again: the client does not know all that may stand in them."""
        try:
            known = self._asker.get_bucket_lifecycle(self._bucket)
            if known is None:
                self._client.set_bucket_lifecycle(self._bucket, uploads_dropped())
            reason = None if known is None or is_dropping_uploads(known) else "it has rules of its operator"
        except S3Error as error:
            reason = error.code
        except ValueError:
            reason = "its rules can't be understood"
        if reason:
            _log.warning("the bucket will not drop forgotten uploads by itself: %s", reason)

    async def ready(self) -> None:
        if not await self._run(lambda: self._asker.bucket_exists(self._bucket)):
            raise StorageUnavailable("the bucket is missing")

    async def put(
        self, key: str, source: BinaryIO, content_type: str, *, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        return await self._run(lambda: self._put(key, source, content_type, locked_until, max_bytes))

    def _put(
        self, key: str, source: BinaryIO, content_type: str, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        # a store that is down is noticed by a short question, not by the long wait for a file
        self._asker.bucket_exists(self._bucket)
        with rewindable(source, max_bytes) as stream:
            sha256, size = hash_stream(stream, max_bytes)
            stream.seek(0)
            lock = Retention(COMPLIANCE, locked_until.astimezone(UTC)) if locked_until else None
            answer = self._client.put_object(
                self._bucket,
                key,
                stream,
                size,
                content_type=content_type,
                metadata={_HASH: sha256},
                part_size=_PART,
                num_parallel_uploads=1,
                retention=lock,
            )
        return StoredObject(key, answer.version_id or "", sha256, size, content_type)

    async def get(self, key: str, version_id: str | None = None) -> bytes:
        return b"".join([part async for part in self.open(key, version_id)])

    async def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        parts = self._parts(key, version_id)
        try:
            while (part := await self._run(lambda: next(parts, b""))) != b"":
                yield part
        finally:
            await self._run(parts.close)

    def _parts(self, key: str, version_id: str | None) -> Any:
        def read() -> Iterator[bytes]:
            answer = self._client.get_object(self._bucket, key, version_id=version_id)
            try:
                while part := answer.read(CHUNK):
                    yield part
            finally:
                answer.close()
                answer.release_conn()

        return read()

    async def stat(self, key: str) -> StoredObject:
        seen = await self._run(lambda: self._asker.stat_object(self._bucket, key))
        sha256 = (seen.metadata or {}).get(_HASH) or await self._hash(key, seen.version_id)
        return StoredObject(key, seen.version_id or "", sha256, seen.size or 0, seen.content_type or "")

    async def _hash(self, key: str, version_id: str | None) -> str:
        """What a browser posted straight to the store carries no hash of ours: it is read once."""
        digest = hashlib.sha256()
        async for part in self.open(key, version_id):
            digest.update(part)
        return digest.hexdigest()

    async def signed_get(self, key: str, expires_in_seconds: int) -> str:
        life = timedelta(seconds=expires_in_seconds)
        return await self._run(lambda: self._asker.presigned_get_object(self._bucket, key, expires=life))

    async def signed_post(self, key: str, max_bytes: int, expires_at: datetime) -> SignedPost:
        policy = PostPolicy(self._bucket, expires_at.astimezone(UTC))
        policy.add_equals_condition("key", key)
        policy.add_content_length_range_condition(1, max_bytes)
        form = await self._run(lambda: self._asker.presigned_post_policy(policy))
        return SignedPost(self._address, {"key": key, **form}, expires_at)

    async def drop_upload(self, key: str) -> None:
        only_uploads(key)
        await self._run(lambda: self._drop(key))

    def _drop(self, key: str) -> None:
        # more keys may begin like this one
        found = self._asker.list_objects(self._bucket, prefix=key, recursive=True, include_version=True)
        for version in [version for version in found if version.object_name == key]:
            try:
                self._asker.remove_object(self._bucket, key, version_id=version.version_id)
            except S3Error as error:
                if error.code not in _LOCKED:
                    raise

    async def _run(self, call: Callable[[], T]) -> T:
        def guarded() -> T:
            with _translated():
                return call()

        return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """The client's and the network's words to the port's two families. Keys and addresses stay out of the texts."""
    try:
        yield
    except S3Error as error:
        if error.code in _NOT_FOUND:
            raise StorageRefused("not_found") from None
        raise StorageUnavailable(f"the store answered {error.code}") from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise StorageUnavailable(f"the store does not answer: {type(error).__name__}") from None
