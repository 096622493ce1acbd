"""Who signs on a stack of development: for each insurer an authority of its own making, and a certificate from it."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import BaseModel

VALID = timedelta(days=20 * 366)
# policies that were sold before the folder had a certificate are signed as of their own day
BEFORE = timedelta(days=2 * 366)


class Identity(BaseModel):
    """As PEM: the insurer's key, and its certificate before the authority's. The authority's key is not kept: nobody can make
    another insurer with it."""

    private_key: str
    certificates: str


def new_identity(insurer_code: str) -> Identity:
    key, authority_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    authority = _name(f"Xueping development CA {insurer_code}")
    purposes = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    vouching = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    own = _certificate(_name(f"{insurer_code} (development)"), key, purposes, None, authority, authority_key)
    root = _certificate(authority, authority_key, vouching, 0, authority, authority_key)
    return Identity(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificates=(own.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)).decode(),
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    usage: x509.KeyUsage,
    path_length: int | None,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
) -> x509.Certificate:
    """`path_length` None: not an authority."""
    now = datetime.now(UTC)
    issuer_public = issuer_key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(path_length is not None, path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
