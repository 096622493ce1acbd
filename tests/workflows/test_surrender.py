import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from insurance.adapters.ports import (
    InsurerRefused,
    InsurerUnavailable,
    PaymentsRefused,
    PaymentsUnavailable,
    Refund,
    Transfer,
)
from insurance.calendar import load_calendar
from insurance.rules.refund_clock import refund_plan
from insurance.rules.settlement import Step
from tests.workflows.process_orders import surrender_request
from workflows.client import MoveRefused
from workflows.messages import RefundAccount, SurrenderOutcome
from workflows.surrender import SurrenderWorkflow

pytestmark = pytest.mark.servers

REFUND = 60_00
ENDED = ["quoted", "confirmed", "terminated"]
ACCOUNT = RefundAccount("alipay", "father@example.com", "黄建国")


def policy_of(world, surrender_id):
    return world.books.policies[world.books.records[surrender_id].policy_no]


def refunds(world, surrender_id):
    return [m.amount_fen for key, m in world.books.movements.items() if key.startswith(f"back:{surrender_id}")]


def notice(world, surrender_id, kind):
    (one,) = (n for key, n in world.books.notices.items() if key.startswith(f"{surrender_id}:") and n.kind == kind)
    return one


async def bought_here(world, **how):
    """A surrender of a policy whose premium came through our gateway."""
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, **how)
    await world.end_of(purchase_id)
    return await world.surrender(await world.policy(), out_trade_no=f"{purchase_id}-1")


# --- quote ------------------------------------------------------------------------------------------------------------


async def test_a_quote_that_nobody_confirms_expires_and_the_policy_stays(world):
    surrender_id = await world.surrender(await world.policy())
    await world.let_pass(minutes=31)
    assert (await world.end_of(surrender_id)).state == "cancelled"
    assert world.books.told(surrender_id) == ["quoted", "quote_expired"]
    assert policy_of(world, surrender_id).surrender_id is None


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=-1)])
def test_no_confirmation_is_taken_from_the_instant_on_at_which_the_quote_expires(monkeypatch, late):
    request = surrender_request(datetime(2026, 3, 10, 15, 50, tzinfo=UTC), "P-1")
    monkeypatch.setattr(workflow, "now", lambda: request.quote_expires_at + late)
    with nullcontext() if late else pytest.raises(ApplicationError, check=lambda e: e.type == "quote_expired"):
        SurrenderWorkflow(request)._may_confirm()


async def test_a_quote_is_cancelled(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "cancel")
    assert (await world.end_of(surrender_id)).state == "cancelled"
    assert world.books.told(surrender_id) == ["quoted", "cancelled"]


async def test_a_policy_with_an_open_claim_can_not_be_surrendered(world):
    policy_no = await world.policy()
    claim_id = await world.report(policy_no)
    surrender_id = await world.surrender(policy_no)
    await world.update(surrender_id, "confirm")
    assert (await world.end_of(surrender_id)).state == "rejected"
    assert world.books.records[surrender_id].rejected_code == "claim_open"
    await world.update(claim_id, "withdraw")


async def test_of_two_surrenders_of_one_policy_the_second_is_rejected(world):
    policy_no = await world.policy()
    first, second = await world.surrender(policy_no), await world.surrender(policy_no)
    await world.update(first, "confirm")
    await world.update(second, "confirm")
    assert (await world.end_of(second)).state == "rejected"
    assert world.books.records[second].rejected_code == "surrender_open"
    assert "已有一次退保在办理" in notice(world, second, "surrender_rejected").text


async def test_an_insurer_that_will_not_end_the_policy_leaves_it_free_for_claims(world):
    world.insurer.faults.add("cancel_policy", "refuse", code="policy_ended")
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    assert (await world.end_of(surrender_id)).state == "rejected"
    assert world.books.walked(surrender_id) == ["quoted", "confirmed", "rejected"]
    assert world.books.records[surrender_id].rejected_code == "policy_ended"
    assert policy_of(world, surrender_id).surrender_id is None
    assert policy_of(world, surrender_id).ended_reason is None
    assert world.books.noticed(surrender_id) == ["surrender_rejected"]
    assert "已经终止" in notice(world, surrender_id, "surrender_rejected").text


