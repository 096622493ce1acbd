"""The keyed digest by which a child's policies are found without storing an index of document numbers."""

import hashlib
import hmac

from insurance.settings import Settings


def insured_digest(settings: Settings, id_type: str, id_number: str) -> str:
    """64 hex characters; the same person always gives the same one on one stack."""
    secret = settings.digest_secret.get_secret_value().encode()
    return hmac.new(secret, f"insured\n{id_type}\n{id_number}".encode(), hashlib.sha256).hexdigest()
