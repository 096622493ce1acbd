"""From settings to adapters: the one place that knows which adapter stands behind which port."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

import httpx

from insurance.adapters.insurer.http import HttpInsurer
from insurance.adapters.insurer.signing import SigningKey
from insurance.adapters.notices.outbox import OutboxOnlyNotices
from insurance.adapters.notices.webhook import WebhookNotices, webhook_key
from insurance.adapters.payments.http import AlipayPayments
from insurance.adapters.ports import Insurer, Notices, PageReader, Payments, Storage
from insurance.adapters.storage.s3 import S3Storage
from insurance.settings import AlipaySettings, InsurerSettings, NoticesSettings, OcrSettings, Settings, StorageSettings

# talking to a part on this machine never goes through a proxy of the environment
DIRECT = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


class SettingsIncomplete(Exception):
    """Settings that an adapter can't do without; the text names them, and is meant for the operator."""


@dataclass(frozen=True)
class Adapters:
    """Everything outside, open. `insurers` by insurer code. Close it, or use it in `async with`."""

    insurers: Mapping[str, Insurer]
    payments: Payments
    notices: Notices
    client: httpx.AsyncClient

    async def close(self) -> None:
        await self.client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def open_adapters(settings: Settings, clock: Clock = system_clock) -> Adapters:
    """`clock` dates and signs what is sent. Call it in the event loop that will use it. Raises `SettingsIncomplete`."""
    # a connection for every call, so that nobody's calls wait for those of who does not answer
    calls = settings.worker.calls(len(settings.insurers))
    client = httpx.AsyncClient(
        mounts=DIRECT,
        limits=httpx.Limits(max_connections=calls, max_keepalive_connections=100, keepalive_expiry=30),
    )
    return Adapters(
        insurers={code: _insurer(code, one, settings, client, clock) for code, one in settings.insurers.items()},
        payments=_payments(settings.alipay, client, clock),
        notices=_notices(settings.notices, client, clock),
        client=client,
    )


def _insurer(
    code: str, insurer: InsurerSettings, settings: Settings, client: httpx.AsyncClient, clock: Clock
) -> Insurer:
    return HttpInsurer(
        code,
        insurer.base_url,
        SigningKey(insurer.key_id, insurer.secret.get_secret_value().encode()),
        client,
        callback_path=f"{urlsplit(settings.public_url).path.rstrip('/')}/v1/callbacks/insurers/{code}",
        timeout_seconds=insurer.timeout_seconds,
        clock=clock,
    )


def _payments(alipay: AlipaySettings, client: httpx.AsyncClient, clock: Clock) -> Payments:
    private_key = alipay.app_private_key.get_secret_value()
    needed = {
        "GATEWAY_URL": alipay.gateway_url,
        "APP_ID": alipay.app_id,
        "APP_PRIVATE_KEY": private_key,
        "ALIPAY_PUBLIC_KEY": alipay.alipay_public_key,
        "NOTIFY_URL": alipay.notify_url,
    }
    if missing := [f"XUEPING_ALIPAY__{name}" for name, value in needed.items() if not value]:
        raise SettingsIncomplete(f"set {', '.join(missing)}")
    return AlipayPayments(
        alipay.gateway_url,
        alipay.app_id,
        private_key,
        alipay.alipay_public_key,
        client,
        notify_url=alipay.notify_url,
        return_url=alipay.return_url,
        timeout_seconds=alipay.timeout_seconds,
        clock=clock,
    )


def _notices(notices: NoticesSettings, client: httpx.AsyncClient, clock: Clock) -> Notices:
    match notices.webhook_url, notices.webhook_secret:
        case None, _:
            return OutboxOnlyNotices()
        case str() as url, secret if secret is not None:
            key = webhook_key(secret.get_secret_value())
            return WebhookNotices(url, key, client, timeout_seconds=notices.timeout_seconds, clock=clock)
        case _:
            raise SettingsIncomplete("set XUEPING_NOTICES__WEBHOOK_SECRET, with which the webhook is signed")


def open_storage(settings: StorageSettings) -> Storage:
    return S3Storage(settings)


def open_reader(settings: OcrSettings) -> PageReader:
    """Loads the engine's models, which takes seconds; once for each process."""
    match settings.engine:
        case "rapidocr":
            from insurance.adapters.ocr.rapidocr_reader import RapidOcrReader

            return RapidOcrReader(threads=settings.threads)
        case "tesseract":
            from insurance.adapters.ocr.tesseract_reader import TesseractReader

            return TesseractReader()
