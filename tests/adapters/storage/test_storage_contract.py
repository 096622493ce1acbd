import asyncio
import hashlib
import io
import random
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, cast

import httpx
import pytest
from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from store_server import Server, settings, wait_for_port

from insurance.adapters.ports import UPLOADS, Storage, StorageRefused, StorageUnavailable
from insurance.adapters.storage.fake import FakeStorage
from insurance.adapters.storage.s3 import S3Storage

LATER = datetime(2099, 1, 1, tzinfo=UTC)


REAL = [pytest.param(name, marks=pytest.mark.servers) for name in ("weed", "minio")]


@pytest.fixture(scope="session", params=["fake", *REAL])
async def storage(request: pytest.FixtureRequest, start_server: Callable[[str], Server]) -> AsyncIterator[Storage]:
    if request.param == "fake":
        yield FakeStorage()
        return
    made = S3Storage(start_server(request.param).settings)
    await until_prepared(made)
    yield made
    made.close()


async def until_prepared(storage: S3Storage) -> None:
    for _ in range(60):
        try:
            await storage.prepare()
            # a store that has just started may answer before it can write
            await storage.put("warm-up", io.BytesIO(b"1"), "text/plain", locked_until=None, max_bytes=10)
            return
        except StorageUnavailable:
            await asyncio.sleep(0.5)
    raise RuntimeError("the store did not become ready")


@pytest.fixture
def key() -> str:
    return f"claims/{uuid.uuid4()}"


class OneWay(io.RawIOBase):
    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        part = self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


