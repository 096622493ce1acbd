"""Incidents (同一事故): claims of several children of one event, linked by an adjuster of their insurer."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.accidents import marked, students_of, why_linked_to
from activities.chains import add_line, links_of
from api.auth import Caller
from api.deps import Adjuster, IdempotencyHeader, ObjectId, TheParts
from api.errors import Problem, invalid, not_found
from api.fields import Body, Long, PolicyNo, Short
from api.idempotency import once
from api.incident_views import incident_row, incident_view
from api.paging import Paging, page_of
from api.parts import Parts
from api.routes.claims import visible_claim
from insurance.rules.serious import STUDENTS
from insurance.tables import AccidentMark, Claim, Incident, IncidentClaim
from workflows.client import ProcessEnded
from workflows.messages import IncidentLink

router = APIRouter(prefix="/v1", tags=["incidents"])

NOTED = {"incident_linked": "归入同一事故", "incident_unlinked": "移出同一事故"}
ClaimId = PolicyNo
ClaimIds = Annotated[list[ClaimId], Field(min_length=1, max_length=100)]


class IncidentBody(Body):
    """`title` is for adjusters alone, without names: `3月4日校车`."""

    title: Short = "同一事故"
    claim_ids: ClaimIds


class LinkBody(Body):
    claim_ids: ClaimIds


class RemovalBody(Body):
    reason: Long


@router.post("/incidents", status_code=201)
async def create(parts: TheParts, caller: Adjuster, body: IncidentBody, key: IdempotencyHeader = None) -> JSONResponse:
    """An event with its first claims. From three students on, each of its claims is a serious case."""

    async def work(session: AsyncSession, new_id: str) -> dict[str, Any]:
        marks = await _claims(session, caller, body.claim_ids)
        incident = Incident(
            incident_id=f"in-{new_id}",
            insurer_code=str(caller.insurer),
            title=body.title,
            created_by=caller.subject,
            created_at=parts.now(),
        )
        session.add(incident)
        await session.flush()
        await _link(parts, session, caller, incident, marks)
        return await incident_view(session, incident)

    return await once(parts, caller, "POST /v1/incidents", key, body, 201, work)


@router.get("/incidents")
async def list_incidents(parts: TheParts, caller: Adjuster, page: Paging) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        mine = [col(Incident.insurer_code) == caller.insurer]
        rows = await page_of(session, Incident, mine, page, "incident_id")
        students = await students_of(session, [row.incident_id for row in rows.rows])
    return rows.answer(lambda row: incident_row(row, students.get(row.incident_id, 0)))


@router.get("/claims/{claim_id}/related")
async def related(parts: TheParts, caller: Adjuster, claim_id: ObjectId) -> dict[str, Any]:
    """Claims that may be of the same event as this one: other children, the same day, the same place or school. A suggestion:
    whoever links them has looked."""
    async with parts.database.transaction() as session:
        await visible_claim(session, caller, claim_id)
        mine = (await marked(session, [claim_id])).get(claim_id)
        found = await why_linked_to(session, mine) if mine else []
        links = await _links(session, [other.claim_id for other, _, _ in found])
    return {
        "items": [
            {"claim_id": mark.claim_id, "state": state, "why": why, "incident_id": links.get(mark.claim_id)}
            for mark, state, why in found
        ]
    }


@router.get("/incidents/{incident_id}")
async def show(parts: TheParts, caller: Adjuster, incident_id: ObjectId) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        return await incident_view(session, await _visible(session, caller, incident_id))


@router.post("/incidents/{incident_id}/claims")
async def link(parts: TheParts, caller: Adjuster, incident_id: ObjectId, body: LinkBody) -> dict[str, Any]:
    """Further claims of the event. A claim that is linked already stays so."""
    async with parts.database.transaction() as session:
        incident = await _visible(session, caller, incident_id, lock=True)
        await _link(parts, session, caller, incident, await _claims(session, caller, body.claim_ids))
        return await incident_view(session, incident)


@router.post("/incidents/{incident_id}/claims/{claim_id}/remove")
async def remove(
    parts: TheParts, caller: Adjuster, incident_id: ObjectId, claim_id: ObjectId, body: RemovalBody
) -> dict[str, Any]:
    """Takes out a claim that was linked by mistake. Claims that were found to be serious meanwhile stay so: their families have
    heard of it."""
    async with parts.database.transaction() as session:
        incident = await _visible(session, caller, incident_id, lock=True)
        link = await session.get(IncidentClaim, claim_id)
        if link is None or link.incident_id != incident_id:
            raise not_found()
        await session.delete(link)
        await session.flush()
        await _note(parts, session, caller, incident, claim_id, "incident_unlinked", body.reason)
        return await incident_view(session, incident)


async def _visible(session: AsyncSession, caller: Caller, incident_id: str, *, lock: bool = False) -> Incident:
    row = await session.get(Incident, incident_id, with_for_update=lock)
    if row is None or row.insurer_code != caller.insurer:
        raise not_found()
    return row


async def _claims(session: AsyncSession, caller: Caller, claim_ids: Sequence[str]) -> list[AccidentMark]:
    """The accidents of these claims, each once; all of them are the caller's insurer's."""
    asked = list(dict.fromkeys(claim_ids))
    known = await marked(session, asked)
    for place, claim_id in enumerate(asked):
        if claim_id not in known or known[claim_id].insurer_code != caller.insurer:
            raise invalid(f"claim_ids.{place}", "claim_unknown", "没有这件理赔申请")
    return [known[claim_id] for claim_id in asked]


async def _link(
    parts: Parts, session: AsyncSession, caller: Caller, incident: Incident, marks: Sequence[AccidentMark]
) -> None:
    """The processes are told before the links are committed: a repeat after a lost answer tells them again."""
    rows = [
        {
            "claim_id": mark.claim_id,
            "incident_id": incident.incident_id,
            "insured_digest": mark.insured_digest,
            "linked_by": caller.subject,
            "linked_at": parts.now(),
        }
        for mark in sorted(marks, key=lambda mark: mark.claim_id)
    ]
    before = await _links(session, [mark.claim_id for mark in marks])
    await session.execute(insert(IncidentClaim).on_conflict_do_nothing(), rows)
    links = await _links(session, [mark.claim_id for mark in marks])
    if set(links.values()) != {incident.incident_id}:
        raise Problem(409, "already_linked", "有申请已经归入另一起事故")
    for claim_id in sorted(links.keys() - before.keys()):
        await _note(parts, session, caller, incident, claim_id, "incident_linked")
    students = (await students_of(session, [incident.incident_id])).get(incident.incident_id, 0)
    if students >= STUDENTS:
        await _tell(parts, session, incident, students)


async def _note(
    parts: Parts,
    session: AsyncSession,
    caller: Caller,
    incident: Incident,
    claim_id: str,
    event: str,
    reason: str | None = None,
) -> None:
    """In the history of the event and of the claim."""
    what, by, at = NOTED[event], f"adjuster:{caller.subject}", parts.now()
    await add_line(session, incident.incident_id, event, by, f"申请{claim_id}{what}", at, reason)
    await add_line(session, links_of(claim_id), event, by, f"本次申请{what}：{incident.incident_id}", at, reason)


async def _tell(parts: Parts, session: AsyncSession, incident: Incident, students: int) -> None:
    linked = (
        select(IncidentClaim.claim_id)
        .join(Claim, col(Claim.claim_id) == col(IncidentClaim.claim_id))
        .where(IncidentClaim.incident_id == incident.incident_id, col(Claim.open).is_(True))
    )
    for claim_id in (await session.exec(linked)).all():
        try:
            await parts.processes.tell_incident(claim_id, IncidentLink(incident.incident_id, students))
        except ProcessEnded:
            # at this moment; it learns of it when it is opened again
            continue


async def _links(session: AsyncSession, claim_ids: Sequence[str]) -> dict[str, str]:
    statement = select(IncidentClaim.claim_id, IncidentClaim.incident_id).where(
        col(IncidentClaim.claim_id).in_(claim_ids)
    )
    return dict(iter((await session.exec(statement)).all()))
