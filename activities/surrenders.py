"""Surrender (退保): holding the policy against claims, ending it, and publishing the process."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.claims import lock_policy
from activities.journal import Entries, write_entries
from activities.renewals import end_renewals
from activities.rows import publish_row
from insurance.calendar import load_calendar
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import Calendar
from insurance.rules.refund_clock import RefundPlan, refund_plan
from insurance.rules.settlement import Step
from insurance.rules.surrender import SurrenderValue
from insurance.tables import BrokenClock, Claim, Database, LimitEntry, Policy, Surrender

WaitsFor = Literal["account", "gateway"]


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
    # the law's clock was not kept: since the confirmation, until this last day
    confirmed_on: date | None = None
    broken_due_on: date | None = None
    entries: Entries = Entries()
    # never covered: `cover_ends_on` is for the policy's record alone
    before_effect: bool = False
    # of one in `payee_needed`: the family's account, or the transfer to the one that it gave
    waits_for: WaitsFor | None = None


def quoted(value: SurrenderValue) -> dict[str, Any]:
    """As a quote is shown: the refund, its steps in fen, and the last covered day."""
    return {
        "refund_fen": value.refund_fen,
        "steps": [{"label": step.label, "amount_fen": step.amount_fen} for step in value.steps],
        "cover_ends_on": value.cover_ends_on.isoformat() if value.cover_ends_on else None,
    }


def quote_document(value: SurrenderValue, requested_on: date, waits_for: WaitsFor | None = None) -> dict[str, Any]:
    """As a surrender keeps its quote."""
    return quoted(value) | {"requested_on": requested_on.isoformat(), "waits_for": waits_for}


@dataclass(frozen=True)
class HoldStep:
    """`refund_fen` as it was quoted."""

    surrender_id: str
    policy_no: str
    refund_fen: int = 0


@dataclass(frozen=True)
class RefundClock:
    """`waited_days`: how long the family had no account that takes the money."""

    confirmed_on: date
    waited_days: int


class SurrenderRecords:
    def __init__(self, database: Database, calendar: Calendar | None = None) -> None:
        self._database = database
        self._calendar = calendar or load_calendar()

    @activity.defn
    async def plan_refund(self, step: RefundClock) -> RefundPlan:
        """By the holidays as they are known now."""
        return refund_plan(step.confirmed_on, step.waited_days, self._calendar)

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
        left_out = (
            "before_effect",
            "waits_for",
            "steps",
            "requested_on",
            "ends_policy",
            "confirmed_on",
            "broken_due_on",
            "entries",
        )
        values = {n: getattr(record, n) for n in SurrenderRecord.__dataclass_fields__ if n not in left_out}
        cover_ends_on = None if record.before_effect else record.cover_ends_on
        value = SurrenderValue(record.refund_fen, record.steps, cover_ends_on)
        quote = quote_document(value, record.requested_on, record.waits_for)
        async with self._database.transaction() as session:
            await publish_row(
                session,
                Surrender,
                {**values, "quote": quote},
                key="surrender_id",
                fixed=frozenset({"policy_no", "subject", "created_at"}),
            )
            if record.ends_policy:
                ends = func.coalesce(col(Policy.ended_reason), "surrendered") == "surrendered"
                ending = update(Policy).where(col(Policy.policy_no) == record.policy_no, ends)
                await session.execute(ending.values(ended_reason="surrendered", ends_on=record.cover_ends_on))
                ended = await session.get(Policy, record.policy_no)
                if ended is not None:
                    await end_renewals(session, ended, record.cover_ends_on, record.updated_at)
            if record.broken_due_on is not None:
                await _count_broken(session, record, record.broken_due_on)
            await write_entries(session, record.surrender_id, record.entries)


async def _count_broken(session: AsyncSession, record: SurrenderRecord, due_on: date) -> None:
    """With the claims' clocks. What is refunded late is mended, and stays counted."""
    insured = (await session.exec(select(col(Policy.insured)).where(Policy.policy_no == record.policy_no))).one()
    done_on = shanghai_day(record.refunded_at) if record.refunded_at else None
    found = insert(BrokenClock).values(
        claim_id=record.surrender_id,
        clock="surrender_refund",
        since=record.confirmed_on,
        due_on=due_on,
        insurer_code=record.insurer_code,
        region=insured["school_region"],
        done_on=done_on,
        late_days=(done_on - due_on).days if done_on else None,
    )
    mended = {name: found.excluded[name] for name in ("due_on", "done_on", "late_days")}
    await session.execute(found.on_conflict_do_update(index_elements=["claim_id", "clock", "since"], set_=mended))
