"""Assessing (理算) a claim: the rules on what was read, under the policy's lock, so that two claims can't take the same fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.claims import LimitsHeld, lock_policy, replace_limits, searchable
from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import AccidentReport, Assessment, AssessmentGrounds, CaseReceipt, DecidedLine
from insurance.rules.cover import shanghai_day
from insurance.rules.event import Cover
from insurance.rules.terms import ProductTerms
from insurance.tables import Claim, ClaimDocument, Database, LimitEntry, Policy, Receipt

_terms = TypeAdapter(ProductTerms)


@dataclass(frozen=True)
class AssessStep:
    claim_id: str
    policy_no: str
    report: AccidentReport
    receipts: tuple[CaseReceipt, ...]
    document_kinds: tuple[str, ...]
    document_hashes: tuple[str, ...]


class Assessing:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        """What is payable now, and whether a person must look. Reserves the limits it counts on, in place of what the
        claim held before. Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            grounds = AssessmentGrounds(
                used_fen=await _held_by_others(session, step),
                repeats=await _repeats(session, step),
                other_policies=await _other_policies(session, policy, step.report),
            )
            assessment = assess(to_assess(policy, step.report, step.receipts, step.document_kinds, grounds))
            lines = tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in assessment.settlement.lines)
            await replace_limits(session, step.policy_no, step.claim_id, LimitsHeld("reserved", lines))
        return assessment


def to_assess(
    policy: Policy,
    report: AccidentReport,
    receipts: Sequence[CaseReceipt],
    document_kinds: Sequence[str],
    grounds: AssessmentGrounds,
) -> ClaimToAssess:
    """A claim on this policy as the rules want it."""
    return ClaimToAssess(
        terms=_terms.validate_python(policy.terms),
        cover=Cover(
            effective_date=policy.effective_date,
            renewal=policy.renewal,
            insured_birth_date=date.fromisoformat(policy.insured["birth_date"]),
            ends_on=policy.ends_on,
            death_limit_fen=policy.death_limit_fen,
        ),
        cover_to=policy.ends_on,
        insured_name=policy.insured["name"],
        report=report,
        receipts=receipts,
        document_kinds=document_kinds,
        grounds=grounds,
    )


async def _held_by_others(session: AsyncSession, step: AssessStep) -> dict[str, int]:
    """What other claims of this policy used or reserved, by coverage."""
    statement = (
        select(col(LimitEntry.coverage_id), func.sum(col(LimitEntry.reserved_fen) + col(LimitEntry.used_fen)))
        .where(LimitEntry.policy_no == step.policy_no, LimitEntry.claim_id != step.claim_id)
        .group_by(col(LimitEntry.coverage_id))
    )
    return {coverage: int(held) for coverage, held in (await session.exec(statement)).all()}


async def _repeats(session: AsyncSession, step: AssessStep) -> tuple[str, ...]:
    """Receipts or files that are in another claim that was not withdrawn, or twice in this one."""
    numbers = [
        (searchable(r.fields.bill_no), searchable(r.fields.bill_code or ""))
        for r in step.receipts
        if r.fields.bill_no is not None
    ]
    repeated = {no for no, code in numbers if numbers.count((no, code)) > 1}
    repeated |= {digest for digest in step.document_hashes if step.document_hashes.count(digest) > 1}
    counts = col(Claim.state) != "withdrawn"
    if numbers:
        bill = tuple_(col(Receipt.bill_no), func.coalesce(col(Receipt.bill_code), ""))
        same_bill = select(Receipt.bill_no).join(Claim, col(Claim.claim_id) == col(Receipt.claim_id))
        found = await session.exec(same_bill.where(bill.in_(numbers), Receipt.claim_id != step.claim_id, counts))
        repeated |= {no for no in found.all() if no is not None}
    same_file = select(ClaimDocument.sha256).join(Claim, col(Claim.claim_id) == col(ClaimDocument.claim_id))
    found_files = await session.exec(
        same_file.where(
            col(ClaimDocument.sha256).in_(step.document_hashes), ClaimDocument.claim_id != step.claim_id, counts
        )
    )
    return tuple(sorted({*repeated, *found_files.all()}))


async def _other_policies(session: AsyncSession, policy: Policy, report: AccidentReport) -> int:
    """Other policies of the same child that cover the day of the event."""
    day = shanghai_day(report.accident_at)
    statement = select(func.count()).where(
        col(Policy.insured_digest) == policy.insured_digest,
        col(Policy.policy_no) != policy.policy_no,
        col(Policy.effective_date) <= day,
        col(Policy.ends_on) >= day,
    )
    return (await session.exec(statement)).one()
