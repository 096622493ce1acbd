import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from insurance.adapters.ports import Refused
from insurance.calendar import load_calendar
from insurance.rules.claim_clocks import clocks_of
from insurance.rules.cover import shanghai_day
from insurance.rules.reminders import Call
from tests.workflows.process_clocks import (
    ALL,
    HALF,
    addressed,
    calls,
    decided,
    doubtful,
    down,
    full,
    refused,
    taken,
)
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import LEAD, refusal_of
from workflows.messages import ClaimOutcome, Correction, DecisionOrder, Delivery, PapersOrder

pytestmark = pytest.mark.servers

# --- whose turn it is -------------------------------------------------------------------------------------------------


async def test_whoever_has_the_review_is_reminded_and_then_the_lead_and_then_the_operator_hear_of_it(world):
    claim_id = await taken(world)
    # the promise for this sum is one working day; holidays make it some more
    await world.let_pass(days=20)
    await world.until_told(claim_id, "clock_escalated")
    assert calls(world, claim_id)[:3] == ["clock_due_day", "clock_overdue", "clock_escalated"]
    assert addressed(world, f"{claim_id}-r1", "clock_due_day") <= {"adjuster-1", "role:adjuster:xiangjiang"}
    assert addressed(world, claim_id, "clock_overdue") == {"role:lead:xiangjiang"}
    assert addressed(world, claim_id, "clock_escalated") == {"role:operator:xiangjiang"}


async def test_the_law_s_thirty_days_are_called_at_half_time_two_days_before_and_on_the_day(world):
    claim_id = await doubtful(world)
    await world.let_pass(days=45)
    told = [
        event.text
        for event in world.books.events[claim_id].values()
        if event.text.startswith(("核定", "距离核定", "今天是核定"))
    ]
    assert [text.split("，")[0].split("最后一日")[0] for text in told[:3]] == [
        "核定的时限已过一半",
        "距离核定的",
        "今天是核定的",
    ]


async def test_of_two_calls_at_one_instant_the_second_is_said_although_the_facts_change_in_between(world):
    claim_id = await world.report_to_a_slow_database()
    await world.hand_in(claim_id, world.receipt(sure=False))
    review_id = f"{claim_id}-r1"
    at, day = world.time + timedelta(days=2), shanghai_day(world.time)
    world.books.calls = Call(at, "due_day", "determination", day), Call(at, "overdue", "agreed_decision", day)
    await world.until_state(review_id, "open")
    saying, go_on = world.books.hold("clock_due_day")
    passing = asyncio.create_task(world.let_pass(days=3))
    await saying.wait()
    (receipt_id,) = world.books.receipts
    fix = Correction(adjuster(), receipt_id, {"total": "600.00"}, "核对原件")
    correcting = await world.begin(claim_id, "correct", fix)
    await world.until_told(claim_id, "receipt_corrected")
    go_on.set()
    await correcting.result()
    await passing
    await world.until_told(claim_id, "clock_overdue")
    assert calls(world, claim_id) == ["clock_due_day", "clock_overdue"]


async def test_of_calls_that_are_said_late_each_clock_s_newest_is_said_as_is_true_today(world):
    claim_id = await world.report()
    world.books.calls = ()
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.let_pass(days=6)
    now, due_on = world.time, shanghai_day(world.time) - timedelta(days=1)
    world.books.calls = (
        Call(now - timedelta(days=3), "two_days_before", "determination", due_on),
        Call(now - timedelta(days=2), "overdue", "agreed_decision", due_on),
        Call(now - timedelta(days=1), "due_day", "determination", due_on),
    )
    (receipt_id,) = world.books.receipts
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await world.update(claim_id, "correct", Correction(adjuster(), receipt_id, {"total": "600.00"}, "核对原件"))
    await world.until_told(claim_id, "clock_due_day")
    assert calls(world, claim_id) == ["clock_overdue", "clock_due_day"]
    said = next(e for e in world.books.events[claim_id].values() if e.event == "clock_due_day")
    assert said.text == f"{due_on.month}月{due_on.day}日是核定的最后一日，已过1天"


