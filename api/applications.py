"""An application for insurance as it comes in (投保单): the form, what was agreed to where, and everything that is checked of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field, TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.known_cover import childs_book, told_with
from api.consents import Place, device_of
from api.digest import insured_digest
from api.errors import Problem, invalid
from api.fields import Body, Code, Day, Fen, Flag, Instant, Short
from api.on_file import Buyer, buying_on_file, papers_on_file
from api.parts import Parts
from api.routes.catalogue import any_product
from api.routes.persons import ApplicantBody, InsuredBody, Relationship, SchoolBody
from insurance.products.catalogue import Document
from insurance.rules.application import Agreement, Application, Consent, Insured
from insurance.rules.cover import first_day_of_cover, last_day_of_cover, shanghai_day
from insurance.rules.death_cover import death_cover
from insurance.rules.eligibility import Eligibility, OnFile, check_application, first_day_errors
from insurance.rules.errors import FieldError
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy, Purchase, RosterEntry
from workflows.messages import PurchaseOrder

_person, _application = TypeAdapter(Insured), TypeAdapter(Application)
# a form may be filled in over some days; the clock of a phone may be wrong by a little
OLDEST_AGREEMENT, CLOCKS_DIFFER = timedelta(days=30), timedelta(minutes=5)


class AgreementBody(Body):
    """`agreed` false counts as not there. `agreed_at`: when the family ticked it; the time of submission, if not given."""

    document_id: Code
    version: Code
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    agreed: Flag = True
    agreed_at: Instant | None = None


class ConsentBody(Body):
    """`insured_consent`: a student from 18 on agrees, beside whoever buys, to being insured and to the sum (保险法 34).
    `version`, `sha256`: of the question as the family read it; the one that is asked now, if not given."""

    kind: Literal["child_data", "share_with_insurer", "school_feedback", "insured_consent"]
    agreed: Flag
    version: Code | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


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
            consents=tuple(Consent(c.kind, c.agreed) for c in self.consents),
            existing_death_cover_fen=self.existing_death_cover_fen,
            requested_effective_date=self.effective_date,
        )


def terms_on_sale(parts: Parts, product_id: str) -> ProductTerms:
    for terms in parts.catalogue.on_sale(parts.today()):
        if terms.product_id == product_id:
            return terms
    raise invalid("product_id", "unknown_product", "没有这个产品，或已停售")


async def insured_of(parts: Parts, subject: str, body: PurchaseBody) -> Insured:
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


async def checked(
    parts: Parts,
    session: AsyncSession,
    subject: str,
    terms: ProductTerms,
    application: Application,
    child: str,
    *,
    submitted: bool,
) -> tuple[Eligibility, date | None, date]:
    """What is wrong, the last day of cover that can be gone on with (`served`), and the first day of this one. Policies that
    others bought count when it is `submitted` and are told to nobody. Raises `Problem` for a new student who is on no roster."""
    first_day = first_day_of_cover(terms, parts.now(), application.requested_effective_date)
    days = first_day, last_day_of_cover(terms, first_day)
    buyer = Buyer(subject, application.relationship)
    known, until = await buying_on_file(session, buyer, child, days, terms.insurer_code, parts.today())
    if not submitted:
        known = replace(known, everybodys_death_cover_fen=0)
    if parts.settings.environment == "development":
        # the same invented child is insured there again and again; the form's own figure counts
        known = replace(known, death_cover_fen=0, everybodys_death_cover_fen=0)
    await _require_on_roster(parts, session, application.insured.school_code, child, known)
    return check_application(terms, application, parts.today(), known), until, first_day


async def require_room(parts: Parts, row: Purchase) -> None:
    """Whether the cap still leaves what was accepted when this was submitted: paying would end in a refund. Raises `Problem`."""
    terms = any_product(parts, row.product_id)
    if parts.settings.environment == "development" or terms is None or not row.insured_digest:
        return
    application = _application.validate_python(row.application)
    first_day = first_day_of_cover(terms, parts.now(), application.requested_effective_date)
    cap_fen = death_cover(terms, application.insured.birth_date, first_day, 0).cap_fen
    if cap_fen is None or not row.death_cover_fen:
        return
    days = first_day, last_day_of_cover(terms, first_day)
    async with parts.database.transaction() as session:
        others = await childs_book(session, row.insured_digest, days, but=row.purchase_id)
    if others.death_cover_fen(told_with(row)) + row.death_cover_fen > cap_fen:
        text = "孩子的身故保额合计会超过未成年人限额，这次投保不能再支付；可以取消后重新投保，或联系客服"
        raise invalid("existing_death_cover_fen", "minor_death_cap", text)


async def require_eligible(parts: Parts, row: Purchase) -> None:
    """Whether the people are still right on the day on which cover would begin now. Raises `Problem`."""
    terms = any_product(parts, row.product_id)
    if terms is None:
        return
    application = _application.validate_python(row.application)
    insured, buyer = application.insured, Buyer(row.subject, application.relationship)
    first_day = first_day_of_cover(terms, parts.now(), application.requested_effective_date)
    async with parts.database.transaction() as session:
        child = insured_digest(parts.settings, insured.id_type, insured.id_number)
        known = await papers_on_file(session, buyer, child)
    if errors := first_day_errors(terms, application, shanghai_day(row.created_at), first_day, known):
        raise Problem(422, errors[0].code, errors[0].message, errors)


async def _require_on_roster(parts: Parts, session: AsyncSession, school_code: str, child: str, known: OnFile) -> None:
    """新生 first come onto the roster of their school; who was insured before is no new student."""
    if not parts.settings.process.roster_gate or known.insured_before:
        return
    if await session.get(RosterEntry, (school_code, child)) is None:
        text = "学校还没有把孩子的信息导入花名册，导入后即可投保；请联系班主任或学校负责人"
        raise invalid("insured.school_code", "not_on_roster", text)


def require_agreed(parts: Parts, terms: ProductTerms, body: PurchaseBody) -> None:
    """Every current document of the product, by version and hash, once; and no other text: what is agreed to is printed in the
    signed policy."""
    documents = parts.catalogue.documents(terms.product_id, terms.version)
    agreed = [(n, (a.document_id, a.version, a.sha256)) for n, a in enumerate(body.agreements) if a.agreed]
    unread = {(d.document_id, d.version, d.sha256): d for d in documents}
    others = [number for number, text in agreed if unread.pop(text, None) is None]
    if unread:
        raise _not_agreed(list(unread.values()))
    if others:
        message = "这份文件不是该产品当前的投保文件，或重复提交"
        errors = [FieldError(f"agreements.{number}", "document_unknown", message) for number in others]
        raise Problem(422, "document_unknown", message, errors)


def _not_agreed(unread: list[Document]) -> Problem:
    titles = "、".join(f"《{document.title}》" for document in unread)
    return invalid("agreements", "document_not_agreed", f"请先阅读并同意当前版本的{titles}")


def require_questions_as_asked(parts: Parts, terms: ProductTerms, body: PurchaseBody) -> None:
    """422 when an answer names another text than the one that is asked now."""
    for number, consent in enumerate(body.consents):
        asked = parts.catalogue.consent(consent.kind, terms.insurer_code)
        for field in ("version", "sha256"):
            read = getattr(consent, field)
            if read is not None and (asked is None or read != getattr(asked, field)):
                text = "同意书已经更新，请重新阅读后再回答"
                raise invalid(f"consents.{number}.{field}", "consent_text_changed", text)


def place_of_agreeing(parts: Parts, request: Request, body: PurchaseBody) -> Place:
    """Sales on the internet can be traced back: which page, when, on what (银保监发〔2020〕26号)."""
    if body.page_version is None and parts.settings.environment == "production":
        raise invalid("page_version", "required", "缺少投保页面的版本")
    for number, agreement in enumerate(body.agreements):
        at, now = agreement.agreed_at, parts.now()
        if at is not None and not now - OLDEST_AGREEMENT <= at <= now + CLOCKS_DIFFER:
            raise invalid(f"agreements.{number}.agreed_at", "bad_time", "阅读并同意的时间不合理，请重新阅读并同意")
    return Place(body.page_version, device_of(request, body.device))


def agreed_document(body: PurchaseBody, place: Place, order: PurchaseOrder) -> dict[str, Any]:
    """Text by text, as it is stored."""
    items = [
        {
            "document_id": a.document_id,
            "version": a.version,
            "sha256": a.sha256,
            "agreed_at": (a.agreed_at or order.submitted_at).isoformat(),
            # nobody takes the time of submission for the family's own
            "agreed_at_is": "ticked" if a.agreed_at else "submitted",
        }
        for a in body.agreements
        if a.agreed
    ]
    return {"page_version": place.page_version, "device": place.device, "items": items}
