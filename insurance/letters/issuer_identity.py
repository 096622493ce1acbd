"""The key and the certificates with which an insurer signs (签发机构证书)."""

import base64
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from insurance.settings import IssuerKey, SigningSettings


class NotSigning(Exception):
    """No e-policy can be signed or checked here. The text says why, for the operator, without any secret."""


@dataclass(frozen=True)
class IssuerIdentity:
    """`certificates`: the signer's own, then those that vouch for it, the authority's last."""

    key: RSAPrivateKey
    certificates: tuple[x509.Certificate, ...]

    @property
    def own(self) -> x509.Certificate:
        return self.certificates[0]

    def authority_pem(self) -> bytes:
        """What a reader must trust to see the signature as valid."""
        return self.certificates[-1].public_bytes(Encoding.PEM)


def issuer_identity(settings: SigningSettings, insurer_code: str) -> IssuerIdentity:
    """RSA keys only: their signatures are the same for the same text, and every reader knows them. Raises `NotSigning`."""
    known = settings.issuers.get(insurer_code)
    if known is None:
        raise NotSigning(f"no signing key for {insurer_code}: XUEPING_SIGNING__ISSUERS")
    try:
        key, certificates = _read(known)
    except (ValueError, TypeError) as error:
        raise NotSigning(f"the signing key of {insurer_code} can't be read: {type(error).__name__}") from None
    if not isinstance(key, RSAPrivateKey):
        raise NotSigning(f"the signing key of {insurer_code} is not an RSA key")
    if not certificates or certificates[0].public_key() != key.public_key():
        raise NotSigning(f"the first certificate of {insurer_code} is not that of its key")
    return IssuerIdentity(key, certificates)


def _read(known: IssuerKey) -> tuple[object, tuple[x509.Certificate, ...]]:
    password = known.password.get_secret_value().encode() or None
    if file := known.pkcs12.get_secret_value():
        key, own, others = pkcs12.load_key_and_certificates(base64.b64decode(file), password)
        return key, (*([own] if own else []), *_upwards(own, others))
    key = load_pem_private_key(known.private_key.get_secret_value().encode(), password)
    return key, tuple(x509.load_pem_x509_certificates(known.certificates.encode()))


def _upwards(own: x509.Certificate | None, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """A PKCS#12 file holds the others in any order."""
    chain, below = [], own
    while below is not None and (
        above := next((c for c in others if c.subject == below.issuer and c not in chain), None)
    ):
        chain.append(above)
        below = above
    return chain
