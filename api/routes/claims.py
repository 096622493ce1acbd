"""Claims (理赔): report, payee, submit, and what the family may say afterwards."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.accidents import accident_of, mark_accident
from api.auth import Caller
from api.claim_cover import covers_of
from api.claim_files import case_of, evidence_of, first_case
from api.claim_views import claim_summary, claim_view, required_document_views
from api.consents import require_said, require_standing
from api.deps import IdempotencyHeader, ObjectId, Parent, ParentOrAdjuster, TheParts
from api.digest import is_sampled
from api.errors import Problem, invalid, not_found
from api.fields import Body, Comment, Flag, Instant, Long, Region, Short
from api.idempotency import first_record, once
from api.paging import Paging, page_of
from api.parts import Parts
from api.policy_actions import ENDED, bars_claim, refuse
from api.reading_log import note_read
from api.routes.policies import own_policy, terms_of, visible_policy
from insurance.rules.case import AccidentReport, CaseConsent
from insurance.rules.cover import shanghai_day
from insurance.rules.errors import Invalid
from insurance.rules.identifiers import read_mobile, read_region
from insurance.tables import Claim, Policy
from workflows.client import ProcessUnavailable
from workflows.messages import ClaimOrder, Objection

router = APIRouter(prefix="/v1", tags=["claims"])

# how long an answer waits for what its process does next
SECONDS, LOOK_SECONDS = 3.0, 0.05


class ConsentBody(Body):
    """Separate consents to sensitive data, at the moment it is given (个人信息保护法 29)."""

    kind: Literal["medical_data", "account_data"]
    agreed: Flag


Consents = Annotated[tuple[ConsentBody, ...], Field(max_length=10)]


class ReportBody(Body):
    """`critical_illness`: the claim is for one that was diagnosed (重大疾病), so that its papers are asked for."""

    patient_state: Literal["outpatient", "inpatient", "discharged", "recovering", "disabled", "deceased"]
    accident_region: Region
    accident_at: Instant
    accident_place: Short
    event: Literal["accident", "illness"]
    on_campus: Flag = False
    critical_illness: Flag = False
    description: Long
    claimant_mobile: Short
    consents: Consents = ()


class DisputeBody(Body):
    reason: Comment = ""


class ReopenBody(Body):
    reason: Long


@router.post("/policies/{policy_no}/claims", status_code=201)
async def report(
    parts: TheParts, caller: ParentOrAdjuster, policy_no: ObjectId, body: ReportBody, key: IdempotencyHeader = None
) -> JSONResponse:
    """Report (报案), by the family or, for a family that calls the hotline, by an adjuster of its insurer (代为报案), who writes down
    the consents given orally. Answers with the insurer's report number when it comes within seconds; a late report is never refused.
    """
    _require_possible(parts, body)
    require_consent(parts, "medical_data", body.consents)

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        policy = await visible_policy(session, caller, policy_no, lock=True)
        _require_claimable(parts, policy, body.accident_at)
        await require_standing(session, policy)
        order = _order(parts, caller, policy, body, f"cl-{new_id}")
        await first_record(session, _first_record(order), "claim_id")
        await mark_accident(session, policy.insurer_code, accident_of(order.claim_id, policy, order.report))
        await parts.processes.start_claim(order)
        return {
            "claim_id": order.claim_id,
            "report_no": None,
            "state": "reported",
            "required_documents": required_document_views(order.report),
        }

    answer = await once(parts, caller, f"POST /v1/policies/{policy_no}/claims", key, body, 201, work)
    return await _with_report_no(parts, answer)


@router.get("/claims")
async def list_claims(parts: TheParts, caller: ParentOrAdjuster, page: Paging) -> dict[str, Any]:
    """A parent's own; an adjuster's insurer's."""
    mine = Claim.subject == caller.subject if caller.role == "parent" else Claim.insurer_code == caller.insurer
    async with parts.database.transaction() as session:
        rows = await page_of(session, Claim, [mine], page, "claim_id")  # type: ignore[list-item]
        covers = await covers_of(session, rows.rows)
    return rows.answer(lambda row: claim_summary(parts, row, covers.get(row.policy_no)))


