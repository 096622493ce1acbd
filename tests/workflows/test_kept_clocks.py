import asyncio
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from insurance.rules.reminders import Call
from tests.workflows.process_orders import adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, Correction, DecisionOrder, PapersOrder, PayeeOrder

pytestmark = pytest.mark.servers

# 80 % of what 1,100 yuan, and 2,200 yuan, exceed the deductible of 100 yuan by
CERTAIN, ALL = 800_00, 1680_00
FATHER = (payee(),)
HALF = (DecidedLine("accident_medical", 840_00),)


async def down(order):
    """Away for days, and asked twice a day."""
    raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=12))


def full(who):
    return DecisionOrder(who, "full", (), "同意")


def refused(who):
    return DecisionOrder(who, "refused", ("event_not_covered",), "不属于保险责任")


async def doubtful(world, *, payees=FATHER, sure=True):
    """A claim in review with two receipts, one of which could not be read for certain."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=sure), world.receipt(sure=False), payees=payees)
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id


async def taken(world, **how):
    claim_id = await doubtful(world, **how)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    return claim_id


async def decided(world, claim_id, order):
    await world.update(f"{claim_id}-r1", "decide", order)


def calls(world, claim_id):
    return [event for event in world.books.told(claim_id) if event.startswith("clock_")]


def addressed(world, process_id, kind):
    """To whom notices of a kind went."""
    return {n.subject for key, n in world.books.notices.items() if key.startswith(f"{process_id}:") and n.kind == kind}


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
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "notice_delivered")
    assert world.claim(claim_id).case.refusal_notified_at is not None
    await world.let_pass(days=30)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)


async def test_a_dispute_starts_the_clocks_anew(world):
    claim_id = await taken(world)
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=5)
    await world.update(claim_id, "dispute")
    await world.until_state(claim_id, "in_review")
    case = world.claim(claim_id).case
    assert case.clocks_from - case.received_at >= timedelta(days=5)


# --- the advance ------------------------------------------------------------------------------------------------------


def transfers(world, claim_id):
    return [(p.amount_fen, p.advance) for p in world.claim(claim_id).case.payouts if p.state == "paid"]


async def test_after_sixty_days_what_is_certain_is_paid_and_the_rest_with_the_decision(world):
    claim_id = await taken(world)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    assert world.claim(claim_id).case.advance_paid
    assert world.claim(claim_id).case.state == "in_review"
    assert transfers(world, claim_id) == [(CERTAIN, True)]
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert transfers(world, claim_id) == [(CERTAIN, True), (ALL - CERTAIN, False)]


async def test_an_advance_waits_for_an_account_and_is_paid_when_there_is_one(world):
    claim_id = await doubtful(world, payees=())
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    assert transfers(world, claim_id) == []
    await world.update(claim_id, "set_payee", PayeeOrder((payee("x9102"),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_an_advance_that_bounces_asks_for_another_account(world):
    world.transfers["9102"] = "failed"
    claim_id = await doubtful(world, payees=(payee("x9102"),))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_a_decision_makes_an_advance_needless_that_still_waits_for_an_account(world):
    claim_id = await taken(world, payees=())
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert transfers(world, claim_id) == [(ALL, False)]


async def test_heirs_get_their_shares_of_the_advance_and_of_the_rest(world):
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b@example.com", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    await world.end_of(claim_id)
    assert transfers(world, claim_id) == [(400_00, True)] * 2 + [(440_00, False)] * 2


async def test_where_nothing_is_certain_the_operator_hears_of_it_and_nothing_is_paid(world):
    claim_id = await doubtful(world, sure=False)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_nothing_certain")
    assert transfers(world, claim_id) == []
    assert addressed(world, claim_id, "advance_nothing_certain") == {"role:operator:xiangjiang"}


async def test_a_claim_that_was_paid_in_advance_is_not_withdrawn(world):
    claim_id = await doubtful(world)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    with pytest.raises(MoveRefused):
        await world.update(claim_id, "withdraw")


async def test_a_refusal_after_an_advance_takes_nothing_back(world):
    claim_id = await taken(world)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", CERTAIN)
    assert world.books.limits[claim_id].lines == (DecidedLine("accident_medical", CERTAIN),)


async def test_what_one_heir_got_in_advance_is_used_while_the_other_has_no_account(world):
    world.transfers["9102"] = "failed"
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b9102", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, refused(adjuster()))
    await world.until_told(claim_id, "advance_paid")
    assert world.claim(claim_id).case.paid_lines == (DecidedLine("accident_medical", CERTAIN // 2),)
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", CERTAIN // 2)
    assert world.books.limits[claim_id].lines == (DecidedLine("accident_medical", CERTAIN // 2),)


async def test_an_account_is_not_changed_while_an_advance_is_on_its_way(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await doubtful(world)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "clock_advance")
    with pytest.raises(MoveRefused):
        await world.update(claim_id, "set_payee", PayeeOrder((payee("other@example.com"),)))
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_heirs_together_get_no_more_than_was_decided_when_one_had_more_in_advance(world):
    world.transfers["9102"] = "failed"
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b9102", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    low = (DecidedLine("accident_medical", 500_00),)
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", low))
    await world.until_told(claim_id, "advance_paid")
    await world.update(claim_id, "accept")
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((heirs[0], payee("c@example.com", "李秀英", "0.5"))))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 500_00)
    assert transfers(world, claim_id) == [(CERTAIN // 2, True), (100_00, False)]
