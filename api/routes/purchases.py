"""Buying (投保): an application starts a purchase process; the rest is watching it, resuming, cancelling."""

from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.journal import Entries, TimelineEvent, write_entries
from activities.purchases import application_document
from api.consents import record_consents
from api.deps import IdempotencyHeader, ObjectId, Parent, TheParts
from api.digest import insured_digest
from api.errors import Problem, invalid, not_found
from api.fields import Body, Code, Day, Fen, Flag, Short
from api.idempotency import first_record, once
from api.on_file import insured_until, on_file
from api.parts import Parts
from api.queue import BUSY, enqueue, leave, must_wait, place_of
from api.routes.catalogue import insurer_ref
from api.routes.persons import ApplicantBody, InsuredBody, Relationship, SchoolBody
from api.timeline import timeline_of
from api.views import instant, masked_person
from insurance.products.catalogue import Document
from insurance.rules.application import Agreement, Application, Consent, Insured
from insurance.rules.cover import first_day_of_cover
from insurance.rules.death_cover import DeathCover
from insurance.rules.eligibility import OnFile, check_application
from insurance.rules.status import label
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy, Purchase, RosterEntry
from workflows.messages import PurchaseOrder

router = APIRouter(prefix="/v1/purchases", tags=["purchases"])
_person = TypeAdapter(Insured)


class AgreementBody(Body):
    document_id: Code
    version: Code
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ConsentBody(Body):
    kind: Literal["child_data", "share_with_insurer", "school_feedback"]
    agreed: Flag


class PurchaseBody(Body):
    """`insured_from`: the child of an earlier purchase (历史记录) in place of `insured`, with `school` when that has changed."""

    product_id: Short
    applicant: ApplicantBody
    relationship: Relationship
    insured: InsuredBody | None = None
    insured_from: Code | None = None
    school: SchoolBody | None = None
    effective_date: Day | None = None
    agreements: Annotated[tuple[AgreementBody, ...], Field(max_length=50)] = ()
    consents: Annotated[tuple[ConsentBody, ...], Field(max_length=20)] = ()
    existing_death_cover_fen: Fen

    def entered(self, insured: Insured) -> Application:
        return Application(
            applicant=self.applicant.entered(),
            relationship=self.relationship,
            insured=insured,
            agreements=tuple(Agreement(**a.model_dump()) for a in self.agreements),
            consents=tuple(Consent(**c.model_dump()) for c in self.consents),
            existing_death_cover_fen=self.existing_death_cover_fen,
            requested_effective_date=self.effective_date,
        )


@router.post("", status_code=201)
async def buy(parts: TheParts, caller: Parent, body: PurchaseBody, key: IdempotencyHeader = None) -> JSONResponse:
    """Answers with what the family should know, `warnings`, when nothing stands in the way."""
    terms = _terms(parts, body.product_id)
    application = body.entered(await _insured(parts, caller.subject, body))
    _require_agreed(parts, terms, application)
    child = insured_digest(parts.settings, application.insured.id_type, application.insured.id_number)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        first_day = first_day_of_cover(terms, parts.now(), application.requested_effective_date)
        known = await on_file(session, caller.subject, child, first_day)
        if parts.settings.environment == "development":
            # the same invented child is insured there again and again; the form's own figure counts
            known = replace(known, death_cover_fen=0)
        await _require_on_roster(parts, session, application.insured.school_code, child, known)
        eligibility = check_application(terms, application, parts.today(), known)
        if eligibility.errors:
            raise Problem(422, eligibility.errors[0].code, eligibility.errors[0].message, eligibility.errors)
        until = await insured_until(session, child, terms.insurer_code)
        order = _order(parts, caller.subject, terms, application, f"pu-{new_id}", eligibility.death_cover, child, until)
        warnings = [asdict(warning) for warning in eligibility.warnings]
        waits = await must_wait(parts, session, terms.insurer_code)
        await first_record(session, _first_record(order, warnings, "queued" if waits else "submitted"), "purchase_id")
        await record_consents(session, order)
        if not waits:
            await parts.processes.start_purchase(order)
            return {"purchase_id": order.purchase_id, "state": "submitted", "warnings": warnings}
        await enqueue(session, order)
        answer = {"purchase_id": order.purchase_id, "state": "queued", "message": BUSY, "warnings": warnings}
        return answer | await place_of(parts, session, order.purchase_id)

    return await once(parts, caller, "POST /v1/purchases", key, body, 201, work)


