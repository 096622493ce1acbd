import asyncio
import base64
import io
from datetime import UTC, datetime

import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from letter_builders import e_policy, text_of
from pydantic import SecretStr
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from insurance.letters.issuer_identity import NotSigning, issuer_identity
from insurance.letters.pdf import as_pdf
from insurance.letters.signing import signed
from insurance.settings import IssuerKey, SigningSettings
from tests.signing_identity import issuer_key, signing_settings

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def identity():
    return issuer_identity(signing_settings(), "xiangjiang")


@pytest.fixture(scope="module")
def drawn():
    return as_pdf(e_policy())


@pytest.fixture(scope="module")
def file(drawn, identity):
    return signed(drawn, identity, "湘江学安", "签发电子保单", AT)


def status_of(file, identity):
    """What a reader says who trusts the issuer's authority and nobody else."""
    _, _, authority = pem.unarmor(identity.authority_pem())
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(authority)], moment=AT, allow_fetching=False)
    (signature,) = PdfFileReader(io.BytesIO(file)).embedded_signatures
    return asyncio.run(async_validate_pdf_signature(signature, trusted))


def test_a_reader_that_trusts_the_authority_finds_the_signature_valid(file, identity):
    status = status_of(file, identity)
    assert status.bottom_line and status.valid and status.intact and status.trusted
    assert status.modification_level == ModificationLevel.NONE
    assert status.signing_cert.subject.native["common_name"] == "xiangjiang (development)"
    assert status.pkcs7_signature_mechanism == "sha256_rsa"


def test_a_reader_that_trusts_somebody_else_does_not(file):
    other = issuer_identity(SigningSettings(issuers={"ganpo": issuer_key("ganpo")}), "ganpo")
    status = status_of(file, other)
    assert status.intact and not status.trusted and not status.bottom_line


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.85])
def test_one_changed_byte_breaks_it(drawn, file, identity, share):
    place = int(len(drawn) * share)
    changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
    assert not status_of(changed, identity).intact


def test_it_is_the_profile_for_long_lived_papers_and_forbids_changes(file):
    (signature,) = PdfFileReader(io.BytesIO(file)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= attributes
    assert "signing_time" not in attributes
    assert signature.docmdp_level.value == 1
    assert signature.self_reported_timestamp == AT


def test_the_same_file_at_the_same_time_gives_the_same_bytes(drawn, file, identity):
    assert signed(drawn, identity, "湘江学安", "签发电子保单", AT) == file
    assert signed(drawn, identity, "湘江学安", "签发电子保单", AT.replace(hour=3)) != file


def test_the_text_can_still_be_read(file):
    assert "电子保险单" in text_of(file)


def test_nobody_signs_before_the_certificate_began(drawn, identity):
    (signature,) = PdfFileReader(
        io.BytesIO(signed(drawn, identity, "湘江", "签发", datetime(2001, 1, 1, tzinfo=UTC)))
    ).embedded_signatures
    assert signature.self_reported_timestamp == identity.own.not_valid_before_utc


def as_pkcs12(identity, password):
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    file = pkcs12.serialize_key_and_certificates(
        b"issuer", identity.key, identity.own, identity.certificates[1:], encryption
    )
    return IssuerKey(pkcs12=SecretStr(base64.b64encode(file).decode()), password=SecretStr(password))


@pytest.mark.parametrize("password", ["", "秘密 1"])
def test_a_pkcs12_file_is_the_same_identity(identity, password):
    read = issuer_identity(SigningSettings(issuers={"xiangjiang": as_pkcs12(identity, password)}), "xiangjiang")
    assert read.certificates == identity.certificates
    assert read.key.private_numbers() == identity.key.private_numbers()


def test_an_encrypted_pem_key_is_read_with_its_password(identity):
    sealed = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"1234"))
    known = issuer_key().model_copy(update={"private_key": SecretStr(sealed.decode()), "password": SecretStr("1234")})
    assert issuer_identity(SigningSettings(issuers={"x": known}), "x").own == identity.own


def unusable():
    good, other = issuer_key(), issuer_key("ganpo")
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "nothing": IssuerKey(),
        "no certificate": IssuerKey(private_key=good.private_key),
        "no key": IssuerKey(certificates=good.certificates),
        "somebody else's certificate": IssuerKey(private_key=good.private_key, certificates=other.certificates),
        "a curve": IssuerKey(private_key=SecretStr(curve.decode()), certificates=good.certificates),
        "not base64": IssuerKey(pkcs12=SecretStr("%")),
        "not a file": IssuerKey(pkcs12=SecretStr("YWJj")),
        "a password for an open key": good.model_copy(update={"password": SecretStr("1234")}),
    }


@pytest.mark.parametrize("kind", unusable())
def test_a_key_that_can_not_be_used_is_refused_without_telling_it(kind):
    known = unusable()[kind]
    with pytest.raises(NotSigning) as refused:
        issuer_identity(SigningSettings(issuers={"x": known}), "x")
    assert "1234" not in str(refused.value) and "BEGIN" not in str(refused.value)


def test_an_insurer_without_a_key_does_not_sign():
    with pytest.raises(NotSigning, match="XUEPING_SIGNING__ISSUERS"):
        issuer_identity(signing_settings(), "ganpo")
