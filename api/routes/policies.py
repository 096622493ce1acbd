"""Policies (保单): lists by tab and role, and one policy with what can be done on it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.contact_views import contact_of
from api.deps import ObjectId, Parent, ParentOrAdjuster, TheParts
from api.errors import not_found
from api.paging import PageAsked, Paging, page_of
from api.parts import Parts
from api.policy_actions import actions_of, state_of
from api.purchase_views import beside_of, purchase_view
from api.queue import UNPAID
from api.reading_log import note_read
from api.refund_account import GIVE_ACCOUNT
from api.routes.catalogue import coverage_views, insurer_ref
from api.surrender_refunds import PAYS_OUT
from api.timeline import timeline_about
from api.views import instant, masked_person
from insurance.rules.correction import LABELS
from insurance.rules.signed_link import link_signature
from insurance.rules.status import label
from insurance.rules.terms import ProductTerms
from insurance.tables import LatePayment, Policy, Purchase, Surrender

router = APIRouter(prefix="/v1/policies", tags=["policies"])
terms_of = TypeAdapter(ProductTerms)

# 未完成投保: what can still become a policy, or whose money is on its way back
UNFINISHED = (*UNPAID, "paid", "refunding", "payee_needed")
# a signed link to an e-policy (api/routes/policy_documents.py) and how long it opens it
DOWNLOADS = "/v1/downloads/policies"
DOWNLOAD_SECONDS = 900
NEVER_COVERED = ("void", "rescinded")


@router.get("")
async def list_policies(
    parts: TheParts,
    caller: Parent,
    page: Paging,
    view: Literal["active", "ended", "unfinished"] = "active",
    role: Annotated[Literal["applicant", "insured"], Query(alias="as")] = "applicant",
) -> dict[str, Any]:
    """The tabs 有效, 已终止, 未完成投保, seen as 投保人 or as 被保人, newest first."""
    async with parts.database.transaction() as session:
        if view == "unfinished":
            return await _unfinished(parts, session, caller.subject, role, page)
        mine = [col(Policy.applicant_subject) == caller.subject]
        if role == "insured":
            mine.append(col(Policy.relationship) == "self")
        active = _active(parts.today())
        conditions = [*mine, active if view == "active" else ~active]
        rows = await page_of(session, Policy, conditions, page, "policy_no")
        waiting = await _account_wanted(session, rows.rows)
    return rows.answer(lambda row: policy_view(parts, row) | _to_do(row, waiting))


@router.get("/{policy_no}")
async def show_policy(parts: TheParts, caller: ParentOrAdjuster, policy_no: ObjectId) -> dict[str, Any]:
    """With what was said and complained about it (`timeline`) and, for its family, a signed link to the e-policy (`download`).
    Adjusters of its insurer see the rest, masked, and their reading is logged (未成年人网络保护条例 36)."""
    async with parts.database.transaction() as session:
        row = await visible_policy(session, caller, policy_no)
        note_read(session, caller, policy_no, "policy", parts.now())
        told = {
            "download": _download(parts, policy_no) if caller.role == "parent" else None,
            "messages_url": f"/v1/policies/{policy_no}/messages",
            "timeline": await timeline_about(session, policy_no, caller),
            **_to_do(row, await _account_wanted(session, [row])),
        }
    return policy_view(parts, row) | told


async def visible_policy(session: AsyncSession, caller: Caller, policy_no: str, *, lock: bool = False) -> Policy:
    """A family's own; an adjuster's insurer's. 404 for somebody else's."""
    if caller.role == "parent":
        return await own_policy(session, caller.subject, policy_no, lock=lock)
    statement = select(Policy).where(Policy.policy_no == policy_no, Policy.insurer_code == caller.insurer)
    row = (await session.exec(statement.with_for_update() if lock else statement)).first()
    if row is None:
        raise not_found()
    return row


async def own_policy(session: AsyncSession, subject: str, policy_no: str, *, lock: bool = False) -> Policy:
    """404 for somebody else's. `lock`: until the transaction ends, nobody else reports, surrenders or settles on it."""
    statement = select(Policy).where(Policy.policy_no == policy_no, Policy.applicant_subject == subject)
    row = (await session.exec(statement.with_for_update() if lock else statement)).first()
    if row is None:
        raise not_found()
    return row


