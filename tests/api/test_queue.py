import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from api_door import Door
from api_routes import insured, purchase
from buyers import with_check
from sqlalchemy import event
from sqlmodel import func, select

from api.gates import Gates
from insurance.settings import QueueSettings
from insurance.tables import Database, Purchase, PurchaseAdmission, QueuedPurchase
from tests import records
from workflows.admission import Admission
from workflows.client import ProcessEnded, ProcessUnavailable

pytestmark = pytest.mark.servers


@pytest.fixture
async def peak(door: Door):
    """Nobody goes straight in, and an insurer of this test alone has a rate."""
    async with door.database.transaction() as session:
        for row in (await session.exec(select(QueuedPurchase))).all():
            await session.delete(row)
        for row in (await session.exec(select(PurchaseAdmission))).all():
            await session.delete(row)
    settings = door.parts.settings.model_copy(update={"queue": QueueSettings(rate=10, in_flight=1000)})
    gates = Gates()
    door.app.state.parts = replace(door.parts, settings=settings, gates=gates)
    while gates.lets_in("xiangjiang", 10):
        pass
    gates.buckets["xiangjiang"].at = float("inf")
    return settings.queue


def number(place):
    """Of the n-th child: a valid one."""
    digits = f"4301022016{place % 12 + 1:02d}{place // 12 % 28 + 1:02d}{place % 1000:03d}"
    return with_check(digits)


async def buy(door: Door, subject, place=1):
    child = number(place)
    birth = f"{child[6:10]}-{child[10:12]}-{child[12:14]}"
    gender = "male" if int(child[16]) % 2 else "female"
    body = purchase() | {"insured": insured() | {"id_number": child, "birth_date": birth, "gender": gender}}
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def many(door: Door, insurer_code, number):
    """So many wait for an insurer, each of another parent."""
    bought = await buy(door, records.new("parent"))
    async with door.database.transaction() as session:
        row = await session.get_one(QueuedPurchase, bought["purchase_id"])
        values, order = row.model_dump(exclude={"place"}), dict(row.purchase_order)
        await session.delete(row)
        await session.flush()
        ids = [records.new("pu") for _ in range(number)]
        for purchase_id in ids:
            changed = {"purchase_id": purchase_id, "insurer_code": insurer_code, "subject": records.new("parent")}
            entered = {"purchase_order": order | {"purchase_id": purchase_id}}
            session.add(QueuedPurchase(**values | changed | entered))
            await session.flush()
    return ids


async def shown(door: Door, subject, purchase_id):
    return (await door.client.get(f"/v1/purchases/{purchase_id}", headers=door.parent(subject))).json()


class Begun:
    """What was begun, in order."""

    def __init__(self):
        self.ids, self.down, self.broken = [], False, set()

    async def start(self, order):
        if order.purchase_id in self.broken:
            raise RuntimeError
        if self.down:
            raise ProcessUnavailable
        self.ids.append(order.purchase_id)


class Served:
    """An admission by a clock of its own, or of several; credit counts from the first time that it looks."""

    def __init__(self, database: Database, begun: Begun, settings: QueueSettings, clock=None):
        self.clock = clock or [datetime.now(UTC)]
        self.admission = Admission(database, begun.start, settings, clock=lambda: self.clock[0])
        self.looked = set()

    async def admit(self, insurer_code, seconds):
        """After so many seconds."""
        if insurer_code not in self.looked:
            self.looked.add(insurer_code)
            await self.admission.admit(insurer_code)
        self.clock[0] += timedelta(seconds=seconds)
        return await self.admission.admit(insurer_code)


def admission(database: Database, begun: Begun, settings: QueueSettings, clock=None):
    return Served(database, begun, settings, clock)


async def test_at_the_peak_a_purchase_is_taken_down_with_its_place_and_a_kind_word(door: Door, peak):
    first, second = [await buy(door, records.new("parent"), place) for place in (1, 2)]
    assert (first["state"], first["queue_position"], second["queue_position"]) == ("queued", 1, 2)
    assert "排队" in first["message"]
    assert (second["queue_seconds"], door.processes.started) == (1, {})


