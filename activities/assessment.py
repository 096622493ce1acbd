"""Assessing (理算) a claim: the rules on what was read, under the policy's lock, so that two claims can't take the same fen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.accidents import accident_of, deductible_taken, mark_accident, same_accidents, students_of_incident
from activities.claims import LimitsHeld, lock_policy, replace_limits
from activities.repeats import find_repeats, mark
from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import (
    AccidentReport,
    Assessment,
    AssessmentGrounds,
    CaseReceipt,
    DecidedLine,
    Established,
    EvidenceFile,
)
from insurance.rules.cover import shanghai_day
from insurance.rules.decision import most
from insurance.rules.event import Cover
from insurance.rules.school_days import why_closed
from insurance.rules.terms import ProductTerms
from insurance.school_calendar import load_school_calendar
from insurance.settings import ClaimSettings
from insurance.tables import Claim, Database, LimitEntry, Policy

_terms = TypeAdapter(ProductTerms)
_DEFAULTS = ClaimSettings()


@dataclass(frozen=True)
class AssessStep:
    claim_id: str
    policy_no: str
    report: AccidentReport
    receipts: tuple[CaseReceipt, ...]
    documents: tuple[EvidenceFile, ...]
    # stays held whatever is payable now
    paid_lines: tuple[DecidedLine, ...] = ()
    established: Established | None = None
    payees_known: bool = True


class Assessing:
    def __init__(self, database: Database, settings: ClaimSettings = _DEFAULTS) -> None:
        self._database = database
        self._settings = settings
        self._school = load_school_calendar()

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        """What is payable now, and whether a person must look. Lets other claims know its receipts and its accident, then reserves
        the limits it counts on, in place of what the claim held before. Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await session.get_one(Policy, step.policy_no)
            await mark(session, step.claim_id, step.receipts)
            await mark_accident(session, policy.insurer_code, accident_of(step.claim_id, policy, step.report))
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            grounds = await self._grounds(session, policy, step)
            claim = to_assess(policy, step.report, step.receipts, step.documents, grounds, step.established)
            assessment = assess(replace(claim, payees_known=step.payees_known))
            lines = tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in assessment.settlement.lines)
            held = LimitsHeld("reserved", most(lines, step.paid_lines))
            claimed = await session.get(Claim, step.claim_id)
            if claimed is None or claimed.open:
                # a step that outlived its claim holds nothing any more
                await replace_limits(session, step.policy_no, step.claim_id, held)
        return assessment

    async def _grounds(self, session: AsyncSession, policy: Policy, step: AssessStep) -> AssessmentGrounds:
        accident, insured = accident_of(step.claim_id, policy, step.report), policy.insured
        where = insured["school_region"], insured["school_type"], self._school
        closed = why_closed(accident.on, *where) if step.report.on_campus else None
        same_as = step.established.same_accident_as if step.established else None
        return AssessmentGrounds(
            used_fen=await _held_by_others(session, step),
            repeats=(),
            other_policies=await _other_policies(session, policy, step.report),
            repeated=await find_repeats(session, step.claim_id, step.receipts, step.documents),
            same_accident=await same_accidents(session, accident, self._settings.same_accident_days),
            closed_because=closed.name if closed else None,
            closed_guessed_from=closed.guessed_from if closed else None,
            incident_students=await students_of_incident(session, step.claim_id),
            deductible_taken_fen=await deductible_taken(session, policy, step.claim_id, same_as),
        )


def to_assess(
    policy: Policy,
    report: AccidentReport,
    receipts: Sequence[CaseReceipt],
    documents: Sequence[EvidenceFile],
    grounds: AssessmentGrounds,
    established: Established | None = None,
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
        documents=documents,
        grounds=grounds,
        insured_id_number=policy.insured["id_number"],
        established=established,
    )


async def _held_by_others(session: AsyncSession, step: AssessStep) -> dict[str, int]:
    """What other claims of this policy used or reserved, by coverage."""
    statement = (
        select(col(LimitEntry.coverage_id), func.sum(col(LimitEntry.reserved_fen) + col(LimitEntry.used_fen)))
        .where(LimitEntry.policy_no == step.policy_no, LimitEntry.claim_id != step.claim_id)
        .group_by(col(LimitEntry.coverage_id))
    )
    return {coverage: int(held) for coverage, held in (await session.exec(statement)).all()}


async def _other_policies(session: AsyncSession, policy: Policy, report: AccidentReport) -> int:
    """Other policies of the same child that cover the day of the event; those that never covered anything aside."""
    day = shanghai_day(report.accident_at)
    statement = select(func.count()).where(
        col(Policy.insured_digest) == policy.insured_digest,
        col(Policy.policy_no) != policy.policy_no,
        col(Policy.effective_date) <= day,
        col(Policy.ends_on) >= day,
        or_(col(Policy.ended_reason).is_(None), col(Policy.ended_reason).not_in(("void", "rescinded"))),
    )
    return (await session.exec(statement)).one()