async def test_a_decision_ends_the_reminders(world):
    claim_id = await taken(world)
    await decided(world, claim_id, full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    before = calls(world, claim_id)
    await world.let_pass(days=90)
    assert calls(world, claim_id) == before


async def test_a_family_is_reminded_three_times_before_its_silence_counts(world):
    claim_id = await taken(world)
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", HALF))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 840_00)
    assert world.books.noticed(claim_id).count("your_turn") == 3


async def test_a_payment_that_takes_days_is_called(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.payments, "transfer", down)
    await decided(world, claim_id, full(adjuster()))
    await world.until_state(claim_id, "paying")
    await world.let_pass(days=20)
    monkeypatch.undo()
    await world.let_pass(hours=13)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert "clock_overdue" in calls(world, claim_id)
    assert addressed(world, claim_id, "clock_due_day") == {"role:operator:xiangjiang"}


async def test_a_payment_is_watched_when_it_takes_more_than_an_hour(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.payments, "transfer", down)
    await decided(world, claim_id, full(adjuster()))
    await world.until_state(claim_id, "paying")
    at, day = world.time + timedelta(minutes=30), shanghai_day(world.time)
    world.books.calls = (Call(at, "due_day", "payment", day),)
    await world.let_pass(minutes=55)
    assert calls(world, claim_id) == []
    await world.let_pass(minutes=10)
    await world.until_told(claim_id, "clock_due_day")
    assert addressed(world, claim_id, "clock_due_day") == {"role:operator:xiangjiang"}
    monkeypatch.undo()
    await world.let_pass(hours=13)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)


# --- notices that a clock counts from -----------------------------------------------------------------------------------


async def test_the_clock_stands_still_from_the_arrival_of_the_notice_and_not_before(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.notices, "send", down)
    await world.update(f"{claim_id}-r1", "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_state(claim_id, "supplement_requested")
    asked = world.claim(claim_id).case.papers_requests[0].at
    await world.let_pass(days=3)
    assert world.claim(claim_id).case.notice_delivered_at is None
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "notice_delivered")
    delivered = world.claim(claim_id).case.notice_delivered_at
    assert delivered - asked >= timedelta(days=3)
    assert [n.kind for n in world.notices.received.values()] == ["supplement_requested"]
    # the record of it is there for the family's own pages, and is not sent twice
    assert [n.delivered_at for n in world.books.notices.values() if n.kind == "supplement_requested"] == [delivered]


async def test_while_the_family_looks_for_papers_nobody_is_reminded_of_the_decision(world):
    claim_id = await taken(world)
    await world.update(f"{claim_id}-r1", "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_told(claim_id, "notice_delivered")
    before = calls(world, claim_id)
    await world.let_pass(days=50)
    assert set(calls(world, claim_id)[len(before) :]) <= {"clock_half_time"}


async def test_a_refusal_counts_as_told_when_its_notice_has_arrived(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.notices, "send", down)
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=20)
    assert world.claim(claim_id).case.refusal_notified_at is None
    assert {"clock_due_day", "clock_overdue", "clock_escalated"} <= set(calls(world, claim_id))
    # the family may answer already, and it is the insurer who must see to the notice
    assert addressed(world, claim_id, "clock_due_day") == {"role:lead:xiangjiang"}
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "notice_delivered")
    told_at = world.claim(claim_id).case.refusal_notified_at
    assert told_at is not None
    # the family has thirty days from then on, and not the ten that were left
    await world.let_pass(days=29)
    assert world.books.walked(claim_id)[-1] == "decided"
    assert "answer_time_extended" in world.books.told(claim_id)
    await world.let_pass(days=2)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)


async def refuses(notice):
    raise Refused("unknown_subject")


async def refused_for_good(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.notices, "send", refuses)
    await decided(world, claim_id, refused(adjuster()))
    await world.until_told(claim_id, "notice_refused")
    return claim_id


async def test_a_notice_that_the_channel_refuses_goes_by_the_outbox_and_the_lead_hears_of_it(world, monkeypatch):
    claim_id = await refused_for_good(world, monkeypatch)
    assert addressed(world, claim_id, "decided_refused") == {"parent-1"}
    assert [n.delivered_at for n in world.books.notices.values() if n.kind == "decided_refused"] == [None]
    assert addressed(world, claim_id, "notice_refused") == {"role:lead:xiangjiang"}
    # what the family reads online is there all the same
    await world.until_told(claim_id, "letter_made")


