import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import func, select
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.claims import ClaimRecords, LimitsHeld
from activities.journal import Entries, NoticeDraft, TimelineEvent
from activities.purchases import PurchaseRecords
from activities.reviews import ReviewRecords
from activities.stray import Late, StrayPayments, StrayRecord
from activities.surrenders import SurrenderRecords
from insurance.rules.case import Amendment, DecidedLine
from insurance.rules.receipts.entry import read_again
from insurance.tables import (
    Amendment as AmendmentRow,
)
from insurance.tables import (
    Claim,
    ClaimDocument,
    Database,
    Event,
    LatePayment,
    LimitEntry,
    Movement,
    OutboxNotice,
    Policy,
    Purchase,
    Receipt,
    Review,
    Surrender,
)
from tests import records

pytestmark = pytest.mark.servers


async def count(database, table, *conditions):
    async with database.transaction() as session:
        return (await session.exec(select(func.count()).select_from(table).where(*conditions))).one()


async def get(database, table, key):
    async with database.transaction() as session:
        return await session.get(table, key)


async def store(database, *rows):
    async with database.transaction() as session:
        session.add_all(rows)


async def held(database, claim_id):
    async with database.transaction() as session:
        found = await session.exec(select(LimitEntry).where(LimitEntry.claim_id == claim_id))
        return {(e.coverage_id, e.reserved_fen, e.used_fen) for e in found.all()}


async def purchase_at(database, seq, key, state):
    record = records.purchase(purchase_id=key, seq=seq, state=state)
    await PurchaseRecords(database).publish_purchase(record)


async def claim_at(database, seq, key, state):
    record = records.claim(seq, case=records.case(claim_id=key, state=state))
    await ClaimRecords(database).publish_claim(record)


async def review_at(database, seq, key, state):
    await ReviewRecords(database).publish_review(records.review(review_id=key, seq=seq, state=state))


async def surrender_at(database, seq, key, state):
    await SurrenderRecords(database).publish_surrender(records.surrender(surrender_id=key, seq=seq, state=state))


NOUNS = pytest.mark.parametrize(
    ("table", "publish"),
    [(Purchase, purchase_at), (Claim, claim_at), (Review, review_at), (Surrender, surrender_at)],
    ids=["purchase", "claim", "review", "surrender"],
)


@NOUNS
async def test_a_newer_record_replaces_an_older_one(database: Database, table, publish):
    key = records.new("x")
    await publish(database, 1, key, "first")
    await publish(database, 2, key, "second")
    assert ((await get(database, table, key)).state, (await get(database, table, key)).seq) == ("second", 2)


@NOUNS
async def test_an_older_record_never_overwrites_a_newer_one(database: Database, table, publish):
    key = records.new("x")
    await publish(database, 2, key, "second")
    await publish(database, 1, key, "first")
    await publish(database, 2, key, "repeated with another state")
    assert ((await get(database, table, key)).state, (await get(database, table, key)).seq) == ("second", 2)


@NOUNS
async def test_records_published_at_once_leave_the_newest(database: Database, table, publish):
    key = records.new("x")
    await asyncio.gather(*(publish(database, seq, key, f"state-{seq}") for seq in (3, 7, 1, 8, 5, 2, 6, 4)))
    assert (await get(database, table, key)).state == "state-8"
    assert await count(database, table, table.__table__.primary_key.columns[0] == key) == 1


async def test_what_the_family_entered_stays_as_it_was_first_written(database: Database):
    first = records.purchase()
    await PurchaseRecords(database).publish_purchase(first)
    await PurchaseRecords(database).publish_purchase(replace(first, seq=2, subject="somebody-else"))
    assert (await get(database, Purchase, first.purchase_id)).subject == first.subject


async def test_an_issued_policy_is_one_policy_however_often_it_is_published(database: Database):
    issued = records.issued()
    record = records.purchase(
        state="issued", policy_no=issued.policy_no, issued=issued, entries=records.entries("in:1")
    )
    for _ in range(3):
        await PurchaseRecords(database).publish_purchase(record)
    await PurchaseRecords(database).publish_purchase(replace(record, seq=2, premium_fen=1))
    policy = await get(database, Policy, issued.policy_no)
    assert (policy.premium_fen, policy.applicant_subject) == (120_00, record.subject)
    assert await count(database, Policy, Policy.policy_no == issued.policy_no) == 1


