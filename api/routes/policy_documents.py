"""E-policies (电子保单): the signed file for the family, and for anybody who holds it the means to check it."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse

from activities.letter_shelf import CONTENT_TYPE
from activities.policy_documents import KIND, PolicyDocuments
from api.deps import ObjectId, Parent, TheParts
from api.errors import Problem, not_found
from api.pages.verification import unknown_page, verification_page
from api.parts import Parts
from api.policy_actions import ENDED, state_of
from api.routes.catalogue import insurer_ref
from api.routes.policies import DOWNLOADS, own_policy
from api.views import instant
from insurance.letters.fonts import FontMissing
from insurance.letters.issuer_identity import NotSigning, issuer_identity
from insurance.rules.masking import mask_name
from insurance.rules.signed_link import has_expired, signature_fits
from insurance.rules.status import label
from insurance.rules.verification import code_fits
from insurance.tables import Letter, Policy

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["policies"])

# the address holds the code: it is kept by nobody on the way, and handed on to nobody
PRIVATE = {"cache-control": "private, no-store", "referrer-policy": "no-referrer", "vary": "accept"}
# seconds since 1970; the end of the calendar's last year
LATEST = 253_402_300_799
ENDED_EARLY = (*ENDED, "rescinded")
PAGE = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get("/policies/{policy_no}/document", response_class=Response)
async def show_document(parts: TheParts, caller: Parent, policy_no: ObjectId) -> Response:
    """The e-policy (application/pdf), signed by the insurer. Made with the first download, then the same file for ever; another one
    after a correction. 503 `not_signing` where the insurer has no signing key."""
    async with parts.database.transaction() as session:
        await own_policy(session, caller.subject, policy_no)
    return await _current(parts, policy_no)


@router.get(DOWNLOADS.removeprefix("/v1") + "/{policy_no}", response_class=Response)
async def download(
    parts: TheParts,
    policy_no: ObjectId,
    expires: Annotated[int, Query(ge=0, le=LATEST)],
    signature: Annotated[str, Query(max_length=64)],
) -> Response:
    """The same file for whoever holds a signed link (`download` of a policy), while it lasts: 410 `link_expired` afterwards, 404
    `link_invalid` when anything in it was changed."""
    if not signature_fits(signature, policy_no, expires, parts.settings.signing.code_secret.get_secret_value()):
        raise Problem(404, "link_invalid", "下载链接不完整或被改动过，请在保单页面重新获取")
    if has_expired(expires, parts.now()):
        raise Problem(410, "link_expired", "下载链接已过期，请在保单页面重新获取")
    return await _current(parts, policy_no)


@router.get("/policies/{policy_no}/documents")
async def list_documents(parts: TheParts, caller: Parent, policy_no: ObjectId) -> dict[str, Any]:
    """Every version that was issued, newest first; `current` is false for one from before a correction."""
    async with parts.database.transaction() as session:
        await own_policy(session, caller.subject, policy_no)
    items = [
        {
            "number": row.letter_id,
            "title": row.title,
            "sha256": row.sha256,
            "issued_at": instant(row.made_at),
            "current": current,
            "url": f"/v1/policies/{policy_no}/documents/{row.letter_id}",
        }
        for row, current in await _documents(parts).versions(policy_no)
    ]
    return {"items": items}


@router.get("/policies/{policy_no}/documents/{letter_id}", response_class=Response)
async def show_version(parts: TheParts, caller: Parent, policy_no: ObjectId, letter_id: ObjectId) -> Response:
    """One version, as it was issued (application/pdf)."""
    async with parts.database.transaction() as session:
        await own_policy(session, caller.subject, policy_no)
        row = await session.get(Letter, letter_id)
    if row is None or (row.process_id, row.kind) != (policy_no, KIND):
        raise not_found()
    return await _file(parts, row)


@router.get("/verify/{policy_no}")
async def verify(
    parts: TheParts,
    policy_no: ObjectId,
    code: Annotated[str, Query(alias="c", max_length=64)] = "",
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Whether the policy exists and what became of it, for whoever has the code that is printed on it (验真). HTML for browsers. A wrong
    code, or none, is 404 like a policy that does not exist."""
    html = "text/html" in accept
    policy = await _named(parts, policy_no, code)
    if policy is None:
        if not html:
            raise not_found()
        return HTMLResponse(unknown_page(), 404, headers=PRIVATE | PAGE)
    seen = _seen(parts, policy, await _documents(parts).issued(policy_no))
    if html:
        return HTMLResponse(verification_page(seen), headers=PRIVATE | PAGE)
    return JSONResponse(seen, headers=PRIVATE)


@router.get("/insurers/{code}/certificate", response_class=Response)
async def show_certificate(parts: TheParts, code: ObjectId) -> Response:
    """The certificate (PEM) that a PDF reader must trust to show this insurer's signatures as valid: that of its authority."""
    if parts.catalogue.insurer(code) is None:
        raise not_found()
    try:
        identity = issuer_identity(parts.settings.signing, code)
    except NotSigning as error:
        raise _not_signing(error) from None
    headers = {"content-disposition": f'attachment; filename="{code}.cer"'}
    return Response(identity.authority_pem(), media_type="application/x-pem-file", headers=headers)


async def _current(parts: Parts, policy_no: str) -> Response:
    try:
        row = await _documents(parts).issue(policy_no)
    except (NotSigning, FontMissing) as error:
        raise _not_signing(error) from None
    return await _file(parts, row)


async def _file(parts: Parts, row: Letter) -> Response:
    headers = {
        "content-disposition": f'inline; filename="{row.process_id}.pdf"',
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
        "etag": f'"{row.sha256}"',
    }
    return Response(await parts.storage.get(row.object_key, row.version_id), media_type=CONTENT_TYPE, headers=headers)


async def _named(parts: Parts, policy_no: str, code: str) -> Policy | None:
    if not code_fits(code, policy_no, parts.settings.signing.code_secret.get_secret_value()):
        return None
    async with parts.database.transaction() as session:
        return await session.get(Policy, policy_no)


def _documents(parts: Parts) -> PolicyDocuments:
    return PolicyDocuments(parts.database, parts.storage, parts.settings)


def _not_signing(error: Exception) -> Problem:
    log.error("no e-policy can be issued: %s", error)
    return Problem(503, "not_signing", "电子保单暂时不能签发，保单本身不受影响，请稍后再试或致电客服热线")


def _seen(parts: Parts, policy: Policy, document: Letter | None) -> dict[str, Any]:
    """The only thing about a person is a masked name. Why a policy ended is its family's alone: an end by a claim tells of a death or an
    illness."""
    state = state_of(policy, parts.today())
    ended_early = state in ENDED_EARLY
    return {
        "policy_no": policy.policy_no,
        "state": "ended" if ended_early else state,
        "label": "已终止" if ended_early else label("policy", state),
        "insurer": insurer_ref(parts, policy.insurer_code),
        "product_id": policy.product_id,
        "title": policy.terms["title"],
        "effective_date": policy.effective_date.isoformat(),
        "ends_on": policy.ends_on.isoformat(),
        "insured_name": mask_name(policy.insured["name"]),
        "document": {"sha256": document.sha256, "issued_at": instant(document.made_at)} if document else None,
    }
