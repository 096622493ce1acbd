"""Notices to people go to the operator's own messaging by a signed webhook, in the form of the Standard Webhooks specification.

Headers `webhook-id` (the notice's id: the receiver drops repeats by it), `webhook-timestamp` (Unix seconds) and
`webhook-signature` (`v1,` and base64 of HMAC-SHA256 over "id.timestamp.body"). Any 2xx means delivered.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from insurance.adapters.ports import Notice, NoticesUnavailable


def webhook_key(secret: str) -> bytes:
    """The key in a secret: base64 after `whsec_`, as the specification writes it, or the text itself."""
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()


def sign_webhook(secret: bytes, notice_id: str, now: datetime, body: bytes) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    signed = b".".join((notice_id.encode(), timestamp.encode(), body))
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": notice_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"}


class WebhookNotices:
    """Posts `{notice_id, subject, kind, text, about, at}`, `at` in RFC 3339."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        client: httpx.AsyncClient,
        *,
        timeout_seconds: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._secret = secret
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        body = _body(notice)
        headers = sign_webhook(self._secret, notice.notice_id, self._clock(), body)
        try:
            response = await self._client.post(
                self._url,
                content=body,
                headers={"content-type": "application/json", **headers},
                timeout=self._timeout_seconds,
            )
        except httpx.HTTPError as error:
            raise NoticesUnavailable(type(error).__name__) from error
        if not response.is_success:
            raise NoticesUnavailable(f"HTTP {response.status_code}")


def _body(notice: Notice) -> bytes:
    fields = {
        "notice_id": notice.notice_id,
        "subject": notice.subject,
        "kind": notice.kind,
        "text": notice.text,
        "about": notice.about,
        "at": notice.at.isoformat(),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
