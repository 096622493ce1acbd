"""An insurer that signs in tests, as a stack of development makes one. Its key is made once for all tests of a run."""

from functools import cache

from api.stack.identities import new_identity
from insurance.settings import IssuerKey, SigningSettings


@cache
def issuer_key(insurer_code: str = "xiangjiang") -> IssuerKey:
    return IssuerKey.model_validate(new_identity(insurer_code).model_dump())


def signing_settings() -> SigningSettings:
    return SigningSettings.model_validate(
        {"code_secret": "a secret of these tests alone", "issuers": {"xiangjiang": issuer_key().model_dump()}}
    )
