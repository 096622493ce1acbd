"""The rows of reviews: written by the review's own records, and the first of those that decide by its claim's."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.journal import Entries, write_entries
from activities.rows import publish_row
from insurance.rules.case import Decision, Finding
from insurance.tables import Claim, Review
from insurance.tables.reviews import WAITING


@dataclass(frozen=True)
class Verdict:
    """What came of a quality review. `reason` is asked for when it disagrees."""

    agrees: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ReviewRecord:
    """`due_at` counts for quality reviews; one that decides is due when its claim's next clock is, and follows it from then on
    (activities/claims.py)."""

    review_id: str
    claim_id: str
    insurer_code: str
    state: str
    seq: int
    adjuster: str | None
    excluded: tuple[str, ...]
    findings: tuple[Finding, ...]
    amount_fen: int
    decision: Decision | None
    due_at: datetime
    created_at: datetime
    updated_at: datetime
    kind: Literal["decision", "quality"] = "decision"
    skill: str = "medical"
    verdict: Verdict | None = None
    entries: Entries = Entries()


# what a review's own later records leave as it is
FIXED = frozenset({"claim_id", "created_at", "due_at"})

_decision = TypeAdapter(Decision | None)
_verdict = TypeAdapter(Verdict | None)


async def store_review(session: AsyncSession, record: ReviewRecord) -> None:
    """Safe to repeat."""
    values: dict[str, Any] = {
        name: getattr(record, name) for name in ReviewRecord.__dataclass_fields__ if name != "entries"
    }
    values |= {
        "excluded": {"subjects": list(record.excluded)},
        "findings": {"findings": [asdict(f) for f in record.findings]},
        "decision": _decision.dump_python(record.decision, mode="json"),
        "verdict": _verdict.dump_python(record.verdict, mode="json"),
    }
    if record.kind == "decision" and record.seq == 1:
        values["due_at"] = await _due_of_claim(session, record.claim_id) or record.due_at
    await publish_row(session, Review, values, key="review_id", fixed=FIXED)
    await write_entries(session, record.review_id, record.entries)


async def review_is_due(session: AsyncSession, claim_id: str, due_at: datetime) -> None:
    """The queue is sorted by what its claims must keep."""
    waiting = col(Review.claim_id) == claim_id, col(Review.kind) == "decision", col(Review.state).in_(WAITING)
    await session.execute(update(Review).where(*waiting, col(Review.due_at) != due_at).values(due_at=due_at))


async def _due_of_claim(session: AsyncSession, claim_id: str) -> datetime | None:
    """Locked until the review stands: whoever moves the claim's clock afterwards finds it."""
    statement = select(Claim.due_at).where(col(Claim.claim_id) == claim_id).with_for_update(read=True)
    return (await session.exec(statement)).first()