async def test_a_refusal_that_the_insurer_sends_later_is_told_with_its_reason_and_what_can_be_done(world, monkeypatch):
    away = iter(range(12))

    async def refuses_after_a_while(_):
        if next(away, None) is not None:
            raise InsurerUnavailable("down")
        raise InsurerRefused("refused_by_insurer", "名单尚未核对完毕")

    monkeypatch.setattr(world.insurer, "cancel_policy", refuses_after_a_while)
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    assert world.books.records[surrender_id].state == "confirmed"
    await world.let_pass(minutes=30)
    assert (await world.end_of(surrender_id)).state == "rejected"
    told = notice(world, surrender_id, "surrender_rejected")
    assert told.subject == "parent-1" and told.at - world.books.records[surrender_id].created_at > timedelta(minutes=5)
    for words in ("名单尚未核对完毕", "保单继续有效", "重新申请"):
        assert words in told.text


# --- refund -----------------------------------------------------------------------------------------------------------


async def test_a_premium_goes_back_by_its_original_route(world):
    surrender_id = await bought_here(world)
    await world.update(surrender_id, "confirm")
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "refunded"]
    assert refunds(world, surrender_id) == [REFUND]
    record = world.books.records[surrender_id]
    assert record.refund_due_on == refund_plan(record.requested_on, 0, load_calendar()).due_on
    assert policy_of(world, surrender_id).ended_reason == "surrendered"
    assert [kind for kind, *_ in world.insurer.entries].count("cancellation") == 1
    assert world.books.noticed(surrender_id) == ["surrendered", "refunded"]


async def test_a_refund_that_the_original_account_can_not_take_goes_to_another_one_once(world):
    surrender_id = await bought_here(world, account_closed=True)
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "payee_needed", "refunded"]
    assert refunds(world, surrender_id) == [REFUND]


async def test_a_refund_whose_answer_is_lost_is_given_once(world):
    surrender_id = await bought_here(world)
    world.payments.faults.add("refund", "lose_answer")
    world.payments.faults.add("query_refund", "refuse", times=2)
    await world.update(surrender_id, "confirm")
    await world.let_pass(minutes=1)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "refunded"]
    assert refunds(world, surrender_id) == [REFUND]


async def test_a_policy_sold_elsewhere_is_refunded_to_an_account(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.let_pass(days=15)
    assert world.books.told(surrender_id).count("payee_reminded") == 2
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)


async def test_an_account_that_can_not_take_the_refund_is_asked_for_again(world):
    world.transfers["9102"] = "failed"
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.update(surrender_id, "set_account", RefundAccount("bank", "62220000009102", "黄建国"))
    await world.until(lambda: world.books.told(surrender_id).count("payee_needed") == 2, "asked again")
    assert refunds(world, surrender_id) == []
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert refunds(world, surrender_id) == [REFUND]


async def test_while_an_account_takes_its_time_nobody_is_asked_for_one_and_the_days_run_again(world):
    world.transfers["9103"] = "pending"
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    asked = world.books.records[surrender_id]
    await world.let_pass(days=60)
    await world.update(surrender_id, "set_account", RefundAccount("bank", "62220000009103", "黄建国"))
    # as soon as the family has its answer
    taken = world.books.records[surrender_id]
    assert (asked.waits_for, taken.state, taken.waits_for) == ("account", "payee_needed", "gateway")
    assert "payee_taken" in world.books.told(surrender_id)
    assert (taken.refund_due_on - asked.refund_due_on).days >= 50 and taken.broken_due_on is None
    with pytest.raises(MoveRefused) as refusal:
        await world.update(surrender_id, "set_account", ACCOUNT)
    assert refusal.value.code == "refund_under_way" and "正在退到您提供的账户" in refusal.value.message
    await world.until_told(surrender_id, "clock_half_time")
    assert world.books.records[surrender_id].waits_for == "gateway"
    world.payments.settle(f"{surrender_id}-out-0", "failed")
    await world.let_pass(hours=5)
    await world.until(lambda: world.books.told(surrender_id).count("payee_needed") == 2, "asked again")
    assert world.books.records[surrender_id].waits_for == "account"
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert refunds(world, surrender_id) == [REFUND] and world.books.records[surrender_id].waits_for is None


