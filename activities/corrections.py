"""Corrections of policies (保全): one at a time, and the policy as it stands once the insurer confirmed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.chains import add_line, contact_of
from activities.claims import lock_policy
from activities.journal import Entries, NoticeDraft, write_entries
from activities.purchases import application_document
from activities.rows import publish_row
from insurance.rules.application import Application
from insurance.rules.correction import SETTLING, Change, changes_insured_person
from insurance.tables import AccidentMark, Claim, Database, IncidentClaim, Policy, PolicyCorrection

ENDED = frozenset({"corrected", "declined", "unanswered"})


@dataclass(frozen=True)
class CorrectionHold:
    correction_id: str
    policy_no: str


@dataclass(frozen=True)
class CorrectionRecord:
    """`application`: who the policy is about, as it shall stand; `insured_digest` of that child."""

    correction_id: str
    policy_no: str
    subject: str
    insurer_code: str
    state: str
    seq: int
    changes: tuple[Change, ...]
    application: Application
    insured_digest: str
    reason: str
    due_on: date
    endorsement_no: str | None
    declined_code: str | None
    declined_reason: str | None
    created_at: datetime
    updated_at: datetime
    entries: Entries = Entries()


class Corrections:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def hold_for_correction(self, step: CorrectionHold) -> str | None:
        """None when it may go on; else why not: `policy_ended` (a confirmed surrender ends it too), `correction_open` (another one
        is under way). Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            if policy.correction_id == step.correction_id:
                return None
            if policy.ended_reason is not None or policy.surrender_id is not None:
                return "policy_ended"
            if policy.correction_id is not None:
                return "correction_open"
            policy.correction_id = step.correction_id
        return None

    @activity.defn
    async def publish_correction(self, record: CorrectionRecord) -> str | None:
        """Store the correction as it is; with `corrected` the policy says what the insurer confirmed. Safe to repeat.

        `claim_being_settled`: nothing is stored, because a claim was decided since for the insured as they were."""
        left_out = ("changes", "application", "insured_digest", "entries")
        values = {n: getattr(record, n) for n in CorrectionRecord.__dataclass_fields__ if n not in left_out}
        async with self._database.transaction() as session:
            policy = await lock_policy(session, record.policy_no)
            if record.state == "corrected" and await _comes_too_late(session, record):
                return "claim_being_settled"
            is_news = await publish_row(
                session,
                PolicyCorrection,
                {**values, "changes": changes_document(record.changes)},
                key="correction_id",
                fixed=frozenset({"policy_no", "subject", "changes", "created_at"}),
            )
            if is_news and record.state == "corrected":
                await _apply(session, policy, record)
            if record.state in ENDED and policy.correction_id == record.correction_id:
                policy.correction_id = None
            await write_entries(session, record.correction_id, record.entries)
        return None


def changes_document(changes: tuple[Change, ...]) -> dict[str, Any]:
    """As it is stored."""
    return {"changes": [asdict(change) for change in changes]}


async def _comes_too_late(session: AsyncSession, record: CorrectionRecord) -> bool:
    """Only under `lock_policy`. What was applied already is not too late."""
    if not changes_insured_person(record.changes):
        return False
    known = await session.get(PolicyCorrection, record.correction_id)
    if known is not None and known.state == "corrected":
        return False
    settling = select(Claim.claim_id).where(
        Claim.policy_no == record.policy_no, col(Claim.open), col(Claim.state).in_(SETTLING)
    )
    return (await session.exec(settling.limit(1))).first() is not None


async def _apply(session: AsyncSession, policy: Policy, record: CorrectionRecord) -> None:
    application = application_document(record.application)
    policy.applicant, policy.insured = application["applicant"], application["insured"]
    news = {
        "endorsement_no": record.endorsement_no,
        "at": record.updated_at.isoformat(),
        "fields": [change.field for change in record.changes],
    }
    policy.endorsements = {"items": [*policy.endorsement_items, news]}
    if policy.insured_digest != record.insured_digest:
        policy.insured_digest = record.insured_digest
        await _known_by_new_number(session, record)
    if changes_insured_person(record.changes):
        await _tell_open_claims(session, record)


async def _known_by_new_number(session: AsyncSession, record: CorrectionRecord) -> None:
    """What is known of this child's claims is found by the number as it stands now."""
    claims = select(col(Claim.claim_id)).where(Claim.policy_no == record.policy_no)
    for table in (AccidentMark, IncidentClaim):
        marks = update(table).where(col(table.claim_id).in_(claims))
        await session.execute(marks.values(insured_digest=record.insured_digest))


async def _tell_open_claims(session: AsyncSession, record: CorrectionRecord) -> None:
    """Who weighs one of them sees that the insured is named otherwise now."""
    text = "保单的被保险人信息已更正，请按更正后的信息核对材料"
    still_open = select(col(Claim.claim_id)).where(Claim.policy_no == record.policy_no, col(Claim.open))
    for claim_id in (await session.exec(still_open)).all():
        await add_line(session, contact_of(claim_id), "policy_corrected", "insurer", text, record.updated_at)
        lead = NoticeDraft(
            f"policy_corrected:{record.correction_id}",
            f"role:lead:{record.insurer_code}",
            "policy_corrected",
            text,
            record.updated_at,
        )
        await write_entries(session, claim_id, Entries(notices=(lead,)))