async def test_a_policy_whose_number_is_another_ones_leaves_the_purchase_paid_and_tells_nobody(database: Database):
    stands = records.policy(insurer_code="ganpo", source="takeover")
    number, applicant = stands.policy_no, stands.applicant
    async with database.transaction() as session:
        session.add(stands)
    purchase_id, at = records.new("pu"), records.NOW
    events = (
        TimelineEvent(1, "paid", "family", "已收到保费", at),
        TimelineEvent(2, "issued", "insurer", "保单已生成", at),
    )
    record = records.purchase(
        purchase_id=purchase_id,
        state="issued",
        policy_no=number,
        effective_date=records.TODAY,
        issued=replace(records.issued(), policy_no=number),
        entries=Entries(events, (NoticeDraft("2:issued:0", "parent-1", "issued", "投保成功", at),)),
    )
    for _ in range(2):
        assert await PurchaseRecords(database).publish_purchase(record) == "policy_no_taken"
    row, policy = await get(database, Purchase, purchase_id), await get(database, Policy, number)
    assert (row.state, row.policy_no, row.effective_date) == ("paid", None, None)
    assert (policy.insurer_code, policy.purchase_id, policy.applicant) == ("ganpo", None, applicant)
    assert await count(database, OutboxNotice, OutboxNotice.about == purchase_id) == 0
    async with database.transaction() as session:
        told = select(Event.event).where(Event.process_id == purchase_id).order_by(Event.seq)
        assert (await session.exec(told)).all() == ["paid", "policy_no_taken"]


@pytest.mark.parametrize("times", [1, 3])
async def test_events_notices_and_movements_stand_once_however_often_they_are_published(database: Database, times):
    key, process_id = records.new("back"), records.new("stray")
    for _ in range(times):
        await StrayPayments(database).publish_stray(StrayRecord(process_id, records.entries(key)))
    assert await count(database, Event, Event.process_id == process_id) == 2
    assert await count(database, OutboxNotice, OutboxNotice.about == process_id) == 1
    assert await count(database, Movement, Movement.key == key) == 1


async def test_a_movement_is_known_only_once_it_is_in_the_books(database: Database):
    stray, trade_no = StrayPayments(database), records.new("t")
    assert not await stray.is_known(trade_no)
    await stray.publish_stray(StrayRecord(records.new("p"), records.entries(f"in:{trade_no}")))
    assert await stray.is_known(trade_no)


async def test_a_claim_with_evidence_and_limits_is_the_same_after_three_times(database: Database):
    policy = records.policy()
    await store(database, policy)
    case = records.case(policy_no=policy.policy_no, state="decided")
    receipt = records.receipt(amendments=(Amendment("payer", None, "黄小明", "核对原件", "adj-1", records.NOW),))
    record = records.claim(
        4,
        case=case,
        documents=(records.document(),),
        receipts=(receipt,),
        limits=LimitsHeld("reserved", (DecidedLine("accident_medical", 944_40), DecidedLine("dental", 0))),
        entries=records.entries(records.new("k")),
    )
    for _ in range(3):
        await ClaimRecords(database).publish_claim(record)
    assert await held(database, case.claim_id) == {("accident_medical", 944_40, 0)}
    assert await count(database, ClaimDocument, ClaimDocument.claim_id == case.claim_id) == 1
    assert await count(database, Receipt, Receipt.claim_id == case.claim_id) == 1
    assert await count(database, AmendmentRow, AmendmentRow.receipt_id == receipt.receipt_id) == 1
    assert await count(database, Event, Event.process_id == case.claim_id) == 2


