"""Buying (投保): an application starts a purchase process; the rest is watching it, resuming, cancelling."""

from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.purchases import application_document
from api.applications import (
    PurchaseBody,
    agreed_document,
    checked,
    insured_of,
    place_of_agreeing,
    require_agreed,
    require_eligible,
    require_questions_as_asked,
    require_room,
    terms_on_sale,
)
from api.consents import record_consents
from api.deps import IdempotencyHeader, ObjectId, Parent, ParentOrOperator, TheParts
from api.digest import insured_digest
from api.errors import Problem, not_found
from api.idempotency import once, store_first
from api.paging import Paging, page_of
from api.parts import Parts
from api.purchase_views import beside_of, purchase_view
from api.queue import BUSY, call_off, enqueue, must_wait, places_of
from api.refund_account import CORRECT_FIRST, AccountBody, ask_the_insurer, is_concerned
from api.routes.catalogue import any_product, coverage_views, insurer_ref
from api.timeline import timeline_of
from api.views import instant, masked_person
from insurance.rules.application import Application
from insurance.rules.cover import last_day_of_cover
from insurance.rules.death_cover import DeathCover
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy, Purchase
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import PurchaseOrder

router = APIRouter(prefix="/v1/purchases", tags=["purchases"])


@router.post("", status_code=201)
async def buy(
    parts: TheParts, caller: Parent, request: Request, body: PurchaseBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """Answers with what the family should know, `warnings`, when nothing stands in the way."""
    terms = terms_on_sale(parts, body.product_id)
    place = place_of_agreeing(parts, request, body)
    application = body.entered(await insured_of(parts, caller.subject, body))
    require_agreed(parts, terms, body)
    require_questions_as_asked(parts, terms, body)
    child = insured_digest(parts.settings, application.insured.id_type, application.insured.id_number)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        eligibility, until, _ = await checked(parts, session, caller.subject, terms, application, child, submitted=True)
        if eligibility.errors:
            raise Problem(422, eligibility.errors[0].code, eligibility.errors[0].message, eligibility.errors)
        order = _order(parts, caller.subject, terms, application, f"pu-{new_id}", eligibility.death_cover, child, until)
        warnings = [asdict(warning) for warning in eligibility.warnings]
        waits = await must_wait(parts, session, terms.insurer_code)
        notes = {"warnings": warnings, "agreed": agreed_document(body, place, order)}
        await store_first(session, _first_record(order, notes, "queued" if waits else "submitted"))
        await record_consents(parts, session, order, place)
        if not waits:
            await parts.processes.start_purchase(order)
            return {"purchase_id": order.purchase_id, "state": "submitted", "warnings": warnings}
        waiting = await enqueue(session, order)
        answer = {"purchase_id": order.purchase_id, "state": "queued", "message": BUSY, "warnings": warnings}
        places = await places_of(parts, session, [waiting.purchase_id])
        return answer | places[waiting.purchase_id]

    return await once(parts, caller, "POST /v1/purchases", key, body, 201, work)


@router.get("")
async def list_purchases(parts: TheParts, caller: Parent, page: Paging) -> dict[str, Any]:
    """Everything the caller has applied for, however it ended, newest first (我的)."""
    async with parts.database.transaction() as session:
        rows = await page_of(session, Purchase, [col(Purchase.subject) == caller.subject], page, "purchase_id")
        beside = await beside_of(parts, session, rows.rows)
    return rows.answer(lambda row: purchase_view(parts, row, beside))


@router.post("/preview")
async def preview(parts: TheParts, caller: Parent, body: PurchaseBody) -> dict[str, Any]:
    """What would be asked for (确认投保信息), with everything that is wrong or should be known. Nothing is stored; texts need not be
    agreed to yet."""
    terms = terms_on_sale(parts, body.product_id)
    application = body.entered(await insured_of(parts, caller.subject, body))
    child = insured_digest(parts.settings, application.insured.id_type, application.insured.id_number)
    async with parts.database.transaction() as session:
        eligibility, _, first_day = await checked(
            parts, session, caller.subject, terms, application, child, submitted=False
        )
    return {
        "product": {"product_id": terms.product_id, "title": terms.title},
        "insurer": insurer_ref(parts, terms.insurer_code),
        "coverages": coverage_views(terms),
        "premium_fen": terms.premium_fen,
        "effective_date": first_day.isoformat(),
        "ends_on": last_day_of_cover(terms, first_day).isoformat(),
        "applicant": masked_person(asdict(application.applicant)),
        "relationship": application.relationship,
        "insured": masked_person(asdict(application.insured)),
        "errors": [asdict(error) for error in eligibility.errors if error.field != "consents"],
        "warnings": [asdict(warning) for warning in eligibility.warnings],
        "death_cover": asdict(eligibility.death_cover),
    }


@router.get("/{purchase_id}")
async def show(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    return await _shown(parts, caller.subject, purchase_id)


@router.post("/{purchase_id}/resume")
async def resume(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    """A new payment page for an order that expired (未完成投保); 422 `minor_death_cap` when the child has got other death cover since,
    `insured_consent_required` when it comes of age before cover would begin now."""
    row = await _own(parts, caller.subject, purchase_id)
    if row.state == "expired":
        await require_eligible(parts, row)
        await require_room(parts, row)
    await parts.processes.update(purchase_id, "resume")
    return await _shown(parts, caller.subject, purchase_id)


@router.post("/{purchase_id}/cancel")
async def cancel(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    """Of what is cancelled already, it says so again: whoever got no answer may repeat it."""
    await _own(parts, caller.subject, purchase_id)
    try:
        await call_off(parts, purchase_id)
    except (MoveRefused, ProcessEnded):
        row = await _own(parts, caller.subject, purchase_id)
        if "cancelled" not in (row.state, row.reason_code):
            raise
    return await _shown(parts, caller.subject, purchase_id)


@router.put("/{purchase_id}/payee")
async def set_payee(
    parts: TheParts, caller: ParentOrOperator, request: Request, purchase_id: ObjectId, body: AccountBody
) -> dict[str, Any]:
    """Where money goes back to when the account that paid can't take it; the insurer's operator registers one for a family whose name
    was mistyped."""
    async with parts.database.transaction() as session:
        row = await session.get(Purchase, purchase_id)
        policy = await session.get(Policy, row.policy_no) if row and row.policy_no else None
    if row is None or not is_concerned(caller, row):
        raise not_found()
    # as it was put right since
    applicant = policy.applicant if policy else row.application["applicant"]
    ended = policy is None or policy.ended_reason is not None or policy.surrender_id is not None
    mend = ask_the_insurer(parts, row.insurer_code) if ended else CORRECT_FIRST
    account = body.given_by(caller, applicant, mend)
    await body.record_consent(parts, request, caller, row, purchase_id)
    await parts.processes.update(purchase_id, "set_account", account)
    return await _shown(parts, row.subject, purchase_id)


async def _own(parts: Parts, subject: str, purchase_id: str) -> Purchase:
    """404 for somebody else's."""
    async with parts.database.transaction() as session:
        row = await session.get(Purchase, purchase_id)
    if row is None or row.subject != subject:
        raise not_found()
    return row


def _order(
    parts: Parts,
    subject: str,
    terms: ProductTerms,
    application: Application,
    purchase_id: str,
    cover: DeathCover,
    child: str,
    until: date | None,
) -> PurchaseOrder:
    times = parts.settings.process
    return PurchaseOrder(
        purchase_id=purchase_id,
        subject=subject,
        insurer_code=terms.insurer_code,
        terms=terms,
        application=application,
        insured_digest=child,
        renewal=False,
        # the death benefit that may be insured when the minors' cap leaves only a difference
        death_limit_fen=cover.accepted_fen if cover.accepted_fen < cover.product_fen else None,
        submitted_at=parts.now(),
        payment_minutes=times.payment_minutes,
        resume_days=times.resume_days,
        issue_days=times.issue_days,
        insured_until=until,
        death_cover=cover,
        # the same invented child is insured again and again on a stack of development
        counts_everybodys=parts.settings.environment == "production",
    )


def _first_record(order: PurchaseOrder, notes: dict[str, Any], state: str) -> Purchase:
    """What is shown until the process publishes its own."""
    return Purchase(
        purchase_id=order.purchase_id,
        subject=order.subject,
        insurer_code=order.insurer_code,
        product_id=order.terms.product_id,
        state=state,
        seq=0,
        application=application_document(order.application),
        notes=notes,
        insured_digest=order.insured_digest,
        death_cover_fen=order.death_cover.accepted_fen if order.death_cover else None,
        premium_fen=order.terms.premium_fen,
        refunded_fen=0,
        created_at=order.submitted_at,
        updated_at=order.submitted_at,
    )


async def _shown(parts: Parts, subject: str, purchase_id: str) -> dict[str, Any]:
    """404 for somebody else's."""
    async with parts.database.transaction() as session:
        row = await session.get(Purchase, purchase_id)
        if row is None or row.subject != subject:
            raise not_found()
        beside = await beside_of(parts, session, [row])
        timeline = await timeline_of(session, purchase_id)
    terms = any_product(parts, row.product_id)
    more = {
        "relationship": row.application["relationship"],
        "coverages": coverage_views(terms) if terms else [],
        "agreements": _agreements_view(parts, row),
        "timeline": timeline,
    }
    return purchase_view(parts, row, beside) | more


def _agreements_view(parts: Parts, row: Purchase) -> list[dict[str, Any]]:
    agreed = (row.notes or {}).get("agreed") or {"items": []}
    titles = {text.document_id: text.title for text in parts.catalogue.texts}
    where = {name: agreed.get(name) for name in ("page_version", "device")}
    return [
        item | where | {"title": titles.get(item["document_id"]), "agreed_at": instant(item["agreed_at"])}
        for item in agreed["items"]
    ]
