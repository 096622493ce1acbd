"""Buying (投保): an application starts a purchase process; the rest is watching it, resuming, cancelling."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field, TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.journal import Entries, TimelineEvent, write_entries
from activities.purchases import application_document
from api.consents import Place, record_consents
from api.deps import IdempotencyHeader, ObjectId, Parent, TheParts
from api.digest import insured_digest
from api.errors import Problem, invalid, not_found
from api.fields import Body, Code, Day, Fen, Flag, Instant, Short
from api.idempotency import once, store_first
from api.on_file import Buyer, buying_on_file
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
# a form may be filled in over some days; the clock of a phone may be wrong by a little
OLDEST_AGREEMENT, CLOCKS_DIFFER = timedelta(days=30), timedelta(minutes=5)
LONGEST_DEVICE = 200


class AgreementBody(Body):
    """`agreed` false counts as not there. `agreed_at`: when the family ticked it; the time of submission, if not given."""

    document_id: Code
    version: Code
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    agreed: Flag = True
    agreed_at: Instant | None = None


class ConsentBody(Body):
    kind: Literal["child_data", "share_with_insurer", "school_feedback"]
    agreed: Flag


class PurchaseBody(Body):
    """`insured_from`: the child of an earlier purchase (历史记录) in place of `insured`, with `school` when that has changed.
    `page_version`: of the sales page on which it was read and agreed; must be there in production. `device`: the app and machine, in
    place of the user agent."""

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
    page_version: Code | None = None
    device: Short | None = None

    def entered(self, insured: Insured) -> Application:
        return Application(
            applicant=self.applicant.entered(),
            relationship=self.relationship,
            insured=insured,
            agreements=tuple(Agreement(a.document_id, a.version, a.sha256) for a in self.agreements if a.agreed),
            consents=tuple(Consent(**c.model_dump()) for c in self.consents),
            existing_death_cover_fen=self.existing_death_cover_fen,
            requested_effective_date=self.effective_date,
        )


@router.post("", status_code=201)
async def buy(
    parts: TheParts, caller: Parent, request: Request, body: PurchaseBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """Answers with what the family should know, `warnings`, when nothing stands in the way."""
    terms = _terms(parts, body.product_id)
    place = _place(parts, request, body)
    application = body.entered(await _insured(parts, caller.subject, body))
    _require_agreed(parts, terms, application)
    buyer = Buyer(caller.subject, application.relationship)
    child = insured_digest(parts.settings, application.insured.id_type, application.insured.id_number)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        first_day = first_day_of_cover(terms, parts.now(), application.requested_effective_date)
        known, until = await buying_on_file(session, buyer, child, first_day, terms.insurer_code)
        if parts.settings.environment == "development":
            # the same invented child is insured there again and again; the form's own figure counts
            known = replace(known, death_cover_fen=0)
        await _require_on_roster(parts, session, application.insured.school_code, child, known)
        eligibility = check_application(terms, application, parts.today(), known)
        if eligibility.errors:
            raise Problem(422, eligibility.errors[0].code, eligibility.errors[0].message, eligibility.errors)
        order = _order(parts, caller.subject, terms, application, f"pu-{new_id}", eligibility.death_cover, child, until)
        warnings = [asdict(warning) for warning in eligibility.warnings]
        waits = await must_wait(parts, session, terms.insurer_code)
        notes = {"warnings": warnings, "agreed": _agreed(body, place, order)}
        await store_first(session, _first_record(order, notes, "queued" if waits else "submitted"))
        await record_consents(session, order, place)
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


def _place(parts: Parts, request: Request, body: PurchaseBody) -> Place:
    """Sales on the internet can be traced back: which page, when, on what (银保监发〔2020〕26号)."""
    if body.page_version is None and parts.settings.environment == "production":
        raise invalid("page_version", "required", "缺少投保页面的版本")
    for number, agreement in enumerate(body.agreements):
        at, now = agreement.agreed_at, parts.now()
        if at is not None and not now - OLDEST_AGREEMENT <= at <= now + CLOCKS_DIFFER:
            raise invalid(f"agreements.{number}.agreed_at", "bad_time", "阅读并同意的时间不合理，请重新阅读并同意")
    agent = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())
    return Place(body.page_version, (body.device or agent)[:LONGEST_DEVICE] or None)


def _agreed(body: PurchaseBody, place: Place, order: PurchaseOrder) -> dict[str, Any]:
    """Text by text, as it is stored."""
    items = [
        {
            "document_id": a.document_id,
            "version": a.version,
            "sha256": a.sha256,
            "agreed_at": (a.agreed_at or order.submitted_at).isoformat(),
        }
        for a in body.agreements
        if a.agreed
    ]
    return {"page_version": place.page_version, "device": place.device, "items": items}


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
        timeline = await timeline_of(session, purchase_id)
    return purchase_view(parts, row) | place | {"agreements": _agreements_view(parts, row), "timeline": timeline}


def _agreements_view(parts: Parts, row: Purchase) -> list[dict[str, Any]]:
    agreed = (row.notes or {}).get("agreed") or {"items": []}
    titles = {text.document_id: text.title for text in parts.catalogue.texts}
    where = {name: agreed.get(name) for name in ("page_version", "device")}
    return [
        item | where | {"title": titles.get(item["document_id"]), "agreed_at": instant(item["agreed_at"])}
        for item in agreed["items"]
    ]


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