class Counted(io.BytesIO):
    """Notes the largest piece that was asked of it."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.largest = max(self.largest, len(part))
        return part


async def put(storage: Storage, key: str, data: bytes, source: BinaryIO | None = None) -> str:
    stored = await storage.put(key, source or io.BytesIO(data), "image/png", locked_until=LATER, max_bytes=20_000_000)
    assert (stored.key, stored.size, stored.sha256) == (key, len(data), hashlib.sha256(data).hexdigest())
    return stored.version_id


async def test_what_was_put_is_got_byte_for_byte(storage: Storage, key: str) -> None:
    data = bytes(range(256)) * 40_000
    await put(storage, key, data)
    assert await storage.get(key) == data


async def test_a_stream_that_cannot_be_rewound_is_stored_whole(storage: Storage, key: str) -> None:
    data = b"receipt" * 100_000
    await put(storage, key, data, cast(BinaryIO, io.BufferedReader(OneWay(data))))
    assert await storage.get(key) == data


async def test_an_object_comes_in_parts(storage: Storage, key: str) -> None:
    await put(storage, key, b"a" * 1_000_000)
    parts = [part async for part in storage.open(key)]
    assert len(parts) > 1
    assert b"".join(parts) == b"a" * 1_000_000


async def test_stat_tells_type_size_and_hash(storage: Storage, key: str) -> None:
    version = await put(storage, key, b"receipt")
    seen = await storage.stat(key)
    assert (seen.size, seen.content_type, seen.version_id) == (7, "image/png", version)
    assert seen.sha256 == hashlib.sha256(b"receipt").hexdigest()


async def test_a_second_put_leaves_the_first_version_readable(storage: Storage, key: str) -> None:
    first = await put(storage, key, b"first")
    second = await put(storage, key, b"second")
    assert first != second
    assert await storage.get(key) == b"second"
    assert await storage.get(key, first) == b"first"


async def test_too_large_is_refused_and_leaves_nothing(storage: Storage, key: str) -> None:
    for source in (io.BytesIO(b"x" * 101), cast(BinaryIO, io.BufferedReader(OneWay(b"x" * 101)))):
        with pytest.raises(StorageRefused) as refusal:
            await storage.put(key, source, "image/png", locked_until=None, max_bytes=100)
        assert refusal.value.code == "too_large"
    with pytest.raises(StorageRefused, match="not_found"):
        await storage.stat(key)


async def test_a_missing_object_or_version_is_not_found(storage: Storage, key: str) -> None:
    for ask in (storage.get(key), storage.stat(key)):
        with pytest.raises(StorageRefused, match="not_found"):
            await ask
    await put(storage, key, b"here")
    with pytest.raises(StorageRefused, match="not_found"):
        await storage.get(key, "no-such-version")


async def test_an_upload_is_dropped_with_every_version_and_nothing_beside_it(storage: Storage, key: str) -> None:
    upload, beside = f"{UPLOADS}{key}", f"{UPLOADS}{key}0"
    for data in (b"first", b"second"):
        await storage.put(upload, io.BytesIO(data), "image/png", locked_until=None, max_bytes=10)
    await storage.put(beside, io.BytesIO(b"beside"), "image/png", locked_until=None, max_bytes=10)
    for _ in range(2):
        await storage.drop_upload(upload)
        with pytest.raises(StorageRefused, match="not_found"):
            await storage.stat(upload)
    assert await storage.get(beside) == b"beside"


async def test_what_is_evidence_or_locked_is_never_dropped(storage: Storage, key: str) -> None:
    await put(storage, key, b"evidence")
    with pytest.raises(ValueError, match="only what was uploaded"):
        await storage.drop_upload(key)
    version = await put(storage, f"{UPLOADS}{key}", b"locked")
    await storage.drop_upload(f"{UPLOADS}{key}")
    assert [await storage.get(key), await storage.get(f"{UPLOADS}{key}", version)] == [b"evidence", b"locked"]


async def test_signed_addresses_name_the_object_and_keep_their_end(storage: Storage, key: str) -> None:
    assert key in await storage.signed_get(key, 60)
    end = datetime.now(UTC) + timedelta(minutes=5)
    form = await storage.signed_post(key, 1000, end)
    assert form.fields["key"] == key
    assert form.expires_at == end


async def test_the_fake_can_be_down_and_come_back() -> None:
    fake = FakeStorage()
    fake.down = True
    with pytest.raises(StorageUnavailable):
        await fake.put("k", io.BytesIO(b"1"), "image/png", locked_until=None, max_bytes=10)
    fake.down = False
    await fake.ready()


def test_a_store_without_rules_of_its_own_is_ready_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(bucket: str) -> None:
        raise S3Error(None, "NotImplemented", "no", bucket, "1", "1")  # type: ignore[arg-type]

    def stumble(bucket: str) -> None:
        raise ValueError("only one of and, prefix or tag must be provided")

    storage = S3Storage(settings(9))
    for answer in (refuse, stumble):
        monkeypatch.setattr(storage._asker, "get_bucket_lifecycle", answer)
        storage._drop_uploads_in_time()
    storage.close()
    assert "NotImplemented" in caplog.text
    assert "can't be understood" in caplog.text


class TestRealStore:
    @pytest.fixture(params=REAL)
    def server(self, request: pytest.FixtureRequest, start_server: Callable[[str], Server]) -> Server:
        return start_server(request.param)

    @pytest.fixture
    async def s3(self, server: Server) -> AsyncIterator[S3Storage]:
        made = S3Storage(server.settings)
        await until_prepared(made)
        yield made
        made.close()

    async def test_a_locked_version_cannot_be_removed(self, s3: S3Storage, key: str) -> None:
        version = await put(s3, key, b"evidence")
        with pytest.raises(S3Error, match=r"AccessDenied|locked|WORM"):
            s3._client.remove_object(s3._bucket, key, version_id=version)
        assert await s3.get(key, version) == b"evidence"

    async def test_a_large_file_goes_in_parts_and_is_locked_whole(self, s3: S3Storage, key: str) -> None:
        source = Counted(random.Random(1).randbytes(12_000_000))
        version = await put(s3, key, source.getvalue(), source)
        assert source.largest <= 5 * 1024 * 1024 + 1
        assert hashlib.sha256(await s3.get(key, version)).digest() == hashlib.sha256(source.getvalue()).digest()
        await put(s3, key, b"another")
        with pytest.raises(S3Error, match=r"AccessDenied|locked|WORM"):
            s3._client.remove_object(s3._bucket, key, version_id=version)
        held = s3._client.get_object_retention(s3._bucket, key, version_id=version)
        assert held is not None
        assert (held.mode, held.retain_until_date) == ("COMPLIANCE", LATER)

    async def test_the_bucket_drops_forgotten_uploads_and_the_rules_of_others_stay_as_they_are(
        self, s3: S3Storage, caplog: pytest.LogCaptureFixture
    ) -> None:
        theirs = Rule(ENABLED, rule_filter=Filter(prefix="elsewhere/"), rule_id="theirs", expiration=Expiration(days=9))
        s3._client.set_bucket_lifecycle(s3._bucket, LifecycleConfig([theirs]))
        await s3.prepare()
        (rule,) = s3._client.get_bucket_lifecycle(s3._bucket).rules
        assert (rule.rule_filter.prefix, rule.expiration.days) == ("elsewhere/", 9)
        assert "rules of its operator" in caplog.text
        caplog.clear()
        s3._client.delete_bucket_lifecycle(s3._bucket)
        for _ in range(2):
            await s3.prepare()
        (rule,) = s3._client.get_bucket_lifecycle(s3._bucket).rules
        assert (rule.rule_filter.prefix, rule.expiration.days) == (UPLOADS, 1)
        assert rule.noncurrent_version_expiration.noncurrent_days == 1
        assert not caplog.text

    async def test_a_stranger_gets_nothing_and_a_signed_address_serves(self, s3: S3Storage, key: str) -> None:
        await put(s3, key, b"evidence")
        address = await s3.signed_get(key, 60)
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(address)).content == b"evidence"
            assert (await browser.get(address.split("?")[0])).status_code == 403

    async def test_a_signed_form_takes_one_file_within_its_limit(self, s3: S3Storage, key: str) -> None:
        form = await s3.signed_post(key, 1000, datetime.now(UTC) + timedelta(minutes=5))
        async with httpx.AsyncClient() as browser:
            large = await browser.post(form.url, data=dict(form.fields), files={"file": b"h" * 2000})
            assert large.status_code >= 400
            right = await browser.post(form.url, data=dict(form.fields), files={"file": b"hello"})
            assert right.status_code in (200, 201, 204)
        seen = await s3.stat(key)
        assert (seen.size, seen.sha256) == (5, hashlib.sha256(b"hello").hexdigest())

    async def test_a_stopped_store_is_unavailable_and_is_used_again_when_back(
        self, s3: S3Storage, server: Server, key: str
    ) -> None:
        await put(s3, key, b"evidence")
        server.pause()
        try:
            with pytest.raises(StorageUnavailable):
                await s3.ready()
        finally:
            server.resume()
        await s3.ready()
        server.stop()
        for ask in (s3.ready(), s3.get(key), s3.stat(key), put(s3, key, b"more")):
            with pytest.raises(StorageUnavailable):
                await ask
        server.start()
        wait_for_port(server)
        await until_prepared(s3)
        assert await s3.get(key) == b"evidence"
