from dataclasses import replace

import pytest

from insurance.adapters.ports import PaymentsRefused, PayOrder, Refund
from tests.workflows.process_orders import PREMIUM
from tests.workflows.process_purchases import PAID_BACK, UNDERWRITTEN, money, record, told_to, words_of
from workflows.client import MoveRefused
from workflows.messages import PurchaseOutcome, RefundAccount

pytestmark = pytest.mark.servers

ACCOUNT = RefundAccount("alipay", "father@example.com", "黄建国")
BOUNCES = RefundAccount("bank", "62220000009102", "黄建国")


def transferred(world, purchase_id):
    start = f"back:{purchase_id}-"
    return {key: m.amount_fen for key, m in world.books.movements.items() if key.startswith(start)}


async def other_payment(world, purchase_id, number, amount_fen=1_00):
    """Of another sum, from an account that is closed."""
    order = PayOrder(f"{purchase_id}-{number}", amount_fen, "other", record(world, purchase_id).expires_at)
    world.payments.page_pay_url(order)
    await world.pay(purchase_id, attempt=number, account_closed=True)


async def test_what_the_insurer_refuses_to_issue_goes_back_in_full(world):
    world.insurer.faults.add("issue", "refuse", code="proposal_expired")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    assert record(world, purchase_id).reason_code == "proposal_expired"
    assert money(world, purchase_id) == PAID_BACK


async def test_a_payment_that_was_faster_than_the_cancellation_goes_back_in_full(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    assert money(world, purchase_id) == PAID_BACK
    assert record(world, purchase_id).refunded_fen == PREMIUM
    # nothing failed: it is told as what it is
    assert "未能出单" not in "".join(words_of(world, purchase_id))
    assert "您取消前款项已到账，将全额退回" in words_of(world, purchase_id)
    assert "取消前款项已到账" in record(world, purchase_id).reason


async def test_a_refund_that_the_gateway_refuses_is_tried_again_until_it_is_done(world):
    world.insurer.faults.add("issue", "refuse")
    world.payments.faults.add("refund", "refuse", times=2)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(hours=4)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert money(world, purchase_id) == PAID_BACK
    # no account is asked for: only the operator can say what the gateway means
    assert "payee_needed" not in world.books.told(purchase_id)
    assert told_to(world, purchase_id, "refund_refused") == ["role:operator:xiangjiang"]


async def test_a_refusal_of_what_was_done_before_is_no_refusal_of_the_money(world, monkeypatch):
    world.insurer.faults.add("issue", "refuse")
    really = world.payments.refund

    async def refuses_afterwards(out_trade_no, out_request_no, amount_fen, reason):
        await really(out_trade_no, out_request_no, amount_fen, reason)
        raise PaymentsRefused("account_closed", "账户已注销")

    monkeypatch.setattr(world.payments, "refund", refuses_afterwards)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert money(world, purchase_id) == PAID_BACK
    assert "payee_needed" not in world.books.told(purchase_id)


async def test_a_refund_under_way_is_asked_about_until_it_is_done(world, monkeypatch):
    pending, really = iter(range(20)), world.payments.refund

    async def slowly(out_trade_no, out_request_no, amount_fen, reason):
        if next(pending, None) is not None:
            return Refund(out_request_no, "pending", amount_fen)
        return await really(out_trade_no, out_request_no, amount_fen, reason)

    monkeypatch.setattr(world.payments, "refund", slowly)
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(days=3)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert await world.events_in_history(purchase_id) < 1_000
    assert money(world, purchase_id) == PAID_BACK


async def test_a_refund_whose_account_is_closed_asks_the_family_for_another_one(world):
    world.insurer.faults.add("issue", "refuse")
    world.transfers["9102"] = "failed"
    purchase_id = await world.awaiting_payment()
    with pytest.raises(MoveRefused):
        await world.update(purchase_id, "set_account", ACCOUNT)
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    await world.let_pass(days=17)
    assert world.books.told(purchase_id).count("payee_reminded") == 2
    assert told_to(world, purchase_id, "payee_needed") == ["parent-1"] * 3
    assert told_to(world, purchase_id, "refund_refused") == ["role:operator:xiangjiang"] * 3
    await world.update(purchase_id, "set_account", BOUNCES)
    await world.until(lambda: world.books.told(purchase_id).count("payee_needed") == 2, "asked again")
    assert transferred(world, purchase_id) == {}
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert transferred(world, purchase_id) == {f"back:{purchase_id}-1-out-1": PREMIUM}
    assert record(world, purchase_id).refunded_fen == PREMIUM


async def test_a_cancellation_is_answered_when_the_money_asks_for_an_account(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1", account_closed=True)
    await world.update(purchase_id, "cancel")
    assert record(world, purchase_id).state == "payee_needed"
    assert [r.why for r in record(world, purchase_id).returning] == ["cancelled"]
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert (await world.end_of(purchase_id)).state == "refunded"


async def test_a_cancellation_that_is_said_again_is_answered_while_faster_money_is_on_its_way_back(world, monkeypatch):
    async def slowly(out_trade_no, out_request_no, amount_fen, reason):
        return Refund(out_request_no, "pending", amount_fen)

    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    with monkeypatch.context() as slow:
        slow.setattr(world.payments, "refund", slowly)
        await world.begin(purchase_id, "cancel")
        await world.update(purchase_id, "cancel")
        assert record(world, purchase_id).state == "refunding"
        assert [(r.amount_fen, r.why) for r in record(world, purchase_id).returning] == [(PREMIUM, "cancelled")]
    await world.let_pass(minutes=1)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert money(world, purchase_id) == PAID_BACK


async def test_a_wrong_sum_that_can_not_go_back_does_not_keep_the_right_one_from_being_taken(world):
    purchase_id = await world.awaiting_payment()
    for number in (8, 9):
        await other_payment(world, purchase_id, number)
    await world.until(lambda: world.books.told(purchase_id).count("payee_needed") == 2, "both ask")
    assert [(r.amount_fen, r.why, r.waits_for) for r in record(world, purchase_id).returning] == [
        (1_00, "surplus", "account"), (1_00, "surplus", "account"),
    ]  # fmt: skip
    assert (record(world, purchase_id).state, money(world, purchase_id)) == (
        "awaiting_payment",
        [("premium", 1_00)] * 2,
    )
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "issued")
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert sorted(transferred(world, purchase_id).values()) == [1_00, 1_00]
    assert record(world, purchase_id).returning == ()
    assert record(world, purchase_id).refunded_fen == 2_00


async def test_a_surplus_is_in_the_books_before_it_is_back(world):
    purchase_id = await world.awaiting_payment()
    await other_payment(world, purchase_id, 9)
    await world.until_told(purchase_id, "payee_needed")
    assert money(world, purchase_id) == [("premium", 1_00)]
    came = world.time
    await world.let_pass(minutes=5)
    await world.update(purchase_id, "set_account", ACCOUNT)
    await world.until(lambda: transferred(world, purchase_id), "back")
    (back,) = [m for key, m in world.books.movements.items() if key.startswith(f"back:{purchase_id}-")]
    assert back.at > came
    await world.update(purchase_id, "cancel")


async def test_what_arrives_while_the_premium_waits_for_an_account_is_booked_and_returned_at_once(world):
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    order = PayOrder(f"{purchase_id}-9", PREMIUM, "again", record(world, purchase_id).expires_at)
    world.payments.page_pay_url(order)
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    assert sorted(money(world, purchase_id)) == sorted([*PAID_BACK, ("premium", PREMIUM)])
    assert record(world, purchase_id).state == "payee_needed"
    assert [(r.amount_fen, r.why, r.waits_for) for r in record(world, purchase_id).returning] == [
        (PREMIUM, "no_policy", "account")
    ]
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert record(world, purchase_id).refunded_fen == 2 * PREMIUM


async def test_what_arrives_while_the_insurer_is_down_is_returned_before_the_policy_is_there(world):
    world.insurer.faults.add("issue", "down", times=3)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "paid")
    await other_payment(world, purchase_id, 9)
    await world.until_told(purchase_id, "payee_needed")
    assert record(world, purchase_id).state == "paid"
    await world.let_pass(minutes=10)
    await world.until_state(purchase_id, "issued")
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert (await world.end_of(purchase_id)).state == "issued"


