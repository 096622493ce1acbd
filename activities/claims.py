"""Publishing the claim process: the case, its evidence and receipts, its timeline, and what it holds of the policy's limits."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.broken_clocks import count_broken
from activities.journal import Entries, write_entries
from activities.review_rows import ReviewRecord, review_is_due, store_review
from activities.rows import publish_row
from insurance.calendar import load_calendar
from insurance.rules.case import CaseReceipt, DecidedLine, EvidenceFile
from insurance.rules.case_file import CaseFile
from insurance.rules.claim_clocks import clocks_of, next_due
from insurance.rules.cover import last_day_of_cover, shanghai_day
from insurance.rules.periods import Calendar, end_of_day
from insurance.rules.policy_end import ended_by_claim
from insurance.rules.terms import ProductTerms
from insurance.tables import Amendment, Claim, ClaimDocument, Database, LimitEntry, Policy, Receipt


@dataclass(frozen=True)
class LimitsHeld:
    """What this claim now holds of each coverage's limit, in place of what it held before."""

    how: Literal["reserved", "used"]
    lines: tuple[DecidedLine, ...]


@dataclass(frozen=True)
class ClaimRecord:
    """`passed`: states that it went through since the record before, one after the other. `review`: who hears that the claim is in
    review finds its review in the queue."""

    seq: int
    case: CaseFile
    open: bool
    documents: tuple[EvidenceFile, ...] = ()
    receipts: tuple[CaseReceipt, ...] = ()
    limits: LimitsHeld | None = None
    entries: Entries = Entries()
    passed: tuple[str, ...] = ()
    review: ReviewRecord | None = None


# what a receipt's row keeps in its document `checks`
BESIDE_THE_FIELDS = ("checks", "treated_on", "extras", "codes", "items_whole", "assumed", "likeness", "superseded")

_case = TypeAdapter(CaseFile)
_terms = TypeAdapter(ProductTerms)
_receipt = TypeAdapter(CaseReceipt)


class ClaimRecords:
    def __init__(self, database: Database, calendar: Calendar | None = None) -> None:
        self._database = database
        self._calendar = calendar or load_calendar()

    @activity.defn
    async def publish_claim(self, record: ClaimRecord) -> None:
        """Store the claim as it is now, with the documents and receipts that changed. Safe to repeat."""
        case, day = record.case, shanghai_day(record.case.updated_at)
        due = next_due(case, self._calendar, day) if record.open else None
        due_at = end_of_day(due.due_on) if due else None
        async with self._database.transaction() as session:
            policy = await lock_policy(session, case.policy_no) if record.limits or _tells_of_a_death(case) else None
            is_news = await publish_row(
                session,
                Claim,
                {
                    "claim_id": case.claim_id,
                    "policy_no": case.policy_no,
                    "subject": case.subject,
                    "insurer_code": case.insurer_code,
                    "report_no": case.report_no,
                    "state": case.state,
                    "seq": record.seq,
                    "open": record.open,
                    "case": _case.dump_python(case, mode="json"),
                    "payable_fen": case.decision.payable_fen if case.decision else None,
                    "due_at": due_at,
                    "due_clock": due.clock if due else None,
                    "created_at": case.reported_at,
                    "updated_at": case.updated_at,
                },
                key="claim_id",
                fixed=frozenset({"policy_no", "subject", "created_at"}),
            )
            if record.limits is not None and is_news:
                await replace_limits(session, case.policy_no, case.claim_id, record.limits)
            if is_news and policy is not None:
                _end_by_death(policy, case)
            if is_news and case.state == "in_review" and due_at is not None:
                await review_is_due(session, case.claim_id, due_at)
            if is_news:
                await count_broken(session, case, clocks_of(case, self._calendar, day), record.open)
            for document in record.documents:
                await publish_row(session, ClaimDocument, _document(document, record), key="document_id")
            for receipt in record.receipts:
                if await publish_row(session, Receipt, _receipt_row(receipt, record), key="receipt_id"):
                    await _store_amendments(session, receipt)
            await write_entries(session, case.claim_id, record.entries)
            if record.review is not None:
                await store_review(session, record.review)


