"""Reviews (人工审核): an adjuster's queue, and what an adjuster may do with one claim."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from api.adjusters import has_others, has_worked_for
from api.auth import Caller
from api.claim_files import case_of
from api.claim_views import missing_kinds
from api.deps import Adjuster, Lead, ObjectId, TheParts
from api.errors import Problem, invalid, not_found
from api.fields import Body, Code, Comment, Day, Fen, Flag, Long, PolicyNo, Short, Subject
from api.parts import Parts
from api.routes.claims import claim_once
from api.routes.claims import shown as claim_shown
from api.routes.documents import Kind
from api.routes.review_queue import review_view
from api.timeline import timeline_of
from insurance.rules.case import DecidedLine
from insurance.tables import Claim, Review
from insurance.tables.reviews import WAITING
from workflows.messages import (
    Actor,
    Correction,
    DecisionOrder,
    Establishing,
    PapersOrder,
    QualityJudgement,
    Reassignment,
    Rereading,
)

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

# for a claim to hear that its review is over
HEARING_SECONDS = 5.0


class ReassignBody(Body):
    adjuster: Subject
    reason: Comment = ""


class JudgementBody(Body):
    """`reason` is required when one does not agree."""

    agrees: Flag
    reason: Comment = ""


class ItemBody(Body):
    name: Short
    amount: Short


Items = Annotated[list[ItemBody], Field(max_length=200)]


class CorrectionsBody(Body):
    """`fields`: new values by field name, as printed; null for what is not printed. `items` is the whole list. Also `category`,
    `treated_on`, `social_insurance_settled` (true, false)."""

    receipt_id: Short
    fields: Annotated[dict[Code, Short | Items | None], Field(min_length=1, max_length=30)]
    reason: Long

    def as_texts(self) -> dict[str, str | None]:
        return {name: _as_text(value) if isinstance(value, list) else value for name, value in self.fields.items()}


def _as_text(items: list[ItemBody]) -> str:
    return json.dumps([item.model_dump() for item in items], ensure_ascii=False)


class EventBody(Body):
    """What papers beside the receipts prove; it takes the place of what was found before. Grades of JR/T 0083-2013, 1 the heaviest."""

    died_on: Day | None = None
    sudden_death: Flag = False
    critical_illness: Day | None = None
    disability_grades: Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=10)], ...], Field(max_length=20)] = ()
    prior_disability_grade: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    other_insurer_paid_fen: Fen = 0
    other_death_benefit_fen: Fen = 0
    same_accident_as: PolicyNo | None = None
    reason: Long


class ReadAgainBody(Body):
    document_id: Short


class PapersBody(Body):
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=20)]
    comment: Comment = ""
    new_fact: Long | None = None


class LineBody(Body):
    coverage_id: Code
    payable_fen: Fen


class DecisionBody(Body):
    outcome: Literal["full", "partial", "refused"]
    reason_codes: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    comment: Comment = ""
    lines: Annotated[list[LineBody], Field(max_length=30)] | None = None


@router.get("/{review_id}")
async def show(parts: TheParts, caller: Adjuster, review_id: ObjectId) -> dict[str, Any]:
    """The review with its claim, receipt beside reading."""
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
        timeline = await timeline_of(session, review_id)
    return review_view(row) | {"timeline": timeline, "claim": await claim_shown(parts, caller, row.claim_id)}


@router.post("/{review_id}/take")
async def take(parts: TheParts, caller: Adjuster, review_id: ObjectId) -> dict[str, Any]:
    return await _told(parts, caller, review_id, "take", _actor(caller))


@router.post("/{review_id}/release")
async def release(parts: TheParts, caller: Adjuster, review_id: ObjectId) -> dict[str, Any]:
    return await _told(parts, caller, review_id, "release", _actor(caller))


@router.post("/{review_id}/reassign")
async def reassign(parts: TheParts, caller: Lead, review_id: ObjectId, body: ReassignBody) -> dict[str, Any]:
    """To somebody who has taken a review of this insurer before, or to oneself. Nobody decides again what they have decided last; who
    decided earlier may when the insurer has nobody else."""
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
        if body.adjuster != caller.subject and not await has_worked_for(session, row.insurer_code, body.adjuster):
            raise invalid(
                "adjuster", "unknown_adjuster", "没有找到这位理赔员，请核对；新同事自己领取过一次审核后才能改派"
            )
        barred = set(row.excluded["subjects"])
        is_last_resort = {body.adjuster, caller.subject} <= barred
        nobody_else = is_last_resort and not await has_others(session, row.insurer_code, barred)
    order = Reassignment(_actor(caller), body.adjuster, body.reason, nobody_else)
    return await _told(parts, caller, review_id, "reassign", order)


@router.post("/{review_id}/corrections")
async def correct(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: CorrectionsBody) -> dict[str, Any]:
    """An amendment of one receipt; answers with the claim, computed anew. Only by who holds the review."""
    row = await _held(parts, caller, review_id)
    correction = Correction(_actor(caller), body.receipt_id, body.as_texts(), body.reason)
    await parts.processes.update(row.claim_id, "correct", correction)
    return await claim_shown(parts, caller, row.claim_id)


@router.post("/{review_id}/event")
async def establish(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: EventBody) -> dict[str, Any]:
    """A death, a first diagnosis, grades of disability, what others paid (事实认定); answers with the claim, computed anew. Only by
    who holds the review."""
    row = await _held(parts, caller, review_id)
    if body.same_accident_as is not None:
        await _require_same_policy(parts, row.claim_id, body.same_accident_as)
    await parts.processes.update(row.claim_id, "establish", Establishing(_actor(caller), **body.model_dump()))
    return await claim_shown(parts, caller, row.claim_id)


@router.post("/{review_id}/read-again")
async def read_again(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: ReadAgainBody) -> dict[str, Any]:
    """Begins a new reading of a receipt's file; the timeline tells what came of it. What was corrected stays. Only by who holds
    the review."""
    row = await _held(parts, caller, review_id)
    await parts.processes.update(row.claim_id, "read_again", Rereading(_actor(caller), body.document_id))
    return await claim_shown(parts, caller, row.claim_id)


@router.post("/{review_id}/request-documents")
async def request_documents(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: PapersBody) -> dict[str, Any]:
    """The one notice of everything that is missing (保险法 22): what the adjuster asks for, and what else the claim's list misses."""
    async with parts.database.transaction() as session:
        claim = await session.get_one(Claim, (await visible_review(session, caller, review_id)).claim_id)
        case = case_of(claim)
        asked = any(request.at >= (case.clocks_from or request.at) for request in case.papers_requests)
        missing = () if asked else await missing_kinds(session, claim)
    kinds = tuple(dict.fromkeys((*body.kinds, *missing)))
    order = PapersOrder(_actor(caller), kinds, body.comment, body.new_fact)
    return await _told(parts, caller, review_id, "request_documents", order, kind="decision")


