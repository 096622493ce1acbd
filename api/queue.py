"""The door of the queue: most purchases go straight in; at the peak they are taken down at once and begin in turn."""

from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Any

from sqlalchemy import func, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.journal import Entries, TimelineEvent, write_entries
from api.parts import Parts
from insurance.tables import Purchase, PurchaseAdmission, QueuedPurchase
from workflows.admission import count_under_way, expected_pace, order_document
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import PurchaseOrder

# DOMAIN A22
BUSY = "目前正处于学平险投保集中时间段，您的投保已收到，正在排队；可以在“我的—全部保单—未完成投保”中查看进度，感谢理解"
# no money has come, and may still
UNPAID = ("queued", "submitted", "underwriting", "awaiting_payment", "expired")


async def must_wait(parts: Parts, session: AsyncSession, insurer_code: str) -> bool:
    """Whoever comes while others wait, or while the insurer has its hands full, waits too."""
    if not parts.gates.lets_in(insurer_code, parts.settings.queue.rate_of(insurer_code)):
        return True
    waiting = select(col(QueuedPurchase.purchase_id)).where(QueuedPurchase.insurer_code == insurer_code).exists()
    busy = count_under_way(insurer_code, parts.now()).scalar_subquery()
    others_wait, at_work = (await session.exec(select(waiting, busy))).one()
    return bool(others_wait) or at_work >= parts.settings.queue.in_flight


async def enqueue(session: AsyncSession, order: PurchaseOrder) -> QueuedPurchase:
    """In the round that is being served, or behind the last place of the same parent, who may be asking several times at once."""
    parent = func.hashtextextended(f"queue {order.insurer_code} {order.subject}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(parent)))
    mine = select(func.max(col(QueuedPurchase.turn))).where(
        QueuedPurchase.insurer_code == order.insurer_code, QueuedPurchase.subject == order.subject
    )
    served = select(func.min(col(QueuedPurchase.turn))).where(QueuedPurchase.insurer_code == order.insurer_code)
    last, now = (await session.exec(select(mine.scalar_subquery(), served.scalar_subquery()))).one()
    turn = max(now or 0, -1 if last is None else last + 1, 0)
    row = QueuedPurchase(
        purchase_id=order.purchase_id,
        insurer_code=order.insurer_code,
        subject=order.subject,
        turn=turn,
        purchase_order=dict(order_document(order)),
        created_at=order.submitted_at,
    )
    session.add(row)
    await session.flush()
    return row


async def leave(session: AsyncSession, purchase_id: str) -> bool:
    """Whether it was still waiting; nobody begins it any more."""
    row = await session.get(QueuedPurchase, purchase_id, with_for_update=True)
    if row is None:
        return False
    await session.delete(row)
    return True


async def call_off(parts: Parts, purchase_id: str) -> None:
    """Cancel it, in the queue or in its process. Raises `ProcessUnavailable`, `ProcessEnded`, `MoveRefused`; then nothing changed."""
    async with parts.database.transaction() as session:
        if await leave(session, purchase_id):
            await _cancel_queued(parts, session, purchase_id)
            return
    await parts.processes.update(purchase_id, "cancel")


async def call_off_unpaid(parts: Parts, purchase_id: str) -> None:
    """Cancel it if it is not paid; one that was paid, or over, in that moment stays so. Raises `ProcessUnavailable`."""
    async with parts.database.transaction() as session:
        purchase = await session.get(Purchase, purchase_id)
    if purchase is not None and purchase.state in UNPAID:
        with suppress(MoveRefused, ProcessEnded):
            await call_off(parts, purchase_id)


async def _cancel_queued(parts: Parts, session: AsyncSession, purchase_id: str) -> None:
    try:
        # it may have begun just before a crash that left it in the queue: then it says itself that it is cancelled
        await parts.processes.update(purchase_id, "cancel")
    except ProcessEnded:
        now = parts.now()
        row = await session.get_one(Purchase, purchase_id, with_for_update=True)
        if row.state != "queued":
            # it had begun, and has come to an end of its own
            return
        row.state, row.updated_at = "cancelled", now
        told = TimelineEvent(1, "cancelled", "family", "您已取消投保，没有产生费用", now)
        await write_entries(session, purchase_id, Entries(events=(told,)))


async def places_of(parts: Parts, session: AsyncSession, purchase_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By purchase, of those that still wait: `queue_position` counts from 1; `queue_seconds` as fast as the queue has gone lately."""
    if not purchase_ids:
        return {}
    mine, other = QueuedPurchase, aliased(QueuedPurchase)
    is_before = tuple_(col(other.turn), col(other.place)) < tuple_(col(mine.turn), col(mine.place))
    ahead = select(func.count()).where(other.insurer_code == mine.insurer_code, is_before).correlate(mine)
    lately = select(PurchaseAdmission.pace).where(PurchaseAdmission.insurer_code == mine.insurer_code).correlate(mine)
    found = select(mine.purchase_id, mine.insurer_code, ahead.scalar_subquery(), lately.scalar_subquery())
    rows = (await session.exec(found.where(col(mine.purchase_id).in_(purchase_ids)))).all()
    places = {}
    for purchase_id, insurer_code, before, pace in rows:
        seconds = (before + 1) / expected_pace(pace, parts.settings.queue.rate_of(insurer_code))
        places[purchase_id] = {"queue_position": before + 1, "queue_seconds": ceil(seconds)}
    return places
