"""The timeline of a case (经过): what happened, when, by whom, in words for the family."""

from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.views import instant
from insurance.tables import Event


async def timeline_of(session: AsyncSession, process_id: str, after: int = 0) -> list[dict[str, Any]]:
    """Events in order, those behind `after` only."""
    statement = select(Event).where(Event.process_id == process_id, Event.seq > after).order_by(col(Event.seq))
    return [
        {"seq": e.seq, "at": instant(e.at), "event": e.event, "by": e.by.split(":")[0], "text": e.text}
        for e in (await session.exec(statement)).all()
    ]
