"""What happens beside a claim's process (联系客服, 文书): told in a chain of its own, since the process may have ended."""

from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.history import lock_history
from activities.journal import Entries, TimelineEvent, write_entries
from insurance.tables import Event


def beside(claim_id: str) -> str:
    """The name of the chain that stands beside a claim's own."""
    return f"{claim_id}-contact"


async def tell_beside(session: AsyncSession, claim_id: str, event: str, by: str, text: str, at: datetime) -> None:
    """One more line of the claim's timeline and history; never the words of a message."""
    chain = beside(claim_id)
    await lock_history(session, chain)
    last = (await session.exec(select(func.max(col(Event.seq))).where(Event.process_id == chain))).one()
    await write_entries(session, chain, Entries(events=(TimelineEvent((last or 0) + 1, event, by, text, at),)))
