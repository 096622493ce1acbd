"""Lines of history (操作记录) that people's own steps add, beside any process: each in a chain of its own."""

from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.history import lock_history
from activities.journal import Entries, TimelineEvent, write_entries
from insurance.tables import Event


def contact_of(about: str) -> str:
    """What was said about a claim or a policy; the family's timeline has it too."""
    return f"{about}-contact"


def links_of(claim_id: str) -> str:
    """To which event a claim was linked, and that it was taken out again; for staff alone."""
    return f"{claim_id}-incident"


async def add_line(
    session: AsyncSession, chain: str, event: str, by: str, text: str, at: datetime, reason: str | None = None
) -> None:
    """One more line at the end of a chain."""
    await lock_history(session, chain)
    last = (await session.exec(select(func.max(col(Event.seq))).where(Event.process_id == chain))).one()
    await write_entries(session, chain, Entries(events=(TimelineEvent((last or 0) + 1, event, by, text, at, reason),)))
