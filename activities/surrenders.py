"""Surrender (退保): holding the policy against claims, ending it, and publishing the process."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import col, select
from temporalio import activity

from activities.claims import lock_policy
from activities.journal import Entries, write_entries
from activities.rows import publish_row
from insurance.rules.settlement import Step
from insurance.tables import Claim, Database, LimitEntry, Policy, Surrender


@dataclass(frozen=True)
class SurrenderRecord:
    surrender_id: str
    policy_no: str
    subject: str
    insurer_code: str
    state: str
    seq: int
    reason: str
    comment: str
    steps: tuple[Step, ...]
    requested_on: date
    refund_fen: int
    quote_expires_at: datetime
    cover_ends_on: date
    refund_due_on: date | None
    confirmation_no: str | None
    rejected_code: str | None
    refunded_at: datetime | None
    created_at: datetime
    updated_at: datetime
    ends_policy: bool = False
    entries: Entries = Entries()


@dataclass(frozen=True)
class HoldStep:
    """`refund_fen` as it was quoted."""

    surrender_id: str
    policy_no: str
    refund_fen: int = 0


class SurrenderRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def hold_policy(self, step: HoldStep) -> str | None:
        """From now on no claim can be reported on the policy. None when held; else why it can't be surrendered:
        `claim_open`, `claim_paid` since the quote (nothing is refunded then), `policy_ended`, `surrender_open`. Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            if policy.surrender_id == step.surrender_id:
                return None
            if policy.surrender_id is not None:
                return "surrender_open"
            if policy.ended_reason is not None:
                return "policy_ended"
            open_claims = select(Claim.claim_id).where(Claim.policy_no == step.policy_no, col(Claim.open)).limit(1)
            if (await session.exec(open_claims)).first() is not None:
                return "claim_open"
            paid = select(LimitEntry.claim_id).where(
                LimitEntry.policy_no == step.policy_no, col(LimitEntry.used_fen) > 0
            )
            if step.refund_fen and (await session.exec(paid.limit(1))).first() is not None:
                return "claim_paid"
            policy.surrender_id = step.surrender_id
        return None

    @activity.defn
    async def release_policy(self, step: HoldStep) -> None:
        """The insurer did not end it: claims can be reported again. Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            if policy.surrender_id == step.surrender_id:
                policy.surrender_id = None

    @activity.defn
    async def publish_surrender(self, record: SurrenderRecord) -> None:
        """Store the surrender as it is and, once the insurer confirmed, the policy's end. Safe to repeat."""
        left_out = ("steps", "requested_on", "ends_policy", "entries")
        values = {n: getattr(record, n) for n in SurrenderRecord.__dataclass_fields__ if n not in left_out}
        quote = {
            "refund_fen": record.refund_fen,
            "steps": [{"label": s.label, "amount_fen": s.amount_fen} for s in record.steps],
            "requested_on": record.requested_on.isoformat(),
            "cover_ends_on": record.cover_ends_on.isoformat(),
        }
        async with self._database.transaction() as session:
            await publish_row(
                session,
                Surrender,
                {**values, "quote": quote},
                key="surrender_id",
                fixed=frozenset({"policy_no", "subject", "created_at"}),
            )
            if record.ends_policy:
                ending = update(Policy).where(col(Policy.policy_no) == record.policy_no)
                await session.execute(ending.values(ended_reason="surrendered", ends_on=record.cover_ends_on))
            await write_entries(session, record.surrender_id, record.entries)
