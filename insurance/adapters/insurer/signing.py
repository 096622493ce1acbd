"""Signature of the insurers' interface, for requests and for callbacks.

HMAC-SHA256, in hex, over five lines: method, target (path with query), timestamp (Unix seconds), request id, SHA-256 of the
body in hex. A message is good for `WINDOW` around its timestamp; a repeat inside it has no second effect, since the request id
is signed and is the key of the effect.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from insurance.adapters.ports import SignatureInvalid

WINDOW = timedelta(minutes=5)

KEY_ID, TIMESTAMP, REQUEST_ID, SIGNATURE = "x-key-id", "x-timestamp", "x-request-id", "x-signature"


@dataclass(frozen=True)
class SigningKey:
    """One shared secret between us and an insurer, and the name under which both know it."""

    key_id: str
    secret: bytes = field(repr=False)

    def sign(self, method: str, target: str, body: bytes, request_id: str, now: datetime) -> dict[str, str]:
        """The headers that make a message ours."""
        timestamp = str(int(now.timestamp()))
        signature = self._signature(method, target, timestamp, request_id, body)
        return {KEY_ID: self.key_id, TIMESTAMP: timestamp, REQUEST_ID: request_id, SIGNATURE: signature}

    def verify(self, method: str, target: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Raises `SignatureInvalid`: unsigned, another key, changed on the way, or outside the window."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp = given.get(TIMESTAMP, "")
        expected = self._signature(method, target, timestamp, given.get(REQUEST_ID, ""), body)
        if given.get(KEY_ID) != self.key_id:
            raise SignatureInvalid("unknown key id")
        if not hmac.compare_digest(expected.encode(), given.get(SIGNATURE, "").encode()):
            raise SignatureInvalid("signature does not match")
        if not timestamp.isdigit() or abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
            raise SignatureInvalid("timestamp outside the window")

    def _signature(self, method: str, target: str, timestamp: str, request_id: str, body: bytes) -> str:
        lines = (method.upper(), target, timestamp, request_id, hashlib.sha256(body).hexdigest())
        return hmac.new(self.secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()