async def test_a_family_is_asked_as_soon_as_its_account_is_gone_whatever_was_refused_before(world):
    world.insurer.faults.add("issue", "refuse")
    world.payments.faults.add("refund", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, account_closed=True)
    await world.until_told(purchase_id, "refund_refused")
    assert record(world, purchase_id).returning[0].waits_for == "check"
    await world.let_pass(hours=2)
    await world.until_state(purchase_id, "payee_needed")
    assert record(world, purchase_id).returning[0].waits_for == "account"
    registered = replace(ACCOUNT, by="operator:op-1", reason="核对了身份证")
    await world.update(purchase_id, "set_account", registered)
    (taken,) = [e for e in world.books.events[purchase_id].values() if e.event == "payee_taken"]
    assert (taken.by, taken.reason) == ("operator:op-1", "核对了身份证")
    assert (await world.end_of(purchase_id)).state == "refunded"


async def test_a_transfer_that_is_refused_for_the_payers_sake_is_tried_again_to_the_same_account(world):
    world.insurer.faults.add("issue", "refuse")
    world.payments.faults.add("transfer", "refuse", times=14)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    await world.update(purchase_id, "set_account", ACCOUNT)
    await world.let_pass(days=9)
    assert record(world, purchase_id).returning[0].waits_for == "check"
    assert (told_to(world, purchase_id, "payee_needed"), transferred(world, purchase_id)) == (["parent-1"], {})
    # of the original route, and twice of the transfer
    assert told_to(world, purchase_id, "refund_refused") == ["role:operator:xiangjiang"] * 3
    with pytest.raises(MoveRefused):
        await world.update(purchase_id, "set_account", BOUNCES)
    # the same one again, whose answer was lost, is no other one
    await world.update(purchase_id, "set_account", ACCOUNT)
    await world.let_pass(days=8)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert transferred(world, purchase_id) == {f"back:{purchase_id}-1-out-0": PREMIUM}
