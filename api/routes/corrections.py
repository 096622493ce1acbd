"""Corrections (保全): wrong details of a policy put right, once the insurer has confirmed it."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.corrections import changes_document
from api.auth import Caller
from api.consents import require_standing
from api.deps import IdempotencyHeader, ObjectId, Parent, TheParts
from api.digest import insured_digest
from api.errors import Problem, not_found
from api.fields import Body, Code, Comment, Day, Name, Region, Short
from api.idempotency import first_record, once
from api.on_file import Buyer, on_file
from api.paging import Paging, page_of
from api.parts import Parts
from api.policy_actions import bars_correction, refuse
from api.routes.persons import Gender, IdType, SchoolType
from api.routes.policies import own_policy, terms_of
from api.timeline import timeline_of
from api.views import instant, masked_person
from insurance.rules.application import Applicant, Application, Insured
from insurance.rules.correction import (
    LABELS,
    SETTLING,
    Change,
    as_bought,
    changes,
    changes_insured_person,
    differing_values,
)
from insurance.rules.correction import check_correction as check
from insurance.rules.correction import corrected as with_values
from insurance.rules.errors import FieldError
from insurance.rules.periods import working_days_after
from insurance.rules.status import label, turn_of
from insurance.tables import Claim, Policy, PolicyCorrection
from workflows.messages import CorrectionOrder

router = APIRouter(prefix="/v1", tags=["corrections"])
_applicant, _insured = TypeAdapter(Applicant), TypeAdapter(Insured)

# 人身保险业务基本服务规定
WORKING_DAYS = 5
# what makes another contract of it
FIXED = ("product_id", "relationship", "effective_date", "premium_fen")


class ApplicantCorrection(Body):
    """What is null, or not there, stays as it is."""

    name: Name | None = None
    id_type: IdType | None = None
    id_number: Short | None = None
    gender: Gender | None = None
    birth_date: Day | None = None
    mobile: Short | None = None
    email: Short | None = None


class InsuredCorrection(Body):
    name: Name | None = None
    id_type: IdType | None = None
    id_number: Short | None = None
    gender: Gender | None = None
    birth_date: Day | None = None
    school_code: Code | None = None
    school_type: SchoolType | None = None
    school_region: Region | None = None
    class_name: Short | None = None


class CorrectionBody(Body):
    """`product_id`, `relationship`, `effective_date`, `premium_fen` are refused: they can't be corrected."""

    applicant: ApplicantCorrection = ApplicantCorrection()
    insured: InsuredCorrection = InsuredCorrection()
    reason: Comment = ""
    product_id: Any = None
    relationship: Any = None
    effective_date: Any = None
    premium_fen: Any = None


