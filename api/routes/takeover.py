"""Take-over (保单接管): policies that an insurer sold elsewhere, served here from now on (DOMAIN B4)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from api.deps import InsurerStaff, ObjectId, TheParts
from api.digest import insured_digest
from api.errors import Problem, field_errors, not_found
from api.fields import Body, Day, Fen, Instant, PolicyNo, Short, Subject
from api.parts import Parts
from api.routes.catalogue import any_product
from api.routes.persons import ApplicantBody, InsuredBody, Relationship
from insurance.adapters.ports import Person, TakenOverPolicy
from insurance.rules.cover import last_day_of_cover
from insurance.rules.errors import FieldError
from insurance.rules.persons import applicant_errors, insured_errors
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy

router = APIRouter(prefix="/v1/insurers", tags=["takeover"])

_terms = TypeAdapter(ProductTerms)


class PolicyBody(Body):
    policy_no: PolicyNo
    product_id: Short
    effective_date: Day
    premium_paid_fen: Fen
    paid_at: Instant
    relationship: Relationship
    applicant: ApplicantBody
    insured: InsuredBody
    account: Subject | None = None


class TakeoverBody(Body):
    """Rows are checked one by one, so that a bad one does not keep the others out."""

    policies: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class Accepted(BaseModel):
    number: int
    row: PolicyBody
    values: dict[str, Any]


@router.put("/{code}/policies")
async def take_over(parts: TheParts, caller: InsurerStaff, code: ObjectId, body: TakeoverBody) -> dict[str, Any]:
    """Repeatable: a policy already taken over with the same details counts as accepted, with others as rejected."""
    if parts.catalogue.insurer(code) is None or (caller.role == "adjuster" and caller.insurer != code):
        raise not_found()
    if code not in parts.adapters.insurers:
        raise Problem(409, "insurer_not_connected", "这家保险公司尚未接入")
    accepted: list[Accepted] = []
    rejected: list[dict[str, Any]] = []
    for number, raw in enumerate(body.policies):
        row = _checked(parts, code, raw)
        if isinstance(row, PolicyBody):
            accepted.append(Accepted(number=number, row=row, values=_values(parts, code, row)))
        else:
            rejected += [{"row": number, "field": e.field, "code": e.code, "message": e.message} for e in row]
    async with parts.database.transaction() as session:
        conflicts = await _store(session, accepted)
        rejected += [_conflict(number) for number in conflicts]
        known = [a.row for a in accepted if a.number not in conflicts]
        if known:
            await parts.adapters.insurers[code].take_over([_at_insurer(row) for row in known])
    return {"accepted": len(known), "rejected": sorted(rejected, key=lambda r: r["row"])}


def _checked(parts: Parts, code: str, raw: dict[str, Any]) -> PolicyBody | tuple[FieldError, ...]:
    try:
        row = PolicyBody.model_validate(raw)
    except ValidationError as error:
        return field_errors(error.errors())
    product = any_product(parts, row.product_id)
    if product is None or product.insurer_code != code:
        return (FieldError("product_id", "unknown_product", "这家保险公司没有这个产品"),)
    today = parts.today()
    errors = (*applicant_errors(row.applicant.entered(), today), *insured_errors(row.insured.entered(), today))
    if row.paid_at > parts.now():
        errors += (FieldError("paid_at", "in_the_future", "缴费时间不能晚于现在"),)
    return errors or row


def _values(parts: Parts, code: str, row: PolicyBody) -> dict[str, Any]:
    terms = parts.catalogue.product(row.product_id)
    applicant, insured = row.applicant.entered(), row.insured.entered()
    return {
        "policy_no": row.policy_no,
        "insurer_code": code,
        "product_id": row.product_id,
        "terms": _terms.dump_python(terms, mode="json"),
        "source": "takeover",
        "purchase_id": None,
        "applicant_subject": row.account,
        "relationship": row.relationship,
        "applicant": TypeAdapter(type(applicant)).dump_python(applicant, mode="json"),
        "insured": TypeAdapter(type(insured)).dump_python(insured, mode="json"),
        "insured_digest": insured_digest(parts.settings, insured.id_type, insured.id_number),
        "renewal": False,
        "death_limit_fen": None,
        "premium_fen": row.premium_paid_fen,
        "paid_at": row.paid_at,
        "out_trade_no": None,
        "effective_date": row.effective_date,
        "ends_on": last_day_of_cover(terms, row.effective_date),
        "created_at": parts.now(),
    }


async def _store(session: AsyncSession, accepted: list[Accepted]) -> set[int]:
    """The rows whose policy stands already with other details. One order for everybody, so that two lists never wait for
    each other."""
    conflicts: set[int] = set()
    for one in sorted(accepted, key=lambda one: (one.row.policy_no, one.number)):
        statement = insert(Policy).values(**one.values).on_conflict_do_nothing().returning(col(Policy.policy_no))
        if (await session.execute(statement)).first() is not None:
            continue
        known = await session.get(Policy, one.row.policy_no)
        if known is None or any(getattr(known, name) != one.values[name] for name in _COMPARED):
            conflicts.add(one.number)
    return conflicts


_COMPARED = ("insurer_code", "product_id", "effective_date", "premium_fen", "paid_at", "insured_digest", "source")


def _conflict(number: int) -> dict[str, Any]:
    return {"row": number, "field": "policy_no", "code": "policy_conflict", "message": "这个保单号已存在，内容不同"}


def _at_insurer(row: PolicyBody) -> TakenOverPolicy:
    child = row.insured.entered()
    person = Person(child.name, child.id_type, child.id_number, child.gender, child.birth_date)
    return TakenOverPolicy(row.policy_no, row.product_id, row.effective_date, row.premium_paid_fen, person)
