"""Money without a running process: was it the policy's own premium told once more, or must it go back?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from temporalio import activity

from activities.history import lock_history
from activities.journal import Entries, NoticeDraft, write_entries
from insurance.tables import Database, Movement, Purchase


@dataclass(frozen=True)
class StrayRecord:
    """`purchase_id`: whose order it was paid for, when there was one; its family is told."""

    process_id: str
    entries: Entries
    purchase_id: str | None = None


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
            await lock_history(session, record.process_id)
            await write_entries(session, record.process_id, entries)


def _to_family(entries: Entries, subject: str) -> Iterator[NoticeDraft]:
    for event in entries.events:
        if event.event in TOLD:
            yield NoticeDraft(f"{event.seq}:family", subject, event.event, TOLD[event.event], event.at)