async def test_what_was_corrected_outlives_records_of_readings_that_come_late_or_again(database: Database):
    case, read = records.case(), records.receipt("900.00")
    note = Amendment("total", "900.00", "100.00", "核对原件", "adj-1", records.NOW)
    corrected = replace(read, fields=replace(read.fields, total="100.00"), amendments=(note,))
    publish = ClaimRecords(database).publish_claim
    await publish(records.claim(3, case=case, receipts=(corrected,)))
    # the step that published the first reading, tried once more
    await publish(records.claim(2, case=case, receipts=(read,)))
    better = replace(read, fields=replace(read.fields, hospital="长沙市明湖人民医院"), read_fields=read.fields)
    await publish(records.claim(4, case=case, receipts=read_again([corrected], [better])))
    row = await get(database, Receipt, read.receipt_id)
    assert (row.fields["total"], row.read_fields["total"]) == ("100.00", "900.00")
    assert row.fields["hospital"] == "长沙市明湖人民医院"
    amendment = await get(database, AmendmentRow, (read.receipt_id, 1, "total"))
    assert (amendment.old, amendment.new, amendment.person) == ({"value": "900.00"}, {"value": "100.00"}, "adj-1")


async def test_a_correction_that_only_a_lost_task_told_of_gives_way_to_the_one_that_was_made(database: Database):
    case, read = records.case(), records.receipt("900.00")

    async def publish(seq, field, value):
        note = Amendment(field, getattr(read.fields, field), value, "核对原件", "adj-1", records.NOW)
        corrected = replace(read, fields=replace(read.fields, **{field: value}), amendments=(note,))
        await ClaimRecords(database).publish_claim(records.claim(seq, case=case, receipts=(corrected,)))

    for seq, field, value in ((3, "total", "100.00"), (4, "total", "90.00"), (5, "payer", "黄小明")):
        await publish(seq, field, value)
    # and an older record that comes once more changes nothing
    await publish(3, "total", "100.00")
    async with database.transaction() as session:
        (row,) = (await session.exec(select(AmendmentRow).where(AmendmentRow.receipt_id == read.receipt_id))).all()
    assert (row.seq, row.field, row.new) == (1, "payer", {"value": "黄小明"})


async def test_limits_of_an_older_record_never_come_back(database: Database):
    policy = records.policy()
    await store(database, policy)
    case = records.case(policy_no=policy.policy_no)
    lines = (DecidedLine("accident_medical", 944_40),)
    reserving = records.claim(4, case=case, limits=LimitsHeld("reserved", lines))
    using = records.claim(9, case=case, limits=LimitsHeld("used", lines))
    await ClaimRecords(database).publish_claim(reserving)
    await ClaimRecords(database).publish_claim(using)
    await ClaimRecords(database).publish_claim(reserving)
    assert await held(database, case.claim_id) == {("accident_medical", 0, 944_40)}


async def test_limits_are_released_when_a_claim_holds_nothing_any_more(database: Database):
    policy = records.policy()
    await store(database, policy)
    case = records.case(policy_no=policy.policy_no)
    lines = (DecidedLine("accident_medical", 944_40),)
    await ClaimRecords(database).publish_claim(records.claim(1, case=case, limits=LimitsHeld("reserved", lines)))
    await ClaimRecords(database).publish_claim(records.claim(2, case=case))
    assert await held(database, case.claim_id) == {("accident_medical", 944_40, 0)}
    await ClaimRecords(database).publish_claim(records.claim(3, case=case, limits=LimitsHeld("reserved", ())))
    assert await held(database, case.claim_id) == set()


async def test_a_bill_number_longer_than_any_printed_one_does_not_stop_a_claim(database: Database):
    receipt = records.receipt()
    receipt = replace(receipt, fields=replace(receipt.fields, bill_no="9" * 90, bill_code="8" * 90))
    case = records.case()
    await ClaimRecords(database).publish_claim(records.claim(1, case=case, receipts=(receipt,)))
    row = await get(database, Receipt, receipt.receipt_id)
    assert row.fields["bill_no"] == "9" * 90


@pytest.mark.parametrize(
    "record",
    [
        records.purchase(issued=records.issued(), entries=records.entries()),
        records.claim(
            case=records.case(),
            documents=(records.document(),),
            receipts=(records.receipt(),),
            limits=LimitsHeld("used", (DecidedLine("dental", 1),)),
        ),
        records.review(),
        records.surrender(entries=records.entries()),
    ],
    ids=lambda record: type(record).__name__,
)
async def test_a_record_is_the_same_after_its_way_through_a_history(record):
    payloads = await pydantic_data_converter.encode([record])
    assert await pydantic_data_converter.decode(payloads, [type(record)]) == [record]