@router.get("/claims/{claim_id}")
async def show(parts: TheParts, caller: ParentOrAdjuster, claim_id: ObjectId) -> dict[str, Any]:
    return await shown(parts, caller, claim_id)


@router.post("/claims/{claim_id}/submit")
async def submit(parts: TheParts, caller: Parent, claim_id: ObjectId) -> dict[str, Any]:
    """Also while files are still being read."""
    return await told(parts, caller, claim_id, "submit")


@router.post("/claims/{claim_id}/accept")
async def accept(parts: TheParts, caller: Parent, claim_id: ObjectId) -> dict[str, Any]:
    return await told(parts, caller, claim_id, "accept")


@router.post("/claims/{claim_id}/dispute")
async def dispute(
    parts: TheParts, caller: Parent, claim_id: ObjectId, body: DisputeBody | None = None
) -> dict[str, Any]:
    """To another adjuster, once. Why, if the family says so, is for the adjusters."""
    return await told(parts, caller, claim_id, "dispute", Objection(body.reason if body else ""))


@router.post("/claims/{claim_id}/withdraw")
async def withdraw(parts: TheParts, caller: Parent, claim_id: ObjectId) -> dict[str, Any]:
    return await told(parts, caller, claim_id, "withdraw")


@router.post("/claims/{claim_id}/reopen")
async def reopen(parts: TheParts, caller: Parent, claim_id: ObjectId, body: ReopenBody) -> dict[str, Any]:
    """A closed claim runs again, from where it ended, for a reason that is new."""
    async with parts.database.transaction() as session:
        row = await visible_claim(session, caller, claim_id)
        policy = await own_policy(session, caller.subject, row.policy_no, lock=True)
        if row.state != "closed":
            raise Problem(409, "illegal_move")
        _require_claimable(parts, policy, case_of(row).report.accident_at)
        await parts.processes.start_claim(await reopened_order(parts, session, row, policy, body.reason))
        row.open = True
    found = await claim_once(parts, claim_id, lambda claim: claim.state != "closed")
    if found is None or found.state == "closed":
        # its last run was just ending and heard nothing: the same request begins the next one
        raise ProcessUnavailable
    return await shown(parts, caller, claim_id)


async def visible_claim(session: AsyncSession, caller: Caller, claim_id: str) -> Claim:
    """404 for somebody else's: another family's, another insurer's."""
    row = await session.get(Claim, claim_id)
    mine = row is not None and (
        row.subject == caller.subject if caller.role == "parent" else row.insurer_code == caller.insurer
    )
    if row is None or not mine:
        raise not_found()
    return row


async def shown(parts: Parts, caller: Caller, claim_id: str) -> dict[str, Any]:
    """The whole case. That somebody else than the family saw it is logged (未成年人网络保护条例 36)."""
    async with parts.database.transaction() as session:
        row = await visible_claim(session, caller, claim_id)
        note_read(session, caller, claim_id, "claim_review", parts.now())
        return await claim_view(parts, session, row, caller)


async def told(parts: Parts, caller: Caller, claim_id: str, update: str, arg: object = None) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        await visible_claim(session, caller, claim_id)
    await parts.processes.update(claim_id, update, arg)
    return await shown(parts, caller, claim_id)


def _require_possible(parts: Parts, body: ReportBody) -> None:
    if body.accident_at > parts.now():
        raise invalid("accident_at", "in_the_future", "出险时间不能晚于现在")
    for field, read, text in (
        ("claimant_mobile", read_mobile, body.claimant_mobile),
        ("accident_region", read_region, body.accident_region),
    ):
        try:
            read(text)
        except Invalid as error:
            raise invalid(field, error.code, error.message) from None


