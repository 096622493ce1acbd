import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from activities import outbox
from activities.outbox import BATCH, Relay
from insurance.adapters.notices.fake import FakeNotices
from insurance.adapters.ports import NoticesUnavailable
from insurance.tables import Database, OutboxNotice
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
async def empty(database: Database):
    async with database.transaction() as session:
        for row in (await session.exec(select(OutboxNotice))).all():
            await session.delete(row)


async def write(database, count, process="p"):
    async with database.transaction() as session:
        session.add_all(
            OutboxNotice(
                notice_id=f"{process}:{n}", subject="parent-1", kind="told", about=process, text=f"第{n}条",
                created_at=records.NOW + timedelta(hours=process == "q", seconds=n),
            )
            for n in range(count)
        )  # fmt: skip


async def unsent(database):
    async with database.transaction() as session:
        found = await session.exec(select(OutboxNotice.notice_id).where(col(OutboxNotice.sent_at).is_(None)))
        return set(found.all())


async def test_notices_leave_in_the_order_in_which_they_were_written_and_once(database: Database):
    await write(database, 3)
    notices = FakeNotices()
    relay = Relay(database, notices)
    assert [await relay.send_batch(), await relay.send_batch()] == [3, 0]
    assert [n.text for n in notices.received.values()] == ["第0条", "第1条", "第2条"]
    assert await unsent(database) == set()


async def test_relays_at_once_send_each_notice_once(database: Database):
    await write(database, 3 * BATCH)
    notices = FakeNotices()
    sent = await asyncio.gather(*(Relay(database, notices).send_batch() for _ in range(5)))
    assert sum(sent) == len(notices.received) == 3 * BATCH


async def test_an_outage_keeps_what_was_sent_and_leaves_the_rest_for_later(database: Database):
    await write(database, 2)
    notices = FakeNotices()
    await Relay(database, notices).send_batch()
    await write(database, 2, "q")
    notices.faults.add("send", "down")
    with pytest.raises(NoticesUnavailable):
        await Relay(database, notices).send_batch()
    assert await unsent(database) == {"q:0", "q:1"}
    await Relay(database, notices).send_batch()
    assert list(notices.received) == ["p:0", "p:1", "q:0", "q:1"]


async def test_a_notice_that_is_refused_for_good_keeps_nobody_behind_it_waiting(database: Database):
    await write(database, 3)
    notices = FakeNotices()
    notices.faults.add("send", "refuse")
    await Relay(database, notices).send_batch()
    assert list(notices.received) == ["p:1", "p:2"]
    assert await unsent(database) == set()


async def test_the_relay_goes_on_after_anything_that_goes_wrong(database: Database, monkeypatch):
    monkeypatch.setattr(outbox, "OUTAGE_SECONDS", 0.01)
    await write(database, 1)
    notices, trouble = FakeNotices(), [RuntimeError("a bug"), NoticesUnavailable("down")]
    arrived = asyncio.Event()

    class Troubled(FakeNotices):
        async def send(self, notice):
            if trouble:
                raise trouble.pop()
            await notices.send(notice)
            arrived.set()

    running = asyncio.create_task(Relay(database, Troubled()).run())
    try:
        await asyncio.wait_for(arrived.wait(), 10)
    finally:
        running.cancel()
    assert list(notices.received) == ["p:0"]
