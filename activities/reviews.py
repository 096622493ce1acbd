"""Publishing reviews, and what they leave with the claim."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.claims import lock_policy
from activities.journal import Entries, TimelineEvent, write_entries
from activities.rows import publish_row
from insurance.rules.case import Decision, Finding
from insurance.tables import Claim, Database, Event, Review


@dataclass(frozen=True)
class Verdict:
    """What came of a quality review. `reason` is asked for when it disagrees."""

    agrees: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Remark:
    """Something that is noted in a claim's history without a move. `reason` stays with the staff."""

    claim_id: str
    event: str
    by: str
    text: str
    reason: str
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


class ReviewRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def publish_review(self, record: ReviewRecord) -> None:
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
        async with self._database.transaction() as session:
            if record.kind == "decision" and record.seq == 1:
                values["due_at"] = await _due_of_claim(session, record.claim_id) or record.due_at
            await publish_row(session, Review, values, key="review_id", fixed=FIXED)
            await write_entries(session, record.review_id, record.entries)

    @activity.defn
    async def remark_on_claim(self, remark: Remark) -> bool:
        """Note it in the history of a claim that is over; False when its process runs and has to be told. Under the policy's
        lock, as reopening is. Safe to repeat."""
        async with self._database.transaction() as session:
            policy_no = (await session.exec(select(Claim.policy_no).where(Claim.claim_id == remark.claim_id))).one()
            await lock_policy(session, policy_no)
            claim = await session.get_one(Claim, remark.claim_id)
            if claim.open:
                return False
            if not await _is_noted(session, remark):
                seq = claim.case["event_count"] + 1
                claim.case = {**claim.case, "event_count": seq}
                told = TimelineEvent(seq, remark.event, remark.by, remark.text, remark.at, remark.reason)
                await write_entries(session, remark.claim_id, Entries(events=(told,)))
        return True


async def _due_of_claim(session: AsyncSession, claim_id: str) -> datetime | None:
    """Locked until the review stands: whoever moves the claim's clock afterwards finds it."""
    statement = select(Claim.due_at).where(col(Claim.claim_id) == claim_id).with_for_update(read=True)
    return (await session.exec(statement)).first()


async def _is_noted(session: AsyncSession, remark: Remark) -> bool:
    statement = select(Event.seq).where(
        Event.process_id == remark.claim_id, Event.event == remark.event, Event.at == remark.at
    )
    return (await session.exec(statement)).first() is not None