def _download(parts: Parts, policy_no: str) -> dict[str, Any] | None:
    """An address that opens the e-policy without a token, in any browser or reader, for a while. None where nobody signs."""
    secret = parts.settings.signing.code_secret.get_secret_value()
    if not secret:
        return None
    until = parts.now().replace(microsecond=0) + timedelta(seconds=DOWNLOAD_SECONDS)
    expires = int(until.timestamp())
    query = f"expires={expires}&signature={link_signature(policy_no, expires, secret)}"
    return {"url": f"{parts.settings.public_url}{DOWNLOADS}/{policy_no}?{query}", "expires_at": instant(until)}


async def _account_wanted(session: AsyncSession, policies: Sequence[Policy]) -> set[str]:
    """The surrenders of these whose refund waits for an account of the family's."""
    ids = [row.surrender_id for row in policies if row.surrender_id is not None]
    if not ids:
        return set()
    waiting = select(Surrender.surrender_id).where(
        col(Surrender.surrender_id).in_(ids), Surrender.state == "payee_needed", not_(PAYS_OUT)
    )
    return set((await session.exec(waiting)).all())


def _to_do(row: Policy, account_wanted: set[str]) -> dict[str, Any]:
    return {"to_do": GIVE_ACCOUNT if row.surrender_id in account_wanted else None}


def policy_view(parts: Parts, row: Policy) -> dict[str, Any]:
    state = state_of(row, parts.today())
    terms = terms_of.validate_python(row.terms)
    return {
        "policy_no": row.policy_no,
        "state": state,
        "label": label("policy", state),
        "product_id": row.product_id,
        "title": terms.title,
        "insurer": insurer_ref(parts, row.insurer_code),
        "effective_date": row.effective_date.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "premium_fen": row.premium_fen,
        "paid_at": instant(row.paid_at),
        "relationship": row.relationship,
        "applicant": masked_person(row.applicant),
        "insured": masked_person(row.insured),
        "coverages": coverage_views(terms),
        # what a child's death brings when the cap leaves less than these sums (保监发〔2015〕90号), and how that came out
        "death_limit_fen": row.death_limit_fen,
        "death_cover": row.death_cover,
        "contact": contact_of(parts, row.insurer_code),
        "document_url": f"/v1/policies/{row.policy_no}/document",
        # the surrender that was confirmed: `/v1/surrenders/{surrender_id}`
        "surrender_id": row.surrender_id,
        # a correction that is under way, and those that the insurer confirmed
        "correction_id": row.correction_id,
        "endorsements": [
            {
                "endorsement_no": item["endorsement_no"],
                "at": instant(item["at"]),
                "labels": [LABELS[field] for field in item["fields"]],
            }
            for item in row.endorsement_items
        ],
        "actions": actions_of(row, parts.today()),
    }


def _active(today: date) -> ColumnElement[bool]:
    ended = col(Policy.ended_reason)
    never = or_(ended.in_(NEVER_COVERED), col(Policy.ends_on) < col(Policy.effective_date))
    return and_(col(Policy.ends_on) >= today, or_(ended.is_(None), ~never))


async def _unfinished(parts: Parts, session: AsyncSession, subject: str, role: str, page: PageAsked) -> dict[str, Any]:
    late = select(LatePayment).where(LatePayment.purchase_id == Purchase.purchase_id, LatePayment.state != "returned")
    unfinished = or_(col(Purchase.state).in_(UNFINISHED), col(Purchase.returning).is_not(None), late.exists())
    conditions = [col(Purchase.subject) == subject, unfinished]
    if role == "insured":
        conditions.append(col(Purchase.application)["relationship"].astext == "self")
    rows = await page_of(session, Purchase, conditions, page, "purchase_id")
    beside = await beside_of(parts, session, rows.rows)
    return rows.answer(lambda row: purchase_view(parts, row, beside))