# --- the thirty days --------------------------------------------------------------------------------------------------

EARLY = ["clock_half_time", "clock_two_days_before", "clock_due_day"]
LATE = ["clock_overdue", "clock_escalated"]


def under_way(world, monkeypatch):
    """Refunds stay under way at the gateway until the returned event is set."""
    done, really = asyncio.Event(), world.payments.refund

    async def slowly(out_trade_no, out_request_no, amount_fen, reason):
        if not done.is_set():
            return Refund(out_request_no, "pending", amount_fen)
        return await really(out_trade_no, out_request_no, amount_fen, reason)

    monkeypatch.setattr(world.payments, "refund", slowly)
    return done


def clock_calls(world, surrender_id):
    return [event for event in world.books.told(surrender_id) if event.startswith("clock_")]


def told_to(world, surrender_id, kind):
    return [n.subject for key, n in world.books.notices.items() if key.startswith(surrender_id) and n.kind == kind]


async def test_a_refund_that_takes_its_time_is_reminded_of_and_goes_up(world, monkeypatch):
    done = under_way(world, monkeypatch)
    surrender_id = await bought_here(world)
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "terminated")
    # holidays may move the last day by some
    await world.let_pass(days=50)
    await world.until_told(surrender_id, "clock_escalated")
    assert clock_calls(world, surrender_id) == [*EARLY, *LATE]
    for kind in EARLY:
        assert told_to(world, surrender_id, kind) == ["role:operator:xiangjiang"]
    assert told_to(world, surrender_id, "clock_overdue") == ["role:lead:xiangjiang"]
    assert told_to(world, surrender_id, "clock_escalated") == ["role:operator:xiangjiang"]
    assert told_to(world, surrender_id, "refund_late") == ["parent-1"]
    record = world.books.records[surrender_id]
    assert (record.broken_due_on, record.confirmed_on) == (record.refund_due_on, record.requested_on)
    done.set()
    await world.let_pass(hours=5)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    # late is late, also when it is done
    assert world.books.records[surrender_id].broken_due_on == record.refund_due_on
    assert refunds(world, surrender_id) == [REFUND]


async def test_a_refund_in_time_is_not_called_late(world, monkeypatch):
    done = under_way(world, monkeypatch)
    surrender_id = await bought_here(world)
    await world.update(surrender_id, "confirm")
    await world.let_pass(days=20)
    await world.until_told(surrender_id, "clock_half_time")
    done.set()
    await world.let_pass(hours=5)
    await world.end_of(surrender_id)
    assert clock_calls(world, surrender_id) == ["clock_half_time"]
    assert world.books.records[surrender_id].broken_due_on is None


async def test_a_refusal_that_may_hide_a_refund_is_told_to_the_operator_and_no_other_account_is_paid(
    world, monkeypatch
):
    surrender_id = await bought_here(world)
    really, calls = world.payments.refund, []

    async def moved_and_then_refused(*refund):
        calls.append(refund)
        if len(calls) == 1:
            await really(*refund)
            raise PaymentsUnavailable("answer lost")
        raise PaymentsRefused("trade_not_paid")

    async def says_nothing(*_):
        return None

    with monkeypatch.context() as gateway:
        gateway.setattr(world.payments, "refund", moved_and_then_refused)
        gateway.setattr(world.payments, "query_refund", says_nothing)
        await world.update(surrender_id, "confirm")
        await world.let_pass(days=16)
        await world.until_told(surrender_id, "clock_half_time")
    assert told_to(world, surrender_id, "refund_refused") == ["role:operator:xiangjiang"] * 3
    assert told_to(world, surrender_id, "payee_needed") == []
    with pytest.raises(MoveRefused):
        await world.update(surrender_id, "set_account", ACCOUNT)
    await world.let_pass(days=1)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "refunded"]
    assert [amount for kind, _, amount in world.payments.movements if kind != "payment"] == [REFUND]


