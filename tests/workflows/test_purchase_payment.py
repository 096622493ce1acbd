from datetime import timedelta

import pytest

from insurance.adapters.ports import PaymentsRefused, PayOrder
from tests.workflows.process_purchases import PAID, PAID_BACK, UNDERWRITTEN, money, record, trade_no_of
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import PurchaseOutcome

pytestmark = pytest.mark.servers


async def test_a_payment_without_a_notice_is_found_by_asking(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    await world.let_pass(minutes=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]


async def test_an_order_that_nobody_pays_expires_and_can_not_be_paid_any_more(world):
    purchase_id = await world.awaiting_payment(payment_minutes=5)
    world.payments.open_page(f"{purchase_id}-1")
    left = record(world, purchase_id).expires_at - world.time
    assert timedelta(minutes=4) < left < timedelta(minutes=6)
    await world.let_pass(minutes=6)
    await world.until_state(purchase_id, "expired")
    assert record(world, purchase_id).payment_url is None
    assert world.books.noticed(purchase_id) == ["payment_open", "payment_expired"]
    with pytest.raises(PaymentsRefused):
        world.payments.pay(f"{purchase_id}-1")


async def test_an_expired_order_is_resumed_with_a_page_of_its_own(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    assert record(world, purchase_id).out_trade_no == f"{purchase_id}-2"
    await world.pay(purchase_id, attempt=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "awaiting_payment", "paid", "issued"]


async def test_money_of_the_last_second_is_found_when_the_order_is_closed(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=29)
    world.payments.pay(f"{purchase_id}-1")
    await world.let_pass(minutes=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]


async def test_money_that_shows_up_after_the_end_of_the_time_still_becomes_a_policy(world):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.pay_in_the_last_second(purchase_id, 1, in_time)
    await world.tell_last_notice()
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "paid", "issued"]


async def test_an_expired_order_lapses_and_money_after_that_goes_back(world):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(days=31)
    assert await world.end_of(purchase_id) == PurchaseOutcome("cancelled", None)
    assert record(world, purchase_id).reason_code == "lapsed"
    await world.pay_in_the_last_second(purchase_id, 1, in_time)
    await world.tell_last_notice()
    await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert money(world, purchase_id) == PAID_BACK


@pytest.mark.parametrize("first_told", [1, 2])
async def test_of_two_payments_one_becomes_a_policy_and_one_goes_back(world, first_told):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    for attempt, paid_before in ((1, in_time), (2, world.time)) if first_told == 1 else ((2, world.time), (1, in_time)):
        await world.pay_in_the_last_second(purchase_id, attempt, paid_before)
        await world.tell_last_notice()
    await world.end_of(purchase_id)
    await world.until(lambda: len(world.books.movements) == 3, "the second payment is back")
    assert record(world, purchase_id).state == "issued"
    assert sorted(money(world, purchase_id)) == sorted([*PAID_BACK, *PAID])


async def test_a_wrong_sum_goes_back_and_the_right_one_is_still_awaited(world):
    purchase_id = await world.awaiting_payment()
    other = PayOrder(f"{purchase_id}-9", 1_00, "other", record(world, purchase_id).expires_at)
    world.payments.page_pay_url(other)
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    assert money(world, purchase_id) == [("premium", 1_00), ("refund", 1_00)]
    assert record(world, purchase_id).state == "awaiting_payment"
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "issued"


async def test_two_halves_are_no_premium_and_both_go_back(world):
    purchase_id = await world.awaiting_payment()
    for number in (7, 8):
        half = PayOrder(f"{purchase_id}-{number}", 60_00, "half", record(world, purchase_id).expires_at)
        world.payments.page_pay_url(half)
        await world.pay(purchase_id, attempt=number)
    await world.until(lambda: money(world, purchase_id).count(("refund", 60_00)) == 2, "both are back")
    assert record(world, purchase_id).state == "awaiting_payment"
    await world.update(purchase_id, "cancel")
    assert (await world.end_of(purchase_id)).state == "cancelled"


async def test_a_notice_that_comes_twice_is_one_payment(world):
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.tell_last_notice()
    await world.end_of(purchase_id)
    assert money(world, purchase_id) == PAID


async def test_a_notice_and_the_end_of_the_time_are_heard_while_the_gateway_can_not_be_asked(world):
    world.payments.faults.add("query", "down", times=100_000)
    told, silent = await world.awaiting_payment(), await world.awaiting_payment()
    await world.let_pass(minutes=5)
    await world.pay(told)
    assert (await world.end_of(told)).state == "issued"
    await world.let_pass(minutes=26)
    await world.until_state(silent, "expired")


@pytest.mark.parametrize("how", ["query", "close"])
async def test_a_gateway_that_will_not_answer_about_an_order_does_not_break_the_purchase(world, how):
    world.payments.faults.add(how, "refuse", times=100)
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    world.payments.faults.clear()
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.pay(purchase_id, attempt=2)
    assert (await world.end_of(purchase_id)).state == "issued"


async def paid_and_nobody_said_so(world, refused=1):
    """In time; the notice is lost, and the gateway refuses to close the order and to say how it ended."""
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=28)
    world.payments.pay(f"{purchase_id}-1")
    world.payments.faults.add("close", "refuse")
    world.payments.faults.add("query", "refuse", times=refused)
    await world.let_pass(minutes=3)
    await world.until_state(purchase_id, "expired")
    return purchase_id