@router.get("/{purchase_id}")
async def show(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    return await _shown(parts, caller.subject, purchase_id)


@router.post("/{purchase_id}/resume")
async def resume(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    """A new payment page for an order that expired (未完成投保)."""
    await _shown(parts, caller.subject, purchase_id)
    await parts.processes.update(purchase_id, "resume")
    return await _shown(parts, caller.subject, purchase_id)


@router.post("/{purchase_id}/cancel")
async def cancel(parts: TheParts, caller: Parent, purchase_id: ObjectId) -> dict[str, Any]:
    await _shown(parts, caller.subject, purchase_id)
    if not await _left_the_queue(parts, purchase_id):
        await parts.processes.update(purchase_id, "cancel")
    return await _shown(parts, caller.subject, purchase_id)


async def _left_the_queue(parts: Parts, purchase_id: str) -> bool:
    """Cancelled before anything began."""
    now = parts.now()
    async with parts.database.transaction() as session:
        if not await leave(session, purchase_id):
            return False
        row = await session.get_one(Purchase, purchase_id, with_for_update=True)
        row.state, row.updated_at = "cancelled", now
        told = TimelineEvent(1, "cancelled", "family", "您已取消投保，没有产生费用", now)
        await write_entries(session, purchase_id, Entries(events=(told,)))
    return True


def _terms(parts: Parts, product_id: str) -> ProductTerms:
    for terms in parts.catalogue.on_sale(parts.today()):
        if terms.product_id == product_id:
            return terms
    raise invalid("product_id", "unknown_product", "没有这个产品，或已停售")


async def _insured(parts: Parts, subject: str, body: PurchaseBody) -> Insured:
    if body.insured is not None:
        return body.insured.entered()
    if body.insured_from is None:
        raise invalid("insured", "required", "必填")
    async with parts.database.transaction() as session:
        earlier = await session.get(Purchase, body.insured_from)
        policy = await session.get(Policy, earlier.policy_no) if earlier and earlier.policy_no else None
    if earlier is None or earlier.subject != subject:
        raise invalid("insured_from", "unknown_purchase", "没有这条历史记录")
    # as it was put right since
    person = _person.validate_python(policy.insured if policy else earlier.application["insured"])
    return replace(person, **body.school.model_dump()) if body.school else person


def _require_agreed(parts: Parts, terms: ProductTerms, application: Application) -> None:
    """Every current document of the product, by version and hash."""
    documents = parts.catalogue.documents(terms.product_id, terms.version)
    agreed = {(a.document_id, a.version, a.sha256) for a in application.agreements}
    unread = [d for d in documents if (d.document_id, d.version, d.sha256) not in agreed]
    if unread:
        raise _not_agreed(unread)


async def _require_on_roster(parts: Parts, session: AsyncSession, school_code: str, child: str, known: OnFile) -> None:
    """新生 first come onto the roster of their school; who was insured before is no new student."""
    if not parts.settings.process.roster_gate or known.policies:
        return
    if await session.get(RosterEntry, (school_code, child)) is None:
        text = "学校还没有把孩子的信息导入花名册，导入后即可投保；请联系班主任或学校负责人"
        raise invalid("insured.school_code", "not_on_roster", text)


def _not_agreed(unread: list[Document]) -> Problem:
    titles = "、".join(f"《{document.title}》" for document in unread)
    return invalid("agreements", "document_not_agreed", f"请先阅读并同意当前版本的{titles}")


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
        insured_until=until,
        death_cover=cover,
    )


def _first_record(order: PurchaseOrder, warnings: list[dict[str, Any]], state: str) -> Purchase:
    """What is shown until the process publishes its own."""
    return Purchase(
        purchase_id=order.purchase_id,
        subject=order.subject,
        insurer_code=order.insurer_code,
        product_id=order.terms.product_id,
        state=state,
        seq=0,
        application=application_document(order.application),
        notes={"warnings": warnings},
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
        place = await place_of(parts, session, purchase_id) if row.state == "queued" else {}
        return purchase_view(parts, row) | place | {"timeline": await timeline_of(session, purchase_id)}


def purchase_view(parts: Parts, row: Purchase) -> dict[str, Any]:
    payment = None
    if row.payment_url is not None:
        payment = {"url": row.payment_url, "amount_fen": row.premium_fen, "expires_at": instant(row.expires_at)}
    return {
        "purchase_id": row.purchase_id,
        "state": row.state,
        "label": label("purchase", row.state),
        "queue_position": None,
        "queue_seconds": None,
        "message": BUSY if row.state == "queued" else None,
        "product_id": row.product_id,
        "insurer": insurer_ref(parts, row.insurer_code),
        "premium_fen": row.premium_fen,
        "payment": payment,
        "policy_no": row.policy_no,
        "effective_date": row.effective_date.isoformat() if row.effective_date else None,
        "paid_at": instant(row.paid_at),
        "refunded_fen": row.refunded_fen,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "warnings": row.notes["warnings"] if row.notes else [],
        "applicant": masked_person(row.application["applicant"]),
        "insured": masked_person(row.application["insured"]),
        "created_at": instant(row.created_at),
    }
