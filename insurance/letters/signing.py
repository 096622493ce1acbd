"""A PDF signed by its issuer (PAdES-B-B), certified: any change afterwards breaks it. No timestamp: that would need the network."""

import asyncio
import hashlib
import io
from datetime import datetime

from asn1crypto import x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from insurance.letters.issuer_identity import IssuerIdentity

FIELD = "IssuerSignature"
DIGEST = "sha256"


def signed(file: bytes, identity: IssuerIdentity, name: str, reason: str, at: datetime) -> bytes:
    """The same bytes for the same file, identity and time. Before its certificate began nobody can have signed: then the time is
    the certificate's. Starts a loop of its own: call it in a thread."""
    return asyncio.run(_signed(file, identity, name, reason, max(at, identity.own.not_valid_before_utc)))


async def _signed(file: bytes, identity: IssuerIdentity, name: str, reason: str, at: datetime) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    session = PdfSigner(metadata, _Issuer(identity)).init_signing_session(_Repeatable(io.BytesIO(file)))
    # from here on what `PdfSigner.sign_pdf` does, which takes the time from the machine's clock
    session.system_time = at
    reserved = await session.estimate_signature_container_size(None)
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
    output = io.BytesIO()
    digest, _ = prepared.digest_tbs_document(output=output)
    await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=at))
    return output.getvalue()


class _Issuer(Signer):
    """Signs with a key that is loaded already: the library's own signer reads and proves it anew for each signature."""

    def __init__(self, identity: IssuerIdentity) -> None:
        chain = [x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in identity.certificates]
        known = SimpleCertificateStore.from_certs(chain)  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=chain[0], cert_registry=known)
        self._key = identity.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == DIGEST
        return bytes(self._key.key_size // 8) if dry_run else self._key.sign(data, PKCS1v15(), SHA256())


class _Repeatable(IncrementalPdfFileWriter):
    """Leaves out what the library would take from chance and from the machine's clock."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        first = prev.trailer["/ID"][0].original_bytes
        changed = hashlib.sha256(first + b"signed").digest()[:16]
        return ArrayObject([ByteStringObject(first), ByteStringObject(changed)])

    def _update_meta(self) -> None:
        """The drawn file says when it was made."""
