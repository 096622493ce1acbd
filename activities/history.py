"""The history of a process (操作记录), appended to in the transaction of what it tells, chained by hashes (rules/chain.py)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.rows import table_of
from insurance.rules.chain import Link, Told, chained
from insurance.rules.masking import mask_free_text
from insurance.tables import HistoryEntry


class Telling(Protocol):
    """An event of a process (`activities.journal.TimelineEvent`)."""

    @property
    def seq(self) -> int: ...
    @property
    def event(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class News:
    """What of the events was not told before. `behind_a_lost_task`: earlier ones stand under the same or higher numbers."""

    told: tuple[Told, ...]
    behind_a_lost_task: bool


# The database's clock, the end of the chain, and whatever stands under the numbers that are told now: usually nothing.
END = text(
    """
    SELECT clock_timestamp() AS now, standing.*
    FROM (SELECT) AS always LEFT JOIN (
        (SELECT number, seq, at, hash FROM history WHERE process_id = :process_id ORDER BY number DESC LIMIT 1)
        UNION
        SELECT number, seq, at, hash FROM history WHERE process_id = :process_id AND seq >= :first
    ) AS standing ON true
    ORDER BY number
    """
)
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:process_id, 0))")


async def lock_history(session: AsyncSession, process_id: str) -> None:
    """For a process without a row of its own, whose lock would keep other publishers of it waiting."""
    await session.execute(LOCK, {"process_id": process_id})


async def append_history(session: AsyncSession, process_id: str, events: Sequence[Telling]) -> News:
    """Two statements; none of them changes what stands. Under the lock of the process's row, which publishing it takes, or
    `lock_history`; of two who come without, the second one's transaction fails on the number that both would give."""
    first = min(event.seq for event in events)
    rows = (await session.execute(END, {"process_id": process_id, "first": first})).all()
    recorded_at: datetime = rows[0].now
    standing = [row for row in rows if row.number is not None]
    known = {(row.seq, row.at) for row in standing}
    told = tuple(
        Told(e.seq, e.event, e.by, e.text, mask_free_text(e.reason) if e.reason else None, e.at)
        for e in events
        if (e.seq, e.at) not in known
    )
    if told:
        last = Link(standing[-1].number, standing[-1].hash) if standing else Link()
        entries = chained(process_id, last, told, recorded_at)
        await session.execute(insert(table_of(HistoryEntry)), [asdict(entry) for entry in entries])
    return News(told, behind_a_lost_task=any(row.seq >= first for row in standing))
