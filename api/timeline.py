"""The timeline of a case (经过): what happened, when, by whom, in words for the family."""

from typing import Any

from sqlalchemy import String, any_, cast, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.chains import contact_of
from api.auth import Caller
from api.complaint_views import readable_by
from api.views import instant
from insurance.tables import Complaint, Event


async def timeline_about(session: AsyncSession, about: str, caller: Caller) -> list[dict[str, Any]]:
    """Of a claim, with messages, and complaints about it that the caller may know of: those stand beside its process and have no number
    in it (`seq` 0). Of a policy, which has no process, those alone."""
    own = cast([about, contact_of(about)], ARRAY(String))
    readable = select(Complaint.complaint_id).where(Complaint.about == about, readable_by(caller))
    chains = func.array_cat(func.array(readable.scalar_subquery()), own)
    statement = select(Event).where(col(Event.process_id) == any_(chains)).order_by(col(Event.seq))
    events = sorted((await session.exec(statement)).all(), key=lambda e: e.at)
    return [_view(e) | ({"seq": 0} if e.process_id != about else {}) for e in events]


async def timeline_of(session: AsyncSession, process_id: str, after: int = 0) -> list[dict[str, Any]]:
    """Events in order, those behind `after` only."""
    statement = select(Event).where(Event.process_id == process_id, Event.seq > after).order_by(col(Event.seq))
    return [_view(e) for e in (await session.exec(statement)).all()]


def _view(event: Event) -> dict[str, Any]:
    """`document_id`: the file of a claim that it is about, if it is about one."""
    return {
        "seq": event.seq,
        "at": instant(event.at),
        "event": event.event,
        "by": event.by.split(":")[0],
        "text": event.text,
        "document_id": event.document_id,
    }
