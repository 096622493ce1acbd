"""Incidents as adjusters see them, and what a claim tells adjusters of its own."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.views import instant
from insurance.rules.masking import mask_name
from insurance.rules.serious import STUDENTS
from insurance.rules.status import label
from insurance.tables import AccidentMark, Claim, Incident, IncidentClaim, Policy, SeriousCase


async def students_of(session: AsyncSession, incident_ids: Sequence[str]) -> dict[str, int]:
    """How many children are linked to each event."""
    statement = (
        select(IncidentClaim.incident_id, func.count(func.distinct(col(IncidentClaim.insured_digest))))
        .where(col(IncidentClaim.incident_id).in_(incident_ids))
        .group_by(col(IncidentClaim.incident_id))
    )
    return {incident_id: int(students) for incident_id, students in (await session.exec(statement)).all()}


def incident_row(row: Incident, students: int) -> dict[str, Any]:
    return {
        "incident_id": row.incident_id,
        "insurer": row.insurer_code,
        "title": row.title,
        "students": students,
        "serious": students >= STUDENTS,
        "created_by": row.created_by,
        "created_at": instant(row.created_at),
    }


async def incident_view(session: AsyncSession, row: Incident) -> dict[str, Any]:
    """With its claims, the children by masked name and class."""
    statement = (
        select(Claim, Policy, AccidentMark, IncidentClaim)
        .join(IncidentClaim, col(IncidentClaim.claim_id) == col(Claim.claim_id))
        .join(AccidentMark, col(AccidentMark.claim_id) == col(Claim.claim_id))
        .join(Policy, col(Policy.policy_no) == col(Claim.policy_no))
        .where(IncidentClaim.incident_id == row.incident_id)
        .order_by(col(IncidentClaim.linked_at), col(Claim.claim_id))
    )
    found = (await session.exec(statement)).all()
    students = len({mark.insured_digest for _, _, mark, _ in found})
    return incident_row(row, students) | {
        "claims": [
            {
                "claim_id": claim.claim_id,
                "state": claim.state,
                "label": label("claim", claim.state),
                "accident_on": mark.accident_on.isoformat(),
                "child": mask_name(policy.insured["name"]),
                "class_name": policy.insured["class_name"],
                "school_code": mark.school_code,
                "linked_by": link.linked_by,
                "linked_at": instant(link.linked_at),
            }
            for claim, policy, mark, link in found
        ]
    }


async def beside_the_claim(session: AsyncSession, caller: Caller, claim_id: str) -> dict[str, Any]:
    """The event and the serious case of a claim, for adjusters only."""
    if caller.role != "adjuster":
        return {}
    link = await session.get(IncidentClaim, claim_id)
    serious = select(SeriousCase.case_id).where(SeriousCase.claim_id == claim_id)
    return {
        "incident_id": link.incident_id if link else None,
        "serious_case_id": (await session.exec(serious)).first(),
    }