async def test_what_is_refused_for_the_payers_sake_is_refunded_to_the_same_account_and_the_days_run(world, monkeypatch):
    really, tries = world.payments.transfer, iter(range(20))

    async def fails_first(order):
        if next(tries, None) is None:
            return await really(order)
        if order.out_biz_no.endswith("-0"):
            return Transfer(order.out_biz_no, "failed", reason_code="refused_by_gateway", reason="PAYER_STATUS_ERROR")
        raise PaymentsRefused("refused_by_gateway")

    monkeypatch.setattr(world.payments, "transfer", fails_first)
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.update(surrender_id, "set_account", ACCOUNT)
    await world.let_pass(days=9)
    assert told_to(world, surrender_id, "refund_refused") == ["role:operator:xiangjiang"] * 2
    assert world.books.records[surrender_id].waits_for == "gateway"
    with pytest.raises(MoveRefused) as refusal:
        await world.update(surrender_id, "set_account", replace(ACCOUNT, account="another@example.com"))
    assert refusal.value.code == "refund_under_way"
    # the same one again, whose answer was lost, is no other one
    taken = world.books.told(surrender_id)
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert world.books.told(surrender_id) == taken
    await world.let_pass(days=11)
    assert clock_calls(world, surrender_id) == EARLY[:1]
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert told_to(world, surrender_id, "payee_needed") == ["parent-1"]
    assert [key for key in world.books.movements if key.startswith("back:")] == [f"back:{surrender_id}-out-0-1"]


async def test_nobody_is_late_while_the_family_has_no_account(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    promised = world.books.records[surrender_id].refund_due_on
    await world.let_pass(days=60)
    assert clock_calls(world, surrender_id) == []
    await world.update(surrender_id, "set_account", ACCOUNT)
    await world.end_of(surrender_id)
    record = world.books.records[surrender_id]
    assert record.broken_due_on is None and record.refund_due_on >= promised


async def test_the_family_is_told_how_the_sum_was_worked_out(world):
    steps = Step("已交保费", 120_00), Step("扣除费用35%", -42_00), Step("已经过28天，共365天", -18_00)
    surrender_id = await world.surrender(await world.policy(), steps=steps)
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    (text,) = [
        n.text for key, n in world.books.notices.items() if key.startswith(surrender_id) and n.kind == "surrendered"
    ]
    assert "应退60.00元：已交保费120.00元，扣除费用35%-42.00元，已经过28天，共365天-18.00元" in text
    assert "二十四时为止" in text
    await world.update(surrender_id, "set_account", ACCOUNT)
    await world.end_of(surrender_id)


@pytest.mark.parametrize(
    ("before_effect", "said"),
    [(True, "保障尚未开始，保费全额退回"), (False, "保障到3月10日二十四时为止")],
)
def test_a_family_is_told_of_no_cover_that_never_began(before_effect, said):
    request = surrender_request(datetime(2026, 3, 10, 2, tzinfo=UTC), "P-1", before_effect=before_effect)
    told = SurrenderWorkflow(request)._arithmetic()
    assert said in told and "应退60.00元" in told
    assert ("二十四时" in told) is not before_effect


async def test_nothing_to_refund_moves_nothing(world):
    surrender_id = await world.surrender(await world.policy(), refund_fen=0)
    await world.update(surrender_id, "confirm")
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", 0)
    assert refunds(world, surrender_id) == []


async def test_a_surrender_that_is_confirmed_can_not_be_cancelled(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    for update, arg in (("cancel", None), ("confirm", None)):
        with pytest.raises(MoveRefused) as refusal:
            await world.update(surrender_id, update, arg)
        assert refusal.value.code == "illegal_move"
