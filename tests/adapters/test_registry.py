import asyncio

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from insurance.adapters.notices.outbox import OutboxOnlyNotices
from insurance.adapters.notices.webhook import WebhookNotices
from insurance.adapters.ports import InsurerUnavailable
from insurance.adapters.registry import SettingsIncomplete, open_adapters
from insurance.settings import AlipaySettings, InsurerSettings, NoticesSettings, Settings


@pytest.fixture(scope="module")
def alipay() -> AlipaySettings:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return AlipaySettings(
        gateway_url="http://127.0.0.1:9/gateway.do",
        app_id="2021",
        app_private_key=SecretStr(private.decode()),
        alipay_public_key=public.decode(),
        notify_url="http://127.0.0.1:9/v1/callbacks/alipay",
    )


def settings(alipay: AlipaySettings, notices: NoticesSettings | None = None) -> Settings:
    insurer = InsurerSettings(base_url="http://127.0.0.1:9/jx", key_id="k", secret=SecretStr("s"))
    return Settings(insurers={"stand-in-jx": insurer}, alipay=alipay, notices=notices or NoticesSettings())


async def test_every_insurer_of_the_settings_is_open(alipay: AlipaySettings) -> None:
    async with open_adapters(settings(alipay)) as adapters:
        assert set(adapters.insurers) == {"stand-in-jx"}
        assert isinstance(adapters.notices, OutboxOnlyNotices)
    assert adapters.client.is_closed


async def test_a_webhook_is_used_when_there_is_one(alipay: AlipaySettings) -> None:
    notices = NoticesSettings(webhook_url="http://127.0.0.1:9/hook", webhook_secret=SecretStr("s"))
    async with open_adapters(settings(alipay, notices)) as adapters:
        assert isinstance(adapters.notices, WebhookNotices)


def test_what_is_missing_is_named(alipay: AlipaySettings) -> None:
    with pytest.raises(SettingsIncomplete, match="XUEPING_ALIPAY__APP_ID, XUEPING_ALIPAY__NOTIFY_URL"):
        open_adapters(settings(alipay.model_copy(update={"app_id": "", "notify_url": ""})))


def test_a_webhook_without_a_secret_is_refused(alipay: AlipaySettings) -> None:
    with pytest.raises(SettingsIncomplete, match="XUEPING_NOTICES__WEBHOOK_SECRET"):
        open_adapters(settings(alipay, NoticesSettings(webhook_url="http://127.0.0.1:9/hook")))


async def test_an_insurer_that_never_answers_leaves_connections_to_the_others(alipay: AlipaySettings) -> None:
    silent = await asyncio.start_server(never, "127.0.0.1", 0)
    closing = await asyncio.start_server(unavailable, "127.0.0.1", 0)
    two = settings(alipay)
    two.insurers = {"silent": insurer_at(silent, seconds=60), "closing": insurer_at(closing, seconds=2)}
    async with silent, closing, open_adapters(two) as adapters:
        ask = adapters.insurers["silent"].query_underwriting
        hanging = [asyncio.create_task(ask(f"pu-{n}")) for n in range(two.worker.outside)]
        while len(CONNECTED) < two.worker.outside:  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.01)
        with pytest.raises(InsurerUnavailable, match="HTTP 503"):
            await adapters.insurers["closing"].query_underwriting("pu-1")
        for asking in hanging:
            asking.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


CONNECTED: list[asyncio.StreamWriter] = []


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    CONNECTED.append(writer)


async def unavailable(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


def insurer_at(server: asyncio.Server, seconds: float) -> InsurerSettings:
    port = server.sockets[0].getsockname()[1]
    return InsurerSettings(
        base_url=f"http://127.0.0.1:{port}", key_id="k", secret=SecretStr("s"), timeout_seconds=seconds
    )