def require_consent(parts: Parts, kind: str, consents: tuple[ConsentBody, ...]) -> None:
    require_said(parts, (consent.agreed for consent in consents if consent.kind == kind), "办理理赔")


def consented(parts: Parts, caller: Caller, consents: tuple[ConsentBody, ...]) -> tuple[CaseConsent, ...]:
    return tuple(CaseConsent(c.kind, c.agreed, parts.now(), adjuster_of(caller)) for c in consents)


def adjuster_of(caller: Caller) -> str | None:
    """Who acts for a family; None when it acts itself."""
    return None if caller.role == "parent" else caller.subject


def _require_claimable(parts: Parts, policy: Policy, accident_at: datetime) -> None:
    """What happened while there was cover can be reported for as long as any other accident, whatever ended it (保险法 26)."""
    refuse(bars_claim(policy, parts.today()))
    if policy.ended_reason in ENDED and shanghai_day(accident_at) > policy.ends_on:
        raise Problem(409, "policy_ended", "事故发生在保单终止之后，这张保单不再提供保障")


def _order(parts: Parts, caller: Caller, policy: Policy, body: ReportBody, claim_id: str) -> ClaimOrder:
    report = AccidentReport(**body.model_dump(exclude={"consents"}))
    assert policy.applicant_subject is not None
    return claim_order(
        parts, policy, claim_id, policy.applicant_subject, report,
        consents=consented(parts, caller, body.consents), reported_by=adjuster_of(caller),
    )  # fmt: skip


def claim_order(
    parts: Parts, policy: Policy, claim_id: str, subject: str, report: AccidentReport, **more: Any
) -> ClaimOrder:
    times = parts.settings.process
    return ClaimOrder(
        claim_id=claim_id,
        policy_no=policy.policy_no,
        subject=subject,
        insurer_code=policy.insurer_code,
        terms=terms_of.validate_python(policy.terms),
        report=report,
        reported_at=parts.now(),
        idle_days=times.claim_idle_days,
        dispute_days=times.dispute_days,
        review_days=times.review_days,
        ocr_queue=parts.processes.ocr_queue,
        quality_sampled=is_sampled(parts.settings, claim_id),
        shape=1,
        **more,
    )


async def reopened_order(parts: Parts, session: AsyncSession, row: Claim, policy: Policy, reason: str) -> ClaimOrder:
    """The case as it was published, so that nothing of it is asked again."""
    case = case_of(row)
    documents, receipts = await evidence_of(session, row.claim_id)
    return claim_order(
        parts, policy, row.claim_id, row.subject, case.report,
        reopened_because=reason, case=case, documents=documents, receipts=receipts, reported_by=case.reported_by,
    )  # fmt: skip


def _first_record(order: ClaimOrder) -> Claim:
    return Claim(
        claim_id=order.claim_id,
        policy_no=order.policy_no,
        subject=order.subject,
        insurer_code=order.insurer_code,
        state="reported",
        seq=0,
        open=True,
        case=first_case(order),
        created_at=order.reported_at,
        updated_at=order.reported_at,
    )


async def _with_report_no(parts: Parts, answer: JSONResponse) -> JSONResponse:
    """The number arrives with the process's first step; a slow insurer's comes later, and the claim shows it then."""
    body = json.loads(bytes(answer.body))
    row = await claim_once(parts, body["claim_id"], lambda claim: claim.report_no is not None)
    if row is not None:
        body["report_no"] = row.report_no
    return JSONResponse(body, answer.status_code)


async def claim_once(
    parts: Parts, claim_id: str, reached: Callable[[Claim], bool], seconds: float = SECONDS
) -> Claim | None:
    """The claim's record once it is so, or as it is after some seconds."""
    row = None
    for _ in range(int(seconds / LOOK_SECONDS)):
        async with parts.database.transaction() as session:
            row = await session.get(Claim, claim_id)
        if row is None or reached(row):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return row
