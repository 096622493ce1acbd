"""Consents on paper (同意书), brought before the purchase that needs them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from api.deps import IdempotencyHeader, Parent, TheParts
from api.digest import insured_digest
from api.errors import invalid
from api.idempotency import once
from api.received_files import content_type_of, digest_of, kept
from api.routes.persons import IdType
from insurance.rules.errors import Invalid
from insurance.rules.identifiers import read_identity_number
from insurance.tables import ConsentFile

router = APIRouter(prefix="/v1/consent-files", tags=["purchases"])

Number = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]


@router.post("", status_code=201)
async def bring(
    parts: TheParts,
    caller: Parent,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Literal["parents_consent", "insured_consent"], Form()],
    id_type: Annotated[IdType, Form()],
    id_number: Annotated[Number, Form()],
    key: IdempotencyHeader = None,
) -> JSONResponse:
    """The signed consent of the parents (`parents_consent`), or of a student from 18 on (`insured_consent`), for the child with this
    document. Kept under object lock; the purchase looks for it by itself."""
    _require_number(id_type, id_number)
    child = insured_digest(parts.settings, id_type, id_number.upper())
    digest = await digest_of(parts, file.file)
    content_type = await content_type_of(parts, file.file)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        locked_until = parts.now() + timedelta(days=parts.settings.storage.retention_days)
        stored = await kept(parts, f"consents/{child[:32]}/{digest}", file.file, digest, content_type, locked_until)
        row = ConsentFile(
            consent_id=f"co-{new_id}",
            kind=kind,
            subject=caller.subject,
            insured_digest=child,
            object_key=stored.key,
            version_id=stored.version_id,
            sha256=stored.sha256,
            content_type=stored.content_type,
            received_at=parts.now(),
        )
        session.add(row)
        return {"consent_id": row.consent_id, "kind": kind, "sha256": stored.sha256}

    request = f"{kind}\n{child}\n{digest}".encode()
    return await once(parts, caller, "POST /v1/consent-files", key, request, 201, work)


def _require_number(id_type: str, id_number: str) -> None:
    if id_type != "resident_id":
        return
    try:
        read_identity_number(id_number)
    except Invalid as error:
        raise invalid("id_number", error.code, error.message) from None
