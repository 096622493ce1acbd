"""The key and the certificates with which an insurer signs (签发机构证书)."""

import base64
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from insurance.settings import SigningSettings


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
    secrets = (known.pkcs12, known.private_key, known.password)
    pkcs12_file, private_key, password = (secret.get_secret_value() for secret in secrets)
    try:
        return _read(pkcs12_file, private_key, known.certificates, password)
    except (ValueError, TypeError) as error:
        raise NotSigning(f"the signing key of {insurer_code} can't be used: {_why(error)}") from None


class _Unfit(ValueError):
    """Ours, with a text that tells no secret."""


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, _Unfit) else f"unreadable ({type(error).__name__})"


@lru_cache(maxsize=64)
def _read(pkcs12_file: str, private_key: str, certificates: str, password: str) -> IssuerIdentity:
    """Once for each: to prove an RSA key takes as long as to sign with it twenty times."""
    sealed_with = password.encode() or None
    if pkcs12_file:
        key, own, others = pkcs12.load_key_and_certificates(base64.b64decode(pkcs12_file), sealed_with)
        chain = [own, *_upwards(own, others)] if own else []
    else:
        key = load_pem_private_key(private_key.encode(), sealed_with)
        chain = x509.load_pem_x509_certificates(certificates.encode())
    if not isinstance(key, RSAPrivateKey):
        raise _Unfit("it is not an RSA key")
    if not chain or chain[0].public_key() != key.public_key():
        raise _Unfit("the first certificate is not that of the key")
    return IssuerIdentity(key, tuple(chain))


def _upwards(own: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """A PKCS#12 file holds the others in any order."""
    chain: list[x509.Certificate] = []
    below = own
    while above := next((c for c in others if c.subject == below.issuer and c not in chain), None):
        chain.append(above)
        below = above
    return chain