async def test_what_a_lost_task_published_gives_way_to_what_happened_later(database):
    """Its worker died before the server knew of it; done again, the task heard of a cancellation first."""
    books, key = PurchaseRecords(database), "pu-lost-task"

    async def publish(seq, state, event, seconds):
        at = records.NOW + timedelta(seconds=seconds)
        entries = Entries((TimelineEvent(seq, event, "system", event, at),))
        record = records.purchase(purchase_id=key, seq=seq, state=state)
        await books.publish_purchase(replace(record, updated_at=at, entries=entries))

    await publish(1, "underwriting", "underwriting_started", 0)
    await publish(2, "awaiting_payment", "payment_opened", 5)
    await publish(3, "awaiting_payment", "payment_noticed", 5)
    await publish(2, "cancelled", "cancelled", 9)
    await publish(3, "awaiting_payment", "payment_noticed", 5)
    assert (await get(database, Purchase, key)).state == "cancelled"
    async with database.transaction() as session:
        told = await session.exec(select(Event.event).where(Event.process_id == key).order_by(Event.seq))
        assert told.all()[:2] == ["underwriting_started", "cancelled"]


async def test_a_strays_own_booking_is_known_only_once_its_money_is_back(database: Database):
    # a first task that was lost with its worker is done again: it must still give back what it has booked
    stray, trade_no = StrayPayments(database), records.new("t")
    mine = f"stray-{trade_no}"
    await stray.publish_stray(StrayRecord(mine, records.entries(f"in:{trade_no}")))
    assert not await stray.is_known(trade_no)
    await stray.publish_stray(StrayRecord(mine, records.entries(f"back:{trade_no}")))
    assert await stray.is_known(trade_no)


async def test_whose_order_a_stray_was_paid_for_is_told_and_nobody_when_there_was_none(database: Database):
    purchase = records.purchase(subject=records.new("parent"), state="issued")
    await PurchaseRecords(database).publish_purchase(purchase)
    returned = TimelineEvent(1, "stray_payment_returned", "system", "一笔款项已退回", records.NOW)
    for purchase_id, told in ((purchase.purchase_id, 1), ("pu-unheard-of", 0), (None, 0)):
        mine = records.new("stray")
        record = StrayRecord(mine, Entries(events=(returned,)), purchase_id)
        for _ in range(2):
            await StrayPayments(database).publish_stray(record)
        to_family = (OutboxNotice.about == mine) & (OutboxNotice.subject == purchase.subject)
        assert await count(database, OutboxNotice, to_family) == told
        assert await count(database, OutboxNotice, OutboxNotice.about == mine) == told


async def test_what_was_paid_late_is_shown_as_it_stands_and_since_when(database: Database):
    purchase, mine = records.purchase(state="cancelled"), records.new("stray")
    await PurchaseRecords(database).publish_purchase(purchase)
    hour = timedelta(hours=1)
    said = [(0, "returning"), (1, "check"), (2, "check"), (3, "returned"), (1, "check"), (4, "check")]
    shown = []
    for hours, state in said:
        late = Late(120_00, records.NOW, state, records.NOW + hours * hour)
        for whose, process_id in ((purchase.purchase_id, mine), ("pu-unheard-of", records.new("stray"))):
            await StrayPayments(database).publish_stray(StrayRecord(process_id, Entries(), whose, late))
        async with database.transaction() as session:
            row = await session.get_one(LatePayment, mine)
        shown.append(((row.since - records.NOW) // hour, row.state))
    assert shown == [(0, "returning"), (1, "check"), (1, "check"), *[(3, "returned")] * 3]
    assert (row.purchase_id, row.amount_fen, row.paid_at) == (purchase.purchase_id, 120_00, records.NOW)
    assert await count(database, LatePayment, LatePayment.purchase_id == "pu-unheard-of") == 0
