"""What a process says about itself with every record it publishes: timeline and history, notices to people, money that moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.history import News, append_history
from activities.rows import table_of
from insurance.tables import Event, Movement, OutboxNotice


@dataclass(frozen=True)
class TimelineEvent:
    """`seq` counts the events of one process from 1; the same one is stored once however often it is published. `reason`: why,
    in the words of whoever acted; the history keeps it for staff, the family's timeline never has it."""

    seq: int
    event: str
    by: str
    text: str
    at: datetime
    reason: str | None = None
    # the file of a claim that it is about; the history, whose hashes stand, does not have it
    document_id: str | None = None


@dataclass(frozen=True)
class NoticeDraft:
    """A message to one person, sent after the record stands. `key` is unique within the process. `delivered_at`: the process sent
    it by itself."""

    key: str
    subject: str
    kind: str
    text: str
    at: datetime
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class MoneyMoved:
    """Money that the gateway confirmed, under the key that we gave it."""

    key: str
    kind: Literal["premium", "refund", "payout"]
    amount_fen: int
    trade_no: str | None
    at: datetime


@dataclass(frozen=True)
class Entries:
    events: tuple[TimelineEvent, ...] = ()
    notices: tuple[NoticeDraft, ...] = ()
    movements: tuple[MoneyMoved, ...] = ()


async def write_entries(session: AsyncSession, process_id: str, entries: Entries) -> None:
    """Store what is not stored yet. Safe to repeat."""
    if entries.events:
        news = await append_history(session, process_id, entries.events)
        if news.told:
            files = {(e.seq, e.at): e.document_id for e in entries.events}
            await _show(session, process_id, news, files)
    if entries.notices:
        rows: list[dict[str, object]] = [
            {
                "notice_id": f"{process_id}:{n.key}",
                "subject": n.subject,
                "kind": n.kind,
                "about": process_id,
                "text": n.text,
                "created_at": n.at,
                "sent_at": n.delivered_at,
            }
            for n in entries.notices
        ]
        await session.execute(insert(table_of(OutboxNotice)).on_conflict_do_nothing(), rows)
    if entries.movements:
        rows = [
            {
                "key": m.key,
                "kind": m.kind,
                "process_id": process_id,
                "amount_fen": m.amount_fen,
                "trade_no": m.trade_no,
                "at": m.at,
            }
            for m in entries.movements
        ]
        await session.execute(insert(table_of(Movement)).on_conflict_do_nothing(), rows)


async def _show(
    session: AsyncSession, process_id: str, news: News, files: Mapping[tuple[int, datetime], str | None]
) -> None:
    """The timeline, which the history knew before. Of events under one number the later one stands, and those above the last
    number that are earlier than it go: a workflow task that was lost with its worker has told them (see `activities/rows.py`).
    """
    rows = [
        {
            "process_id": process_id,
            "seq": e.seq,
            "event": e.event,
            "by": e.by,
            "text": e.text,
            "at": e.at,
            "document_id": files[e.seq, e.at],
        }
        for e in news.told
    ]
    shown = insert(table_of(Event))
    changed = {name: shown.excluded[name] for name in ("event", "by", "text", "at", "document_id")}
    later = shown.on_conflict_do_update(
        index_elements=["process_id", "seq"], set_=changed, where=col(Event.at) < shown.excluded["at"]
    )
    await session.execute(later, rows)
    if news.behind_a_lost_task:
        last = max(news.told, key=lambda e: e.seq)
        lost = delete(Event).where(
            col(Event.process_id) == process_id, col(Event.seq) > last.seq, col(Event.at) < last.at
        )
        await session.execute(lost)
