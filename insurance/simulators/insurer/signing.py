"""The interface's signature as an insurer would write it from its own manual: HMAC-SHA256 over five lines."""

import hashlib
import hmac
from collections.abc import Mapping

from insurance.simulators.clock import now

WINDOW_SECONDS = 300


def signature(secret: bytes, method: str, target: str, timestamp: str, request_id: str, body: bytes) -> str:
    text = f"{method}\n{target}\n{timestamp}\n{request_id}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.digest(secret, text.encode(), "sha256").hex()


def signed_headers(key_id: str, secret: bytes, target: str, body: bytes, request_id: str) -> dict[str, str]:
    timestamp = f"{now():.0f}"
    return {
        "content-type": "application/json",
        "x-key-id": key_id,
        "x-timestamp": timestamp,
        "x-request-id": request_id,
        "x-signature": signature(secret, "POST", target, timestamp, request_id, body),
    }


def why_not_genuine(
    key_id: str, secret: bytes, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> str | None:
    """The code of the refusal; None for a genuine request."""
    timestamp, request_id = headers.get("x-timestamp", ""), headers.get("x-request-id", "")
    if headers.get("x-key-id") != key_id:
        return "UNKNOWN_KEY"
    expected = signature(secret, method, target, timestamp, request_id, body)
    if not request_id or not hmac.compare_digest(expected.encode(), headers.get("x-signature", "").encode()):
        return "SIGNATURE_INVALID"
    if not timestamp.isdigit() or abs(now() - int(timestamp)) > WINDOW_SECONDS:
        return "TIMESTAMP_EXPIRED"
    return None