@router.post("/policies/{policy_no}/corrections", status_code=201)
async def request(
    parts: TheParts, caller: Parent, policy_no: ObjectId, body: CorrectionBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """Nothing changes before the insurer confirms; GET says how it stands. 422 names what can't be corrected and why."""
    if fixed := [name for name in FIXED if getattr(body, name) is not None]:
        text = "产品、关系、生效日期和保费不能更正，请联系客服，或退保后重新投保"
        raise Problem(422, "not_correctable", text, [FieldError(name, "not_correctable", text) for name in fixed])

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        correction_id = f"pc-{new_id}"
        policy = await own_policy(session, caller.subject, policy_no, lock=True)
        if earlier := await session.get(PolicyCorrection, correction_id):
            return correction_view(earlier)
        refuse(bars_correction(policy, parts.today(), correction_id))
        await require_standing(session, policy, ("share_with_insurer",))
        order = await _order(parts, session, caller, policy, body, correction_id)
        row = await first_record(session, _first_record(order), "correction_id")
        policy.correction_id = correction_id
        await parts.processes.start_correction(order)
        return correction_view(row)

    return await once(parts, caller, f"POST /v1/policies/{policy_no}/corrections", key, body, 201, work)


@router.get("/policies/{policy_no}/corrections")
async def list_corrections(parts: TheParts, caller: Parent, policy_no: ObjectId, page: Paging) -> dict[str, Any]:
    """Newest first."""
    async with parts.database.transaction() as session:
        await own_policy(session, caller.subject, policy_no)
        mine = [col(PolicyCorrection.policy_no) == policy_no, col(PolicyCorrection.subject) == caller.subject]
        rows = await page_of(session, PolicyCorrection, mine, page, "correction_id")
    return rows.answer(correction_view)


@router.get("/corrections/{correction_id}")
async def show(parts: TheParts, caller: Parent, correction_id: ObjectId) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        row = await session.get(PolicyCorrection, correction_id)
        if row is None or row.subject != caller.subject:
            raise not_found()
        return correction_view(row) | {"timeline": await timeline_of(session, correction_id)}


async def _order(
    parts: Parts, session: AsyncSession, caller: Caller, policy: Policy, body: CorrectionBody, correction_id: str
) -> CorrectionOrder:
    """Raises `Problem` with everything that keeps it from being a correction."""
    before = as_contracted(policy)
    applicant, insured = _values(body.applicant), _values(body.insured)
    if differing := differing_values(before, applicant, insured):
        raise Problem(422, differing[0].code, differing[0].message, differing)
    after = with_values(before, applicant, insured)
    child = insured_digest(parts.settings, after.insured.id_type, after.insured.id_number)
    days = policy.effective_date, policy.ends_on
    known = await on_file(session, Buyer(caller.subject, policy.relationship), child, days, but=policy.policy_no)
    if parts.settings.environment == "development":
        # as with buying: the same invented child is insured there again and again
        known = replace(known, death_cover_fen=0)
    bought = as_bought(before, await _past_changes(session, policy.policy_no))
    if errors := check(terms_of.validate_python(policy.terms), before, after, parts.today(), known, bought):
        raise Problem(422, errors[0].code, errors[0].message, errors)
    found = changes(before, after)
    return CorrectionOrder(
        correction_id=correction_id,
        policy_no=policy.policy_no,
        subject=caller.subject,
        insurer_code=policy.insurer_code,
        changes=found,
        application=after,
        insured_digest=child,
        reason=body.reason or "填写有误",
        open_reports=await _open_reports(session, policy.policy_no, found),
        due_on=working_days_after(parts.today(), WORKING_DAYS, parts.calendar).due_on,
        requested_at=parts.now(),
    )


async def _past_changes(session: AsyncSession, policy_no: str) -> list[Change]:
    """What the insurer confirmed so far, oldest first. One at a time: they are confirmed in the order in which they were asked for."""
    table = PolicyCorrection
    done = select(table).where(table.policy_no == policy_no, table.state == "corrected").order_by(col(table.created_at))
    return [Change(**change) for row in (await session.exec(done)).all() for change in row.changes["changes"]]


def _values(side: ApplicantCorrection | InsuredCorrection) -> dict[str, Any]:
    values = side.model_dump(exclude_none=True)
    return values | {"id_number": values["id_number"].upper()} if "id_number" in values else values


def as_contracted(policy: Policy) -> Application:
    """Who the policy is about, as an application."""
    return Application(
        applicant=_applicant.validate_python(policy.applicant),
        relationship=policy.relationship,
        insured=_insured.validate_python(policy.insured),
        agreements=(),
        consents=(),
        existing_death_cover_fen=policy.death_cover["existing_fen"] if policy.death_cover else 0,
        requested_effective_date=policy.effective_date,
    )


async def _open_reports(session: AsyncSession, policy_no: str, found: tuple[Change, ...]) -> tuple[str, ...]:
    """The insurer weighs them too. What was decided on one stands on the insured as they were: first it is paid."""
    statement = select(Claim).where(Claim.policy_no == policy_no, col(Claim.open)).order_by(col(Claim.claim_id))
    claims = (await session.exec(statement)).all()
    if changes_insured_person(found) and any(claim.state in SETTLING for claim in claims):
        raise Problem(409, "claim_being_settled", "这张保单有一件理赔已作出决定、正在支付，结案后可以更正被保险人信息")
    return tuple(claim.report_no for claim in claims if claim.report_no)


def _first_record(order: CorrectionOrder) -> PolicyCorrection:
    return PolicyCorrection(
        correction_id=order.correction_id,
        policy_no=order.policy_no,
        subject=order.subject,
        insurer_code=order.insurer_code,
        state="submitted",
        seq=0,
        changes=changes_document(order.changes),
        reason=order.reason,
        due_on=order.due_on,
        created_at=order.requested_at,
        updated_at=order.requested_at,
    )


def correction_view(row: PolicyCorrection) -> dict[str, Any]:
    return {
        "correction_id": row.correction_id,
        "policy_no": row.policy_no,
        "state": row.state,
        "label": label("correction", row.state),
        "whose_turn": turn_of("correction", row.state),
        "changes": [_change_view(change) for change in row.changes["changes"]],
        "reason": row.reason,
        "due_on": row.due_on.isoformat(),
        "endorsement_no": row.endorsement_no,
        "declined_code": row.declined_code,
        "declined_reason": row.declined_reason,
        "created_at": instant(row.created_at),
    }


def _change_view(change: dict[str, Any]) -> dict[str, Any]:
    path, values = change["field"], {"old": change["old"], "new": change["new"]}
    return {"field": path, "label": LABELS[path], **{when: _masked(path, value) for when, value in values.items()}}


def _masked(path: str, value: str | None) -> str | None:
    """As in a masked person: by the field's own name."""
    name = path.partition(".")[2]
    person = {"name": "某", "id_number": "x", "birth_date": "1900-01-01"}
    shown: str | None = value if value is None else masked_person(person | {name: value})[name]
    return shown
