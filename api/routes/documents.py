"""Evidence (理赔材料), from the family or from an adjuster for it: files go into the store first, under object lock, then to the claim,
which reads them at once."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Annotated, Any, BinaryIO, Literal, cast

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.deps import IdempotencyHeader, ObjectId, ParentOrAdjuster, TheParts
from api.errors import Problem, not_found
from api.fields import Body
from api.idempotency import once
from api.parts import Parts
from api.received_files import content_type_of, digest_of, kept
from api.routes.claims import visible_claim
from api.views import instant
from insurance.adapters.ports import UPLOADS, StorageRefused, StorageUnavailable, StoredObject
from insurance.rules.case import EvidenceFile
from insurance.tables import ClaimDocument

router = APIRouter(prefix="/v1/claims", tags=["evidence"])

Kind = Literal[
    "medical_receipt", "expense_list", "medical_record", "diagnosis", "discharge_summary", "exam_report",
    "social_insurance_statement", "accident_proof", "disability_report", "death_certificate", "insured_id",
    "guardian_id", "relationship_proof", "heirs_statement", "power_of_attorney", "other",
]  # fmt: skip
UPLOAD_MINUTES = 15


class UploadBody(Body):
    kind: Kind


@router.post("/{claim_id}/documents", status_code=201)
async def upload(
    parts: TheParts,
    caller: ParentOrAdjuster,
    claim_id: ObjectId,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Kind, Form()],
    key: IdempotencyHeader = None,
) -> JSONResponse:
    """One file, at most 20 MB. The type is decided by its content."""
    digest = await digest_of(parts, file.file)
    content_type = await content_type_of(parts, file.file)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        await visible_claim(session, caller, claim_id)
        stored = await _keep(parts, claim_id, file.file, digest, content_type)
        return await _give(parts, caller, claim_id, f"do-{new_id}", kind, stored)

    route = f"POST /v1/claims/{claim_id}/documents"
    return await once(parts, caller, route, key, f"{kind}\n{digest}".encode(), 201, work)


@router.post("/{claim_id}/uploads", status_code=201)
async def begin_upload(
    parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, body: UploadBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """A signed form with which the file goes straight to the store; then `/complete`."""

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        await visible_claim(session, caller, claim_id)
        upload_id = f"up-{body.kind}-{new_id}"
        expires_at = parts.now() + timedelta(minutes=UPLOAD_MINUTES)
        limit = parts.settings.storage.max_file_bytes
        form = await parts.storage.signed_post(_upload_key(claim_id, upload_id), limit, expires_at)
        return {
            "upload_id": upload_id,
            "url": form.url,
            "fields": dict(form.fields),
            "max_bytes": limit,
            "expires_at": instant(form.expires_at),
        }

    return await once(parts, caller, f"POST /v1/claims/{claim_id}/uploads", key, body, 201, work)


@router.post("/{claim_id}/uploads/{upload_id}/complete", status_code=201)
async def complete_upload(
    parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId, upload_id: ObjectId
) -> JSONResponse:
    """The uploaded file becomes evidence: checked, hashed, locked. Repeatable: what has become evidence stays as it is, whatever is posted
    with the same form afterwards."""
    kind, document_id = _kind_of_upload(upload_id), f"do-{upload_id.rsplit('-', 1)[1]}"
    async with parts.database.transaction() as session:
        await visible_claim(session, caller, claim_id)
    if (answer := await _given(parts, claim_id, document_id, kind)) is None:
        try:
            answer = await _made_evidence(parts, caller, claim_id, upload_id, document_id)
        except Problem:
            # it may have been completed, and dropped, at the same moment
            if (answer := await _given(parts, claim_id, document_id, kind)) is None:
                raise
        # it may have been completed with other bytes: what the claim has counts
        answer = await _given(parts, claim_id, document_id, kind) or answer
    with suppress(StorageUnavailable, StorageRefused):
        # else the store drops it by itself, or another call did
        await parts.storage.drop_upload(_upload_key(claim_id, upload_id))
    return JSONResponse(answer, 201)


async def _made_evidence(
    parts: Parts, caller: Caller, claim_id: str, upload_id: str, document_id: str
) -> dict[str, Any]:
    async with _uploaded(parts, claim_id, upload_id) as file:
        digest = await digest_of(parts, file)
        content_type = await content_type_of(parts, file)
        stored = await _keep(parts, claim_id, file, digest, content_type)
    return await _give(parts, caller, claim_id, document_id, _kind_of_upload(upload_id), stored)


async def _given(parts: Parts, claim_id: str, document_id: str, kind: str) -> dict[str, Any] | None:
    """The answer for an upload that the claim has."""
    async with parts.database.transaction() as session:
        row = await session.get(ClaimDocument, document_id)
    if row is None or (row.claim_id, row.kind) != (claim_id, kind):
        return None
    return _answer(row.document_id, row.kind, row.sha256)


def _answer(document_id: str, kind: str, sha256: str) -> dict[str, Any]:
    return {"document_id": document_id, "kind": kind, "state": "received", "sha256": sha256}


async def _give(
    parts: Parts, caller: Caller, claim_id: str, document_id: str, kind: str, stored: StoredObject
) -> dict[str, Any]:
    """Tell the claim; its record shows the document before this returns."""
    document = EvidenceFile(
        document_id=document_id,
        kind=kind,
        object_key=stored.key,
        version_id=stored.version_id,
        sha256=stored.sha256,
        size=stored.size,
        content_type=stored.content_type,
        received_at=parts.now(),
        given_by="family" if caller.role == "parent" else f"adjuster:{caller.subject}",
    )
    await parts.processes.update(claim_id, "add_document", document, update_id=document_id)
    return _answer(document_id, kind, stored.sha256)


async def _keep(parts: Parts, claim_id: str, file: BinaryIO, digest: str, content_type: str) -> StoredObject:
    """For as long as the law asks."""
    locked_until = parts.now() + timedelta(days=parts.settings.storage.retention_days)
    return await kept(parts, _object_key(claim_id, digest), file, digest, content_type, locked_until)


def _object_key(claim_id: str, digest: str) -> str:
    """The same file given twice to one claim is one object."""
    return f"claims/{claim_id}/{digest}"


def _upload_key(claim_id: str, upload_id: str) -> str:
    return f"{UPLOADS}{claim_id}/{upload_id}"


def _kind_of_upload(upload_id: str) -> str:
    prefix, _, rest = upload_id.partition("-")
    kind, _, number = rest.rpartition("-")
    if prefix != "up" or kind not in Kind.__args__ or not number:  # type: ignore[attr-defined]
        raise not_found()
    return kind


@asynccontextmanager
async def _uploaded(parts: Parts, claim_id: str, upload_id: str) -> AsyncIterator[BinaryIO]:
    """A copy on disk of what was posted to the store."""
    with tempfile.TemporaryFile() as copy:
        try:
            async for part in parts.storage.open(_upload_key(claim_id, upload_id)):
                copy.write(part)
        except StorageRefused as refusal:
            if refusal.code == "not_found":
                raise Problem(409, "not_uploaded", "文件还没有上传完成") from None
            raise
        yield cast(BinaryIO, copy)