async def test_a_lead_records_how_a_refused_notice_reached_the_family_and_its_clock_ends_on_that_day(
    world, monkeypatch
):
    claim_id = await refused_for_good(world, monkeypatch)
    assert world.claim(claim_id).case.undelivered == ("decided_refused",)
    await world.let_pass(days=2)
    called = world.time - timedelta(hours=1)
    by_phone = Delivery(LEAD, "decided_refused", "telephone", "adjuster-1", called, "读给家长听")
    for wrong, code in (
        (replace(by_phone, actor=adjuster()), "lead_required"),
        (replace(by_phone, kind="supplement_requested"), "illegal_move"),
        (replace(by_phone, at=world.time + timedelta(days=1)), "invalid_date"),
        (replace(by_phone, at=called - timedelta(days=3)), "invalid_date"),
    ):
        assert await refusal_of(world, claim_id, "record_delivery", wrong) == code
    await world.update(claim_id, "record_delivery", by_phone)
    case = world.claim(claim_id).case
    assert (case.refusal_notified_at, case.undelivered) == (called, ())
    clocks = {clock.clock: clock.state for clock in clocks_of(case, load_calendar(), shanghai_day(world.time))}
    assert clocks["refusal_notice"] == "met"
    said = world.books.events[claim_id][case.event_count]
    assert (said.by, said.reason) == ("adjuster:lead-1", "adjuster-1：读给家长听")
    assert "电话告知" in said.text
    assert await refusal_of(world, claim_id, "record_delivery", by_phone) == "illegal_move"
    before = calls(world, claim_id)
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
    assert calls(world, claim_id) == before


async def test_a_request_for_papers_that_was_handed_over_stops_the_clock_from_that_day(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.notices, "send", refuses)
    await world.update(f"{claim_id}-r1", "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_told(claim_id, "notice_refused")
    await world.let_pass(days=2)
    await world.update(
        claim_id, "record_delivery", Delivery(LEAD, "supplement_requested", "handed_over", "lead-1", world.time)
    )
    case = world.claim(claim_id).case
    clocks = {clock.clock: clock.state for clock in clocks_of(case, load_calendar(), shanghai_day(world.time))}
    assert (clocks["determination"], case.undelivered) == ("paused", ())


async def test_silence_of_a_family_that_was_never_told_counts_as_nothing(world, monkeypatch):
    claim_id = await taken(world)
    monkeypatch.setattr(world.notices, "send", refuses)
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", HALF))
    await world.until_told(claim_id, "notice_refused")
    assert world.claim(claim_id).case.undelivered == ("decided_partial",)
    await world.let_pass(days=32)
    await world.until_told(claim_id, "answer_time_extended")
    assert world.books.walked(claim_id)[-1] == "decided"
    assert len([n for n in world.books.notices.values() if n.kind == "notice_refused"]) == 2
    told = Delivery(LEAD, "decided_partial", "telephone", "lead-1", world.time)
    await world.update(claim_id, "record_delivery", told)
    await world.let_pass(days=29)
    assert world.books.walked(claim_id)[-1] == "decided"
    await world.let_pass(days=3)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 840_00)


async def test_a_claim_does_not_lapse_for_papers_that_the_family_was_never_asked_for(world, monkeypatch):
    claim_id = await world.report(idle_days=10)
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    monkeypatch.setattr(world.notices, "send", refuses)
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_told(claim_id, "notice_refused")
    await world.let_pass(days=12)
    await world.until_told(claim_id, "answer_time_extended")
    assert world.books.walked(claim_id)[-1] == "supplement_requested"
    handed = Delivery(LEAD, "supplement_requested", "handed_over", "lead-1", world.time)
    await world.update(claim_id, "record_delivery", handed)
    await world.let_pass(days=12)
    await world.until_state(f"{claim_id}-r2", "open")


async def test_what_was_undone_need_not_be_delivered_any_more(world, monkeypatch):
    claim_id = await refused_for_good(world, monkeypatch)
    await world.update(claim_id, "dispute")
    await world.until_state(claim_id, "in_review")
    assert world.claim(claim_id).case.undelivered == ()


async def test_a_dispute_starts_the_clocks_anew(world):
    claim_id = await taken(world)
    receipt_id = next(iter(world.books.receipts))
    await world.update(claim_id, "correct", Correction(adjuster(), receipt_id, {"total": "600.00"}, "核对原件"))
    assert world.claim(claim_id).case.promised_fen == ALL
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=5)
    await world.update(claim_id, "dispute")
    await world.until_state(claim_id, "in_review")
    case = world.claim(claim_id).case
    assert case.clocks_from - case.received_at >= timedelta(days=5)
    # and the promise goes by what is known by then, less than was assessed at first
    assert case.promised_fen == 1280_00
