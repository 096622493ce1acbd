"""Money without a running process: was it the policy's own premium told once more, or must it go back?"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.history import lock_history
from activities.journal import Entries, NoticeDraft, write_entries
from activities.rows import table_of
from insurance.tables import Database, LatePayment, Movement, Purchase

# `check`: the gateway refused the refund, and somebody looks at it
LateState = Literal["returning", "check", "returned"]


@dataclass(frozen=True)
class Late:
    """The payment as it stands `since` then."""

    amount_fen: int
    paid_at: datetime
    state: LateState
    since: datetime


@dataclass(frozen=True)
class StrayRecord:
    """`purchase_id`: whose order it was paid for, when there was one; its family is told, and sees it there (`late`)."""

    process_id: str
    entries: Entries
    purchase_id: str | None = None
    late: Late | None = None


TOLD = {
    "stray_payment": "收到您的一笔重复或迟到的付款，正在按原路全额退回",
    "stray_payment_returned": "您的一笔重复或迟到的付款已按原路全额退回",
    "stray_refund_refused": "您的一笔重复或迟到的付款暂时没有退成，已请支付渠道核对，仍会全额退回",
}


def process_of(trade_no: str) -> str:
    return f"stray-{trade_no}"


class StrayPayments:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def is_known(self, trade_no: str) -> bool:
        """Whether a process has taken this payment into its books. What the stray itself has, when its first task was lost, is not known
        before it is back as well: its refund would be forgotten."""
        async with self._database.transaction() as session:
            booked = await session.get(Movement, f"in:{trade_no}")
            back = await session.get(Movement, f"back:{trade_no}")
        return booked is not None and (booked.process_id != process_of(trade_no) or back is not None)

    @activity.defn
    async def publish_stray(self, record: StrayRecord) -> None:
        entries = record.entries
        async with self._database.transaction() as session:
            purchase = await session.get(Purchase, record.purchase_id) if record.purchase_id else None
            if purchase is not None:
                entries = replace(entries, notices=(*entries.notices, *_to_family(entries, purchase.subject)))
                await _show(session, record)
            await lock_history(session, record.process_id)
            await write_entries(session, record.process_id, entries)


async def _show(session: AsyncSession, record: StrayRecord) -> None:
    """With its purchase. What was said once more changes no time, and what is back stays so."""
    if record.late is None:
        return
    ids = {"process_id": record.process_id, "purchase_id": record.purchase_id}
    shown = insert(table_of(LatePayment)).values(**ids, **asdict(record.late))
    state, since = col(LatePayment.state), col(LatePayment.since)
    is_news = (state != "returned") & (state != shown.excluded.state) & (since <= shown.excluded.since)
    changed = {name: shown.excluded[name] for name in ("state", "since")}
    await session.execute(shown.on_conflict_do_update(index_elements=["process_id"], set_=changed, where=is_news))


def _to_family(entries: Entries, subject: str) -> Iterator[NoticeDraft]:
    for event in entries.events:
        if event.event in TOLD:
            yield NoticeDraft(f"{event.seq}:family", subject, event.event, TOLD[event.event], event.at)
