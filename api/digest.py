"""Keyed digests: by which a child's policies are found without an index of document numbers, and by which claims are drawn."""

import hashlib
import hmac

from insurance.settings import Settings


def insured_digest(settings: Settings, id_type: str, id_number: str) -> str:
    """64 hex characters; the same person always gives the same one on one stack."""
    secret = settings.digest_secret.get_secret_value().encode()
    return hmac.new(secret, f"insured\n{id_type}\n{id_number}".encode(), hashlib.sha256).hexdigest()


def is_sampled(settings: Settings, claim_id: str) -> bool:
    """Whether this claim is among the percentage whose automatic approval an adjuster looks at (质量抽查). Of the same claim
    always the same answer, which nobody outside can foresee."""
    secret = settings.digest_secret.get_secret_value().encode()
    drawn = hmac.new(secret, f"quality\n{claim_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:8], "big") < settings.claims.quality_sample_percent / 100 * 2**64
