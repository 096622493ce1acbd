"""Consents (同意): what a family agreed to, taking it back at any time, and giving it again (个人信息保护法 15)."""

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from api.consents import NEEDED, Place, device_of, give_again, take_back
from api.deps import ObjectId, Parent, TheParts
from api.errors import Problem, not_found
from api.fields import Body, Code, Short
from api.paging import Paging, page_of
from api.queue import call_off_unpaid
from api.views import instant
from insurance.rules.codes import CONSENT_KINDS, WITHDRAWAL_MEANS
from insurance.tables import ConsentRecord, Purchase, Surrender

router = APIRouter(prefix="/v1/consents", tags=["consents"])


class AnswerBody(Body):
    """`page_version`: of the page with the question; `device`: the app and machine, in place of the user agent."""

    page_version: Code | None = None
    device: Short | None = None

    def place(self, request: Request) -> Place:
        return Place(self.page_version, device_of(request, self.device))


UNSAID = AnswerBody()
CALLS_OFF = (*NEEDED, "insured_consent")


@router.get("")
async def list_consents(parts: TheParts, caller: Parent, page: Paging) -> dict[str, Any]:
    """Newest first, each with what it means to take it back."""
    async with parts.database.transaction() as session:
        rows = await page_of(session, ConsentRecord, [ConsentRecord.subject == caller.subject], page, "consent_id")  # type: ignore[list-item]
    return rows.answer(_view)


@router.post("/{consent_id}/withdraw")
async def withdraw(
    parts: TheParts, caller: Parent, request: Request, consent_id: ObjectId, body: AnswerBody = UNSAID
) -> dict[str, Any]:
    """What was lawful before stays so; from now on the consent is none, and a purchase that can't do without it is called off.
    Repeatable."""
    async with parts.database.transaction() as session:
        row = await _own(session, caller.subject, consent_id)
        if not row.agreed:
            raise Problem(409, "illegal_move", "您没有同意过这一项，无须撤回")
        if row.withdrawn_at is None:
            take_back(row, caller.subject, body.place(request), parts.now())
    if row.kind in CALLS_OFF:
        # before there is a policy nothing more is to be told to the insurer, and nobody is insured against his will
        await call_off_unpaid(parts, row.purchase_id)
    return _view(row)


@router.post("/{consent_id}/give")
async def give(
    parts: TheParts, caller: Parent, request: Request, consent_id: ObjectId, body: AnswerBody = UNSAID
) -> dict[str, Any]:
    """Consent to it now: after a withdrawal, or after a first no. Repeatable."""
    async with parts.database.transaction() as session:
        row = await _own(session, caller.subject, consent_id)
        if not row.stands:
            text = parts.catalogue.consent(row.kind, await _insurer_code(session, row))
            give_again(row, caller.subject, body.place(request).reading(text), parts.now())
        return _view(row)


async def _own(session: AsyncSession, subject: str, consent_id: str) -> ConsentRecord:
    row = await session.get(ConsentRecord, consent_id, with_for_update=True)
    if row is None or row.subject != subject:
        raise not_found()
    return row


async def _insurer_code(session: AsyncSession, row: ConsentRecord) -> str:
    """Of the purchase that it was said with, or of the surrender of a policy that was sold elsewhere."""
    if purchase := await session.get(Purchase, row.purchase_id):
        return purchase.insurer_code
    surrender = await session.get(Surrender, row.purchase_id)
    return surrender.insurer_code if surrender else ""


def _view(row: ConsentRecord) -> dict[str, Any]:
    return {
        "consent_id": row.consent_id,
        "purchase_id": row.purchase_id,
        "kind": row.kind,
        "label": CONSENT_KINDS[row.kind],
        "agreed": row.stands,
        "given_at": instant(row.given_at or row.created_at) if row.agreed else None,
        "page_version": row.page_version,
        "device": row.device,
        # of the text that was answered
        "version": row.text_version,
        "sha256": row.text_sha256,
        "withdrawn_at": instant(row.withdrawn_at),
        "withdrawal_means": WITHDRAWAL_MEANS[row.kind],
    }
