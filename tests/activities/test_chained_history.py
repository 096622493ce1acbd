import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select, text

from activities.claims import ClaimRecords
from activities.journal import Entries, TimelineEvent, write_entries
from activities.purchases import PurchaseRecords
from activities.stray import StrayPayments, StrayRecord
from insurance.rules.chain import Entry, broken_at, superseded
from insurance.tables import Database, Event, HistoryEntry
from tests import records

pytestmark = pytest.mark.servers


def told(seq, name="noted", seconds=None, **more):
    at = records.NOW + timedelta(seconds=seq if seconds is None else seconds)
    return TimelineEvent(seq, name, "adjuster:a-1", name, at, **more)


async def tell(database: Database, process_id: str, *events: TimelineEvent) -> None:
    async with database.transaction() as session:
        await write_entries(session, process_id, Entries(events))


async def history(database: Database, process_id: str) -> list[Entry]:
    async with database.transaction() as session:
        statement = select(HistoryEntry).where(HistoryEntry.process_id == process_id).order_by(col(HistoryEntry.number))
        rows = (await session.exec(statement)).all()
    return [Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__}) for row in rows]


async def timeline(database: Database, process_id: str) -> list[Event]:
    async with database.transaction() as session:
        return list((await session.exec(select(Event).where(Event.process_id == process_id).order_by(Event.seq))).all())


async def test_every_event_of_a_case_becomes_an_entry_of_a_whole_chain(database: Database) -> None:
    case = records.case()
    for seq in range(1, 5):
        entries = Entries((told(2 * seq - 1), told(2 * seq)))
        await ClaimRecords(database).publish_claim(records.claim(seq, case=case, entries=entries))
    entries = await history(database, case.claim_id)
    assert [(e.number, e.seq) for e in entries] == [(n, n) for n in range(1, 9)]
    assert broken_at(entries, {(e.seq, e.at) for e in await timeline(database, case.claim_id)}) is None


async def test_the_same_events_published_again_are_told_once(database: Database) -> None:
    process_id = records.new("cl")
    for _ in range(3):
        await tell(database, process_id, told(1), told(2))
    await tell(database, process_id, told(2), told(3))
    entries = await history(database, process_id)
    assert [e.seq for e in entries] == [1, 2, 3]
    assert broken_at(entries) is None


async def test_a_reason_reaches_the_history_and_never_the_timeline(database: Database) -> None:
    process_id = records.new("cl")
    await tell(database, process_id, told(1, "receipt_corrected", reason="核对原件，卡号6222020000000000001"))
    (entry,) = await history(database, process_id)
    assert entry.reason == "核对原件，卡号****0001"
    (shown,) = await timeline(database, process_id)
    assert "核对原件" not in str(shown.model_dump())


async def test_what_a_lost_task_told_stays_in_the_history_and_leaves_the_timeline(database: Database) -> None:
    process_id = records.new("pu")
    await tell(database, process_id, told(1, "underwriting_started", 0))
    await tell(database, process_id, told(2, "payment_opened", 5))
    await tell(database, process_id, told(3, "payment_noticed", 5))
    await tell(database, process_id, told(2, "cancelled", 9))
    entries = await history(database, process_id)
    assert [e.event for e in entries] == ["underwriting_started", "payment_opened", "payment_noticed", "cancelled"]
    shown = await timeline(database, process_id)
    assert [e.event for e in shown] == ["underwriting_started", "cancelled"]
    assert superseded(entries, {(e.seq, e.at) for e in shown}) == {2, 3}
    assert broken_at(entries, {(e.seq, e.at) for e in shown}) is None


async def test_the_worker_that_was_thought_lost_tells_nothing_anew(database: Database) -> None:
    process_id = records.new("pu")
    await tell(database, process_id, told(1, "payment_opened", 5), told(2, "payment_noticed", 5))
    await tell(database, process_id, told(1, "cancelled", 9))
    await tell(database, process_id, told(2, "payment_noticed", 5))
    assert [e.event for e in await timeline(database, process_id)] == ["cancelled"]
    assert len(await history(database, process_id)) == 3


async def publish_stray(database: Database, process_id: str, seq: int) -> None:
    await StrayPayments(database).publish_stray(StrayRecord(process_id, Entries((told(seq, seconds=0),))))


