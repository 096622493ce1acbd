"""The outbox relay: notices leave after the record that they speak of stands, at least once, in the order they were written."""

import asyncio
import logging
from datetime import UTC, datetime

from sqlmodel import col, select

from insurance.adapters.ports import Notice, Notices, NoticesUnavailable, Refused
from insurance.tables import Database, OutboxNotice

BATCH = 50
IDLE_SECONDS = 1.0
OUTAGE_SECONDS = 10.0

log = logging.getLogger(__name__)


class Relay:
    """Several may run: each takes rows that no other holds."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices

    async def run(self) -> None:
        while True:
            try:
                sent = await self.send_batch()
                await asyncio.sleep(0 if sent == BATCH else IDLE_SECONDS)
            except Exception as outage:  # whatever it was, the next notices must still leave
                log.warning("notices wait: %s", type(outage).__name__)
                await asyncio.sleep(OUTAGE_SECONDS)

    async def send_batch(self) -> int:
        """How many were sent. What was sent before an outage stays marked as sent."""
        outage: NoticesUnavailable | None = None
        sent = 0
        async with self._database.transaction() as session:
            waiting = (
                select(OutboxNotice)
                .where(col(OutboxNotice.sent_at).is_(None))
                .order_by(col(OutboxNotice.created_at))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            for row in (await session.exec(waiting)).all():
                try:
                    await self._notices.send(_notice(row))
                except NoticesUnavailable as error:
                    outage = error
                    break
                except Refused as refusal:
                    # it will never be taken, and keeps nobody behind it waiting
                    log.warning("notice %s refused: %s", row.notice_id, refusal.code)
                row.sent_at = datetime.now(UTC)
                sent += 1
        if outage is not None:
            raise outage
        return sent


def _notice(row: OutboxNotice) -> Notice:
    return Notice(row.notice_id, row.subject, row.kind, row.text, row.about, row.created_at)