async def test_whoever_waits_sees_where_and_moves_up(door: Door, peak):
    parents = [records.new("parent") for _ in range(12)]
    bought = [await buy(door, parent, place) for place, parent in enumerate(parents)]
    begun = Begun()
    assert await admission(door.database, begun, peak).admit("xiangjiang", 0.5) == 5
    assert begun.ids == [b["purchase_id"] for b in bought[:5]]
    last = await shown(door, parents[-1], bought[-1]["purchase_id"])
    assert (last["state"], last["queue_position"], last["queue_seconds"]) == ("queued", 7, 1)
    first = await shown(door, parents[0], bought[0]["purchase_id"])
    assert (first["state"], first["queue_position"]) == ("submitted", None)


@pytest.mark.parametrize("address", ["/v1/policies?view=unfinished", "/v1/purchases"])
async def test_a_list_asks_for_all_its_places_at_once(door: Door, peak, address):
    parent, asked, sums = records.new("parent"), [], []
    engine = door.database._engine.sync_engine

    def count(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    for children in (1, 2):
        await buy(door, records.new("parent"), 10 + children)
        await buy(door, parent, children)
        event.listen(engine, "before_cursor_execute", count)
        try:
            items = (await door.client.get(address, headers=door.parent(parent))).json()["items"]
        finally:
            event.remove(engine, "before_cursor_execute", count)
        sums.append(len(asked))
        asked.clear()
    assert sorted(item["queue_position"] for item in items) == [2, 4]
    assert sums[0] == sums[1]


async def test_the_estimate_goes_by_how_fast_the_queue_was_lately(door: Door, peak):
    await many(door, "xiangjiang", 60)
    last = records.new("parent")
    bought = await buy(door, last)
    assert (bought["queue_position"], bought["queue_seconds"]) == (61, 7)
    slow = admission(door.database, Begun(), QueueSettings(rate=1))
    assert sum([await slow.admit("xiangjiang", 1) for _ in range(20)]) == 20
    seen = await shown(door, last, bought["purchase_id"])
    assert (seen["queue_position"], seen["queue_seconds"]) == (41, 41)


async def test_of_a_queue_that_rested_nothing_is_known_and_it_goes_at_the_rate(door: Door, peak):
    await many(door, "xiangjiang", 40)
    last = records.new("parent")
    bought = await buy(door, last)
    slow = admission(door.database, Begun(), QueueSettings(rate=1))
    for seconds in (1, 1, 3600):
        await slow.admit("xiangjiang", seconds)
    assert (await shown(door, last, bought["purchase_id"]))["queue_seconds"] == 4


async def test_a_queue_that_stands_still_is_not_told_as_for_ever(door: Door, peak):
    await many(door, "xiangjiang", 40)
    last = records.new("parent")
    bought = await buy(door, last)
    begun = Begun()
    begun.down = True
    down = admission(door.database, begun, peak)
    for _ in range(300):
        with suppress(ProcessUnavailable):
            await down.admit("xiangjiang", 1)
    assert (await shown(door, last, bought["purchase_id"]))["queue_seconds"] == 82


async def test_a_parent_of_many_children_keeps_nobody_waiting(door: Door, peak):
    many, few = records.new("parent"), records.new("parent")
    mine = [(await buy(door, many, place))["purchase_id"] for place in range(5)]
    other = await buy(door, few, 9)
    assert other["queue_position"] == 2
    begun = Begun()
    await admission(door.database, begun, peak).admit("xiangjiang", 0.3)
    assert begun.ids == [mine[0], other["purchase_id"], mine[1]]


async def test_one_parent_who_asks_many_times_at_once_has_one_place_in_a_round(door: Door, peak):
    parent = records.new("parent")
    await asyncio.gather(*(buy(door, parent, place) for place in range(5)))
    async with door.database.transaction() as session:
        turns = (await session.exec(select(QueuedPurchase.turn))).all()
    assert sorted(turns) == [0, 1, 2, 3, 4]


async def test_a_round_that_is_over_is_not_joined_any_more(door: Door, peak):
    many = records.new("parent")
    mine = [(await buy(door, many, place))["purchase_id"] for place in range(4)]
    await admission(door.database, Begun(), peak).admit("xiangjiang", 0.2)
    late = await buy(door, records.new("parent"), 9)
    # beside the third child and not before it
    assert late["queue_position"] == 2
    assert (await shown(door, many, mine[2]))["queue_position"] == 1


async def test_parents_of_a_slow_insurer_do_not_delay_those_of_another(door: Door, peak):
    begun = Begun()
    slow = QueueSettings(rate=10, rates={"slow": 1}, in_flight=1000)
    await buy(door, records.new("parent"), 1)
    async with door.database.transaction() as session:
        row = (await session.exec(select(QueuedPurchase))).one()
        values = row.model_dump(exclude={"place"})
        for n in range(30):
            session.add(QueuedPurchase(**values | {"purchase_id": f"slow-{n}", "insurer_code": "slow"}))
    served = admission(door.database, begun, slow)
    assert (await served.admit("slow", 1), await served.admit("xiangjiang", 1)) == (1, 1)


async def test_the_rate_is_kept_over_time(door: Door, peak):
    for place in range(30):
        await buy(door, records.new("parent"), place)
    served = admission(door.database, Begun(), peak)
    assert [await served.admit("xiangjiang", 0.25) for _ in range(8)] == [2, 3] * 4


async def test_no_more_are_at_work_than_the_insurer_takes(door: Door, peak):
    for place in range(6):
        await buy(door, records.new("parent"), place)
    narrow = QueueSettings(rate=1000, in_flight=3)
    async with door.database.transaction() as session:
        recent = Purchase.insurer_code == "xiangjiang", Purchase.state.in_(("submitted", "underwriting"))
        for row in (await session.exec(select(Purchase).where(*recent))).all():
            row.state = "issued"
    served = admission(door.database, Begun(), narrow)
    assert [await served.admit("xiangjiang", 1) for _ in range(2)] == [3, 0]


def test_as_many_may_be_at_work_as_a_thinking_insurer_needs_for_its_rate():
    settings = QueueSettings()
    assert settings.in_flight >= 10 * settings.rate


async def test_nobody_goes_straight_in_while_the_insurer_has_its_hands_full(door: Door):
    full = door.parts.settings.model_copy(update={"queue": QueueSettings(rate=1000, in_flight=1)})
    async with door.database.transaction() as session:
        for row in (await session.exec(select(QueuedPurchase))).all():
            await session.delete(row)
        recent = Purchase.insurer_code == "xiangjiang", Purchase.state.in_(("submitted", "underwriting"))
        for row in (await session.exec(select(Purchase).where(*recent))).all():
            row.state = "issued"
    door.app.state.parts = replace(door.parts, settings=full, gates=Gates())
    assert [(await buy(door, records.new("parent"), place))["state"] for place in (1, 2)] == ["submitted", "queued"]


async def test_two_admissions_begin_nobody_twice(door: Door, peak):
    for place in range(10):
        await buy(door, records.new("parent"), place)
    begun = Begun()
    clock = [datetime.now(UTC)]
    one, other = (admission(door.database, begun, peak, clock) for _ in range(2))
    for served in (one, other, one, other):
        await served.admit("xiangjiang", 0.4)
    assert len(begun.ids) == len(set(begun.ids)) == 10


async def test_two_admissions_together_keep_the_rate(door: Door, peak):
    await many(door, "xiangjiang", 30)
    begun, clock = Begun(), [datetime.now(UTC)]
    workers = [admission(door.database, begun, peak, clock) for _ in range(2)]
    for served in workers * 4:
        await served.admit("xiangjiang", 0.25)
    assert len(begun.ids) == 20


async def test_an_idle_insurer_saves_up_no_more_than_a_second(door: Door, peak):
    await many(door, "xiangjiang", 30)
    assert await admission(door.database, Begun(), peak).admit("xiangjiang", 3600) == 10


async def test_what_cannot_begin_holds_up_nobody_and_is_tried_again(door: Door, peak):
    ids = await many(door, "xiangjiang", 4)
    begun = Begun()
    begun.broken = {ids[0]}
    served = admission(door.database, begun, QueueSettings(rate=1))
    assert [await served.admit("xiangjiang", 1) for _ in range(4)] == [0, 1, 1, 1]
    assert begun.ids == ids[1:]
    begun.broken = set()
    assert await served.admit("xiangjiang", 60) == 1
    assert begun.ids == [*ids[1:], ids[0]]


async def test_what_began_beside_a_failure_leaves_the_queue(door: Door, peak):
    ids = await many(door, "xiangjiang", 4)
    begun = Begun()
    begun.broken = {ids[1]}
    assert await admission(door.database, begun, peak).admit("xiangjiang", 1) == 3
    async with door.database.transaction() as session:
        assert [row.purchase_id for row in (await session.exec(select(QueuedPurchase))).all()] == [ids[1]]


async def test_a_broken_row_of_one_insurer_and_a_slow_start_of_another_stop_no_third(door: Door, peak):
    good = await many(door, "xiangjiang", 3)
    (stuck,) = await many(door, "slow", 1)
    async with door.database.transaction() as session:
        values = (await session.get_one(QueuedPurchase, stuck)).model_dump(exclude={"place"})
        broken = {"purchase_id": records.new("pu"), "insurer_code": "broken", "purchase_order": {"no": "order"}}
        session.add(QueuedPurchase(**values | broken))
    begun, all_begun = Begun(), asyncio.Event()

    async def start(order):
        if order.purchase_id == stuck:
            await asyncio.Event().wait()
        await begun.start(order)
        if set(begun.ids) == set(good):
            all_begun.set()

    running = asyncio.create_task(Admission(door.database, start, QueueSettings(rate=1000)).run())
    try:
        async with asyncio.timeout(20):
            await all_begun.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_while_processes_do_not_answer_everybody_keeps_the_place(door: Door, peak):
    parent = records.new("parent")
    bought = await buy(door, parent)
    begun = Begun()
    begun.down = True
    with pytest.raises(ProcessUnavailable):
        await admission(door.database, begun, peak).admit("xiangjiang", 1)
    assert (await shown(door, parent, bought["purchase_id"]))["queue_position"] == 1


async def test_whoever_cancels_leaves_the_queue_without_a_process(door: Door, peak):
    parent = records.new("parent")
    bought = await buy(door, parent)
    door.processes.refusals["cancel"] = ProcessEnded()
    address = f"/v1/purchases/{bought['purchase_id']}/cancel"
    gone = (await door.client.post(address, headers=door.parent(parent))).json()
    assert (gone["state"], [event["event"] for event in gone["timeline"]]) == ("cancelled", ["cancelled"])
    begun = Begun()
    await admission(door.database, begun, peak).admit("xiangjiang", 1)
    assert begun.ids == []


async def test_a_process_that_began_just_before_a_crash_hears_of_the_cancellation(door: Door, peak):
    parent = records.new("parent")
    bought = await buy(door, parent)
    address = f"/v1/purchases/{bought['purchase_id']}/cancel"
    assert (await door.client.post(address, headers=door.parent(parent))).status_code == 200
    assert door.processes.told == [(bought["purchase_id"], "cancel", None)]
    begun = Begun()
    await admission(door.database, begun, peak).admit("xiangjiang", 1)
    assert begun.ids == []


async def test_while_processes_do_not_answer_nobody_is_told_of_a_cancellation_that_may_not_be(door: Door, peak):
    parent = records.new("parent")
    bought = await buy(door, parent)
    door.processes.away = True
    address = f"/v1/purchases/{bought['purchase_id']}/cancel"
    assert (await door.client.post(address, headers=door.parent(parent))).status_code == 503
    assert (await shown(door, parent, bought["purchase_id"]))["state"] == "queued"


async def test_whoever_comes_while_others_wait_waits_too(door: Door, peak):
    await buy(door, records.new("parent"), 1)
    door.app.state.parts.gates.buckets.clear()
    assert (await buy(door, records.new("parent"), 2))["state"] == "queued"


async def test_without_a_queue_a_purchase_begins_at_once(door: Door, peak):
    door.app.state.parts.gates.buckets.clear()
    assert (await buy(door, records.new("parent"), 1))["state"] == "submitted"
    async with door.database.transaction() as session:
        assert (await session.exec(select(func.count()).select_from(QueuedPurchase))).one() == 0
