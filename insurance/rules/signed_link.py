"""A link (签名链接) that opens one policy's file for a while, to whoever holds it: nothing in it says whose policy it is."""

import base64
import hashlib
import hmac
from datetime import datetime

_BYTES = 20


def link_signature(policy_no: str, expires: int, secret: str) -> str:
    """32 characters, lower-case letters and figures (160 bits of HMAC-SHA-256). `expires`: seconds since 1970, UTC."""
    digest = hmac.new(secret.encode(), f"download:{policy_no}:{expires}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_BYTES]).decode().lower()


def signature_fits(signature: str, policy_no: str, expires: int, secret: str) -> bool:
    """Takes as long for one that is nearly right. Nothing fits without a secret."""
    right = link_signature(policy_no, expires, secret)
    return bool(secret) and hmac.compare_digest(signature.encode(errors="replace"), right.encode())


def has_expired(expires: int, now: datetime) -> bool:
    """The last second still counts."""
    return now.timestamp() >= expires + 1
