"""The timeline of a case (经过): what happened, when, by whom, in words for the family."""

from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.contact import beside
from api.views import instant
from insurance.tables import Event


async def claim_timeline(session: AsyncSession, claim_id: str) -> list[dict[str, Any]]:
    """A claim's, with what was said beside its process: that has no number in it (`seq` 0)."""
    chain = beside(claim_id)
    statement = select(Event).where(col(Event.process_id).in_((claim_id, chain))).order_by(col(Event.seq))
    events = sorted((await session.exec(statement)).all(), key=lambda e: e.at)
    return [_view(e) | ({"seq": 0} if e.process_id == chain else {}) for e in events]


async def timeline_of(session: AsyncSession, process_id: str, after: int = 0) -> list[dict[str, Any]]:
    """Events in order, those behind `after` only."""
    statement = select(Event).where(Event.process_id == process_id, Event.seq > after).order_by(col(Event.seq))
    return [_view(e) for e in (await session.exec(statement)).all()]


def _view(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": instant(event.at),
        "event": event.event,
        "by": event.by.split(":")[0],
        "text": event.text,
    }
