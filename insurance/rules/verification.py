"""The code on an e-policy (验真码), without which nobody can ask about it: policy numbers can be guessed, codes can't."""

import base64
import hashlib
import hmac

_BYTES = 10


def verification_code(policy_no: str, secret: str) -> str:
    """16 characters, lower-case letters and figures, the same for the same policy and secret (80 bits of HMAC-SHA-256)."""
    digest = hmac.new(secret.encode(), f"verify:{policy_no}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_BYTES]).decode().lower()


def code_fits(code: str, policy_no: str, secret: str) -> bool:
    """Takes as long for a code that is nearly right. No code fits without a secret."""
    right = verification_code(policy_no, secret)
    return bool(secret) and hmac.compare_digest(code.lower().encode(errors="replace"), right.encode())
