import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from insurance.adapters.notices.outbox import OutboxOnlyNotices
from insurance.adapters.notices.webhook import WebhookNotices
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
