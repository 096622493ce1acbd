"""Publishing reviews, and what they leave with the claim."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.claims import lock_policy
from activities.journal import Entries, TimelineEvent, write_entries
from activities.review_rows import ReviewRecord, store_review
from insurance.tables import Claim, Database, Event


@dataclass(frozen=True)
class Remark:
    """Something that is noted in a claim's history without a move. `reason` stays with the staff."""

    claim_id: str
    event: str
    by: str
    text: str
    reason: str
    at: datetime


class ReviewRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def publish_review(self, record: ReviewRecord) -> None:
        """Safe to repeat."""
        async with self._database.transaction() as session:
            await store_review(session, record)

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


async def _is_noted(session: AsyncSession, remark: Remark) -> bool:
    statement = select(Event.seq).where(
        Event.process_id == remark.claim_id, Event.event == remark.event, Event.at == remark.at
    )
    return (await session.exec(statement)).first() is not None
