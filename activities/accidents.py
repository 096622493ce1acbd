"""Accidents that other claims tell too, what those bore of one deductible, and the event that a claim is linked to: marks are committed
first and looked for afterwards."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.accidents import Accident, Why, one_accident, plain_place, told_twice, why_linked
from insurance.rules.case import AccidentReport, SameAccident
from insurance.rules.case_file import CaseFile
from insurance.rules.cover import shanghai_day
from insurance.rules.medical import deductible_borne
from insurance.rules.terms import ProductTerms
from insurance.tables import AccidentMark, Claim, IncidentClaim, Policy

# of one child, or suggested at once
_MOST = 50
# one insurer's claims of one day
_MOST_OF_A_DAY = 2000

_case = TypeAdapter(CaseFile)
_terms = TypeAdapter(ProductTerms)


def accident_of(claim_id: str, policy: Policy, report: AccidentReport) -> Accident:
    return Accident(
        claim_id=claim_id,
        state="reported",
        insured_digest=policy.insured_digest,
        event=report.event,
        on=shanghai_day(report.accident_at),
        place=plain_place(report.accident_place)[:100],
        school_code=str(policy.insured.get("school_code") or "")[:64],
    )


async def mark_accident(session: AsyncSession, insurer_code: str, accident: Accident) -> None:
    """Let others find it. Safe to repeat; a report never changes."""
    values = {
        "claim_id": accident.claim_id,
        "insurer_code": insurer_code,
        "insured_digest": accident.insured_digest,
        "event": accident.event,
        "accident_on": accident.on,
        "place": accident.place,
        "school_code": accident.school_code,
    }
    await session.execute(insert(AccidentMark).values(values).on_conflict_do_nothing())


async def same_accidents(session: AsyncSession, mine: Accident, days: int) -> tuple[SameAccident, ...]:
    """On this policy or another one, of any insurer."""
    around = timedelta(days=days)
    statement = (
        select(AccidentMark, Claim.state)
        .join(Claim, col(Claim.claim_id) == col(AccidentMark.claim_id))
        .where(
            AccidentMark.insured_digest == mine.insured_digest,
            AccidentMark.accident_on >= mine.on - around,
            AccidentMark.accident_on <= mine.on + around,
            AccidentMark.claim_id != mine.claim_id,
        )
        .order_by(col(AccidentMark.accident_on), col(AccidentMark.claim_id))
        .limit(_MOST)
    )
    found = (await session.exec(statement)).all()
    return told_twice(mine, [as_accident(row, state) for row, state in found], days)


def as_accident(row: AccidentMark, state: str) -> Accident:
    return Accident(row.claim_id, state, row.insured_digest, row.event, row.accident_on, row.place, row.school_code)


async def deductible_taken(session: AsyncSession, policy: Policy, claim_id: str, same_as: str | None) -> int:
    """What other claims of the policy, of the accident that this one tells again of, bore of its deductible, in fen. One that waits for
    its decision bore nothing yet, and one whose costs were refused bears nothing. The policy is held meanwhile."""
    names = Claim.case["established"]["same_accident_as"].astext
    naming = select(Claim.claim_id, names).where(
        Claim.policy_no == policy.policy_no, Claim.claim_id != claim_id, names.is_not(None)
    )
    confirmed = dict((await session.exec(naming)).all()) | ({claim_id: same_as} if same_as else {})
    others = select(Claim).where(
        Claim.policy_no == policy.policy_no,
        Claim.state != "withdrawn",
        col(Claim.claim_id).in_(one_accident(claim_id, confirmed)),
    )
    cases = [_case.validate_python(row.case) for row in (await session.exec(others)).all()]
    terms = _terms.validate_python(policy.terms)
    return sum(deductible_borne(terms, c.assessment.settlement) for c in cases if c.assessment and _bears(c))


def _bears(case: CaseFile) -> bool:
    """Whoever was refused since the deductible took everything bore it all the same."""
    if case.decision is None or case.assessment is None:
        return False
    return case.decision.outcome != "refused" or not case.assessment.settlement.payable_fen


async def students_of_incident(session: AsyncSession, claim_id: str) -> int:
    """How many children are linked to the event of this claim; 0 when it is linked to none."""
    mine = select(IncidentClaim.incident_id).where(IncidentClaim.claim_id == claim_id)
    found = (await session.exec(mine)).first()
    return (await students_of(session, [found])).get(found, 0) if found else 0


async def students_of(session: AsyncSession, incident_ids: Sequence[str]) -> dict[str, int]:
    """How many children are linked to each event. A claim that was withdrawn is nobody's any more."""
    statement = (
        select(IncidentClaim.incident_id, func.count(func.distinct(col(IncidentClaim.insured_digest))))
        .join(Claim, col(Claim.claim_id) == col(IncidentClaim.claim_id))
        .where(col(IncidentClaim.incident_id).in_(incident_ids), Claim.state != "withdrawn")
        .group_by(col(IncidentClaim.incident_id))
    )
    return {incident_id: int(students) for incident_id, students in (await session.exec(statement)).all()}


async def marked(session: AsyncSession, claim_ids: Sequence[str]) -> dict[str, AccidentMark]:
    statement = select(AccidentMark).where(col(AccidentMark.claim_id).in_(claim_ids))
    return {row.claim_id: row for row in (await session.exec(statement)).all()}


async def why_linked_to(session: AsyncSession, mine: AccidentMark) -> list[tuple[AccidentMark, str, Why]]:
    """Claims of the same insurer that may be of the same event, with their states; those of the same place first."""
    statement = (
        select(AccidentMark, Claim.state)
        .join(Claim, col(Claim.claim_id) == col(AccidentMark.claim_id))
        .where(AccidentMark.insurer_code == mine.insurer_code, AccidentMark.accident_on == mine.accident_on)
        .order_by(col(AccidentMark.claim_id))
        .limit(_MOST_OF_A_DAY)
    )
    one = as_accident(mine, "reported")
    found = []
    for row, state in (await session.exec(statement)).all():
        why = why_linked(one, as_accident(row, state))
        if why is not None:
            found.append((row, state, why))
    return sorted(found, key=lambda link: (link[2] != "same_place", link[0].claim_id))[:_MOST]