@router.post("/{review_id}/decision")
async def decide(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: DecisionBody) -> dict[str, Any]:
    lines = tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in body.lines) if body.lines else None
    order = DecisionOrder(_actor(caller), body.outcome, tuple(body.reason_codes), body.comment, lines)
    return await _told(parts, caller, review_id, "decide", order, kind="decision")


@router.post("/{review_id}/judgement")
async def judge(parts: TheParts, caller: Adjuster, review_id: ObjectId, body: JudgementBody) -> dict[str, Any]:
    """What an adjuster says of an automatic approval. It changes no decision: a disagreement is noted in the claim's history."""
    order = QualityJudgement(_actor(caller), body.agrees, body.reason)
    return await _told(parts, caller, review_id, "judge", order, kind="quality")


async def visible_review(session: AsyncSession, caller: Caller, review_id: str) -> Review:
    row = await session.get(Review, review_id)
    if row is None or row.insurer_code != caller.insurer:
        raise not_found()
    return row


async def _held(parts: Parts, caller: Caller, review_id: str) -> Review:
    """The review in which the claim is decided now: a look at an automatic approval changes nothing of it."""
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
        claim = await session.get_one(Claim, row.claim_id)
    if row.kind != "decision":
        raise Problem(409, "illegal_move", "这类审核没有这项操作")
    if row.adjuster != caller.subject or row.state not in WAITING or case_of(claim).review_id != review_id:
        raise Problem(409, "not_holder", "请先领取这件审核")
    return row


async def _require_same_policy(parts: Parts, claim_id: str, other_id: str) -> None:
    """One accident told twice, on one policy."""
    async with parts.database.transaction() as session:
        claim, other = await session.get_one(Claim, claim_id), await session.get(Claim, other_id)
    if other is None or claim_id == other_id or other.policy_no != claim.policy_no:
        raise invalid("same_accident_as", "claim_unknown", "这张保单没有这件其他申请，请核对")


async def _told(
    parts: Parts, caller: Caller, review_id: str, update: str, arg: object, kind: str | None = None
) -> dict[str, Any]:
    """`kind`: of which reviews alone this can be said."""
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
    if kind not in (None, row.kind):
        raise Problem(409, "illegal_move", "这类审核没有这项操作")
    await parts.processes.update(review_id, update, arg)
    async with parts.database.transaction() as session:
        row = await visible_review(session, caller, review_id)
    await _claim_has_heard(parts, row)
    return review_view(row)


async def _claim_has_heard(parts: Parts, row: Review) -> None:
    """Of a review that is over: whoever looks at the claim next sees what became of it. It hears by itself when it takes longer."""

    def has_heard(claim: Claim) -> bool:
        return claim.state != "in_review" or claim.case["review_id"] != row.review_id

    if row.kind == "decision" and row.state not in WAITING:
        await claim_once(parts, row.claim_id, has_heard, HEARING_SECONDS)


def _actor(caller: Caller) -> Actor:
    return Actor(caller.role, caller.subject, caller.lead)