async def lock_policy(session: AsyncSession, policy_no: str) -> Policy:
    """Everything that uses limits or ends cover takes this lock first."""
    statement = select(Policy).where(Policy.policy_no == policy_no).with_for_update()
    return (await session.exec(statement)).one()


def _tells_of_a_death(case: CaseFile) -> bool:
    return case.state == "closed" and case.established is not None and case.established.died_on is not None


def _end_by_death(policy: Policy, case: CaseFile) -> None:
    """Only under `lock_policy`. What had ended before the death stays as it ended; a claim that was opened again may find another day."""
    terms = _terms.validate_python(policy.terms)
    last_day, is_again = ended_by_claim(terms, case), policy.ended_reason == "terminated_by_claim"
    until = last_day_of_cover(terms, policy.effective_date) if is_again else policy.ends_on
    if last_day is not None and (is_again or policy.ended_reason is None) and last_day <= until:
        policy.ended_reason, policy.ends_on = "terminated_by_claim", last_day


async def replace_limits(session: AsyncSession, policy_no: str, claim_id: str, limits: LimitsHeld) -> None:
    """Only under `lock_policy`."""
    held = delete(LimitEntry).where(
        LimitEntry.policy_no == policy_no,  # type: ignore[arg-type]
        LimitEntry.claim_id == claim_id,  # type: ignore[arg-type]
    )
    await session.execute(held)
    rows = [
        {
            "policy_no": policy_no,
            "coverage_id": line.coverage_id,
            "claim_id": claim_id,
            "reserved_fen": line.payable_fen if limits.how == "reserved" else 0,
            "used_fen": line.payable_fen if limits.how == "used" else 0,
        }
        for line in limits.lines
        if line.payable_fen
    ]
    if rows:
        await session.execute(insert(LimitEntry), rows)


def _document(document: EvidenceFile, record: ClaimRecord) -> dict[str, Any]:
    values = {name: getattr(document, name) for name in EvidenceFile.__dataclass_fields__}
    values["views"] = {"pages": [asdict(view) for view in document.views]}
    return {**values, "claim_id": record.case.claim_id, "seq": record.seq}


def _receipt_row(receipt: CaseReceipt, record: ClaimRecord) -> dict[str, Any]:
    values = _receipt.dump_python(receipt, mode="json")
    return {
        "receipt_id": receipt.receipt_id,
        "claim_id": record.case.claim_id,
        "document_id": receipt.document_id,
        "ordinal": receipt.ordinal,
        "bill_code": searchable(code) if (code := receipt.fields.bill_code) is not None else None,
        "bill_no": searchable(number) if (number := receipt.fields.bill_no) is not None else None,
        "fields": values["fields"],
        "read_fields": values["read_fields"],
        "confidence": values["confidence"],
        "boxes": values["boxes"],
        "checks": {name: values[name] for name in BESIDE_THE_FIELDS},
        "category": receipt.category,
        "social_insurance_settled": receipt.social_insurance_settled,
        "seq": record.seq,
    }


def searchable(number: str) -> str:
    """As the columns hold it by which repeats are found: what was read can be longer than any number that is printed."""
    return number[:32]


async def _store_amendments(session: AsyncSession, receipt: CaseReceipt) -> None:
    """All of them as the process knows them: one that only a lost task told of never was (activities/rows.py)."""
    await session.execute(delete(Amendment).where(col(Amendment.receipt_id) == receipt.receipt_id))
    rows = [
        {
            "receipt_id": receipt.receipt_id,
            "seq": number,
            "field": amendment.field,
            "old": {"value": amendment.old},
            "new": {"value": amendment.new},
            "reason": amendment.reason,
            "person": amendment.person,
            "at": amendment.at,
        }
        for number, amendment in enumerate(receipt.amendments, start=1)
    ]
    if rows:
        await session.execute(insert(Amendment), rows)
