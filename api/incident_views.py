"""Incidents as adjusters see them, and what a claim tells adjusters of its own."""

from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.claim_files import label_of_claim
from api.views import instant
from insurance.rules.masking import mask_name
from insurance.rules.serious import STUDENTS
from insurance.tables import AccidentMark, Claim, HistoryEntry, Incident, IncidentClaim, Policy, SeriousCase


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
    students = len({mark.insured_digest for claim, _, mark, _ in found if claim.state != "withdrawn"})
    return incident_row(row, students) | {
        "claims": [
            {
                "claim_id": claim.claim_id,
                "state": claim.state,
                "label": label_of_claim(claim),
                "accident_on": mark.accident_on.isoformat(),
                "child": mask_name(policy.insured["name"]),
                "class_name": policy.insured["class_name"],
                "school_code": mark.school_code,
                "linked_by": link.linked_by,
                "linked_at": instant(link.linked_at),
            }
            for claim, policy, mark, link in found
        ],
        "history": await _history(session, row.incident_id),
    }


async def _history(session: AsyncSession, incident_id: str) -> list[dict[str, Any]]:
    """Which claims were linked and taken out again, by whom and why, oldest first."""
    statement = select(HistoryEntry).where(HistoryEntry.process_id == incident_id).order_by(col(HistoryEntry.number))
    return [
        {"event": e.event, "by": e.by, "text": e.text, "reason": e.reason, "at": instant(e.at)}
        for e in (await session.exec(statement)).all()
    ]


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
