"""The queue (待审队列) of an insurer's adjusters, and what came of its quality reviews."""

from datetime import datetime, time
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from api.auth import Caller
from api.deps import Adjuster, TheParts
from api.fields import Day
from api.paging import Paging, page_of
from api.views import instant
from insurance.rules.days import SHANGHAI
from insurance.rules.skills import SKILLS
from insurance.rules.status import label
from insurance.tables import Review
from insurance.tables.reviews import WAITING

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

SkillName = Literal["medical", "inpatient", "disability", "death", "critical_illness", "suspicion"]


@router.get("")
async def list_reviews(
    parts: TheParts,
    caller: Adjuster,
    page: Paging,
    state: Literal["open", "taken", "mine", "decided"] = "open",
    skill: SkillName | None = None,
    kind: Literal["decision", "quality"] | None = None,
    due_before: Day | None = None,
) -> dict[str, Any]:
    """The insurer's queue, the one due soonest first; `due_before` is a day in China, not counted. `open`: everything not decided
    yet; `taken`: held by somebody; `mine`: held by the caller; `decided`: the latest first."""
    conditions = [col(Review.insurer_code) == caller.insurer, *_wanted(state, caller)]
    if skill is not None:
        conditions.append(col(Review.skill) == skill)
    if kind is not None:
        conditions.append(col(Review.kind) == kind)
    if due_before is not None:
        conditions.append(col(Review.due_at) < datetime.combine(due_before, time(0), SHANGHAI))
    async with parts.database.transaction() as session:
        soonest = None if state == "decided" else "due_at"
        rows = await page_of(session, Review, conditions, page, "review_id", soonest)
    return rows.answer(review_view)


@router.get("/quality")
async def quality(parts: TheParts, caller: Adjuster) -> dict[str, Any]:
    """What came of the quality reviews (质量抽查) of the insurer's automatic approvals."""
    agrees = col(Review.verdict)["agrees"].as_boolean()
    statement = select(
        func.count(), func.count().filter(agrees.is_(True)), func.count().filter(agrees.is_(False))
    ).where(Review.insurer_code == caller.insurer, Review.kind == "quality")
    async with parts.database.transaction() as session:
        sampled, agreed, disagreed = (await session.exec(statement)).one()
    percent = parts.settings.claims.quality_sample_percent
    return {"sample_percent": percent, "sampled": sampled, "agreed": agreed, "disagreed": disagreed}


def _wanted(state: str, caller: Caller) -> list[ColumnElement[bool]]:
    match state:
        case "taken":
            return [col(Review.state).in_(("taken", "second_taken"))]
        case "mine":
            return [col(Review.adjuster) == caller.subject, col(Review.state).in_(WAITING)]
        case "decided":
            return [col(Review.state) == "decided"]
        case _:
            return [col(Review.state).in_(WAITING)]


def review_view(row: Review) -> dict[str, Any]:
    return {
        "review_id": row.review_id,
        "claim_id": row.claim_id,
        "insurer": row.insurer_code,
        "kind": row.kind,
        "skill": row.skill,
        "skill_label": SKILLS[row.skill],
        "state": row.state,
        "label": label("review", row.state),
        "adjuster": row.adjuster,
        "due_at": instant(row.due_at),
        "findings": row.findings["findings"],
        "amount_fen": row.amount_fen,
        "decision": row.decision,
        "verdict": row.verdict,
        "created_at": instant(row.created_at),
    }