async def publish_claim(database: Database, process_id: str, seq: int) -> None:
    record = records.claim(seq, case=records.case(claim_id=process_id), entries=Entries((told(seq, seconds=0),)))
    await ClaimRecords(database).publish_claim(record)


@pytest.mark.parametrize("publish", [publish_stray, publish_claim])
async def test_publishers_at_once_make_one_chain(database: Database, publish) -> None:
    process_id = records.new("cl")
    await asyncio.gather(*(publish(database, process_id, seq) for seq in (*range(1, 13), *range(1, 13))))
    entries = await history(database, process_id)
    assert [e.number for e in entries] == list(range(1, 13))
    assert {e.seq for e in entries} == set(range(1, 13))
    assert broken_at(entries) is None
    assert [e.recorded_at for e in entries] == sorted(e.recorded_at for e in entries)


async def test_two_who_come_without_a_lock_can_not_fork_the_chain(database: Database) -> None:
    process_id = records.new("cl")
    await tell(database, process_id, told(1))
    ends = await asyncio.gather(*(tell(database, process_id, told(n)) for n in range(2, 12)), return_exceptions=True)
    assert {type(end) for end in ends} <= {type(None), IntegrityError}
    entries = await history(database, process_id)
    assert broken_at(entries) is None
    assert len(entries) == 1 + ends.count(None)


async def test_a_record_that_was_not_stored_is_not_in_the_history(database: Database) -> None:
    record = records.purchase(entries=Entries((told(1),)))
    with pytest.raises(DBAPIError):
        await PurchaseRecords(database).publish_purchase(replace(record, state="x" * 40))
    assert await history(database, record.purchase_id) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE history SET text = '没有说过' WHERE process_id = :process_id",
        "UPDATE history SET text = text WHERE process_id = 'nobody'",
        "DELETE FROM history WHERE process_id = :process_id",
        "TRUNCATE history",
        "INSERT INTO history SELECT * FROM history WHERE process_id = :process_id "
        "ON CONFLICT (process_id, number) DO UPDATE SET text = '没有说过'",
    ],
    ids=["update", "update of nothing", "delete", "truncate", "upsert"],
)
async def test_the_database_refuses_to_change_what_was_told(database: Database, change: str) -> None:
    process_id = records.new("cl")
    await tell(database, process_id, told(1), told(2))
    before = await history(database, process_id)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.transaction() as session:
            await session.execute(text(change), {"process_id": process_id} if ":process_id" in change else {})
    assert await history(database, process_id) == before


async def forge(database: Database, statement: str, **values: object) -> None:
    """As somebody who owns the database could."""
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE history DISABLE TRIGGER history_is_append_only"))
        await session.execute(text(statement), values)
        await session.execute(text("ALTER TABLE history ENABLE TRIGGER history_is_append_only"))


@pytest.mark.parametrize(
    ("forgery", "found_at"),
    [
        ("UPDATE history SET text = '没有说过' WHERE process_id = :p AND number = 3", 3),
        ("UPDATE history SET recorded_at = recorded_at - interval '1 day' WHERE process_id = :p AND number = 2", 2),
        ("DELETE FROM history WHERE process_id = :p AND number = 4", 4),
        ("DELETE FROM history WHERE process_id = :p AND number > 4", 5),
    ],
    ids=["changed", "dated back", "taken out", "cut off"],
)
async def test_the_check_of_the_chain_finds_what_was_changed_behind_the_triggers(
    database: Database, forgery: str, found_at: int
) -> None:
    process_id = records.new("cl")
    await tell(database, process_id, *(told(seq) for seq in range(1, 7)))
    shown = {(e.seq, e.at) for e in await timeline(database, process_id)}
    assert broken_at(await history(database, process_id), shown) is None
    await forge(database, forgery, p=process_id)
    assert broken_at(await history(database, process_id), shown) == found_at


async def test_a_publish_costs_two_statements_beside_its_timeline(database: Database) -> None:
    process_id, statements = records.new("cl"), []
    await tell(database, process_id, told(1))
    engine = database._engine.sync_engine

    def count(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement.split()[0])

    event.listen(engine, "before_cursor_execute", count)
    try:
        await tell(database, process_id, told(2))
    finally:
        event.remove(engine, "before_cursor_execute", count)
    # the chain's end, the entry; the timeline
    assert statements == ["SELECT", "INSERT", "INSERT"]