async def test_an_order_whose_end_the_gateway_did_not_tell_is_asked_about_again(world):
    purchase_id = await paid_and_nobody_said_so(world, refused=3)
    await world.let_pass(hours=1)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert money(world, purchase_id) == PAID


@pytest.mark.parametrize(("update", "ends", "moved"), [("cancel", "refunded", PAID_BACK), ("resume", "issued", PAID)])
async def test_a_family_that_paid_an_order_without_a_known_end_pays_nothing_twice(world, update, ends, moved):
    purchase_id = await paid_and_nobody_said_so(world)
    await world.update(purchase_id, update)
    assert (await world.end_of(purchase_id)).state == ends
    assert money(world, purchase_id) == moved


async def test_an_order_without_a_known_end_is_asked_about_once_more_before_it_lapses(world):
    purchase_id = await paid_and_nobody_said_so(world, refused=1_000)
    await world.let_pass(days=29, hours=23)
    assert record(world, purchase_id).state == "expired"
    world.payments.faults.clear()
    await world.let_pass(hours=2)
    assert (await world.end_of(purchase_id)).state == "issued"


async def test_nobody_is_told_that_nothing_was_paid_while_the_gateway_does_not_say_so(world):
    purchase_id = await paid_and_nobody_said_so(world, refused=1_000)
    await world.let_pass(days=31)
    assert (await world.end_of(purchase_id)).state == "cancelled"
    assert "没有产生费用" not in "".join(event.text for event in world.books.events[purchase_id].values())
    await world.tell_last_notice()
    await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert money(world, purchase_id) == PAID_BACK


async def test_a_cancelled_order_can_not_be_paid_any_more(world):
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "cancelled"]
    with pytest.raises(PaymentsRefused):
        world.payments.pay(f"{purchase_id}-1")


async def test_an_order_that_the_gateway_will_not_close_is_cancelled_when_its_time_is_over(world):
    world.payments.faults.add("close", "refuse", times=100)
    silent, paid = await world.awaiting_payment(), await world.awaiting_payment()
    for purchase_id in (silent, paid):
        await world.begin(purchase_id, "cancel")
    await world.let_pass(minutes=20)
    world.payments.pay(f"{paid}-1")
    await world.let_pass(minutes=11)
    assert (await world.end_of(silent)).state == "cancelled"
    assert (await world.end_of(paid)).state == "refunded"
    assert money(world, paid) == PAID_BACK


async def test_a_cancellation_that_is_said_again_waits_for_the_same_end(world):
    world.payments.faults.add("close", "refuse", times=100)
    purchase_id = await world.awaiting_payment()
    said = [await world.begin(purchase_id, "cancel") for _ in range(2)]
    with pytest.raises(MoveRefused):
        await world.update(purchase_id, "resume")
    await world.let_pass(minutes=31)
    assert [await one.result() for one in said] == [None, None]
    assert (await world.end_of(purchase_id)).state == "cancelled"
    assert world.books.told(purchase_id).count("cancelled") == 1


async def test_an_expired_order_is_cancelled(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "cancelled"]
    with pytest.raises(ProcessEnded):
        await world.update(purchase_id, "cancel")
