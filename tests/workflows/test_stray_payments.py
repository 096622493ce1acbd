from datetime import date

import pytest

from activities.payments import PaymentSteps
from activities.reconciliation import UnknownPayment
from insurance.adapters.ports import PayOrder
from tests.workflows.process_orders import PREMIUM
from tests.workflows.process_purchases import PAID, PAID_BACK, money, record, told_to, trade_no_of, words_of
from tests.workflows.reconciliation_bills import Bills, working
from workflows.messages import ReconciliationOrder

pytestmark = pytest.mark.servers


async def test_a_policys_own_premium_told_once_more_stays(world):
    purchase_id = await world.issued()
    await world.tell_last_notice()
    stray = await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert stray.outcome == "known"
    assert money(world, purchase_id) == PAID


async def test_money_that_went_back_and_is_told_once_more_goes_back_once(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    notice = world.payments.notices[-1]
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    world.payments.notices.append(notice)
    await world.tell_last_notice()
    stray = await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert stray.outcome == "known"
    assert money(world, purchase_id) == PAID_BACK


async def test_money_for_an_order_that_never_was_goes_back(world):
    world.payments.page_pay_url(
        PayOrder("pu-unheard-of-1", 50_00, "other", world.time.replace(year=world.time.year + 1))
    )
    await world.pay("pu-unheard-of")
    notice = world.payments.notices[-1]
    outcome = await world.end_of(f"stray-{notice['trade_no']}")
    assert outcome.outcome == "refunded"
    assert money(world, "pu-unheard-of") == [("premium", 50_00), ("refund", 50_00)]


async def test_a_page_that_was_opened_after_the_cancellation_takes_money_that_its_family_sees_go_back(world):
    purchase_id = await world.awaiting_payment()
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert "没有产生费用" not in "".join(words_of(world, purchase_id))
    await world.pay(purchase_id)
    stray = world.started[-1]
    assert (await world.end_of(stray)).outcome == "refunded"
    told = world.books.strays[stray]
    assert {record.purchase_id for record in told} == {purchase_id}
    assert [(record.late.amount_fen, record.late.state) for record in told] == [
        (PREMIUM, "returning"), (PREMIUM, "returned"),
    ]  # fmt: skip
    assert told[0].late.paid_at <= told[0].late.since <= told[1].late.since


async def test_a_cancelled_order_that_the_gateway_has_closed_has_cost_nothing(world):
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    assert "您已取消投保，没有产生费用" in words_of(world, purchase_id)
    resumed = await world.awaiting_payment()
    await world.let_pass(minutes=31)
    await world.until_state(resumed, "expired")
    await world.update(resumed, "cancel")
    assert "您已取消投保，没有产生费用" in words_of(world, resumed)


async def test_a_stray_that_can_not_go_back_is_told_to_the_operator_every_week(world):
    order = PayOrder("pu-unknown-here-1", 50_00, "other", world.time.replace(year=world.time.year + 1))
    world.payments.page_pay_url(order)
    world.payments.faults.add("refund", "refuse", times=16)
    await world.pay("pu-unknown-here")
    stray = world.started[-1]
    await world.until_told(stray, "stray_refund_refused")
    assert money(world, "pu-unknown-here") == [("premium", 50_00)]
    assert world.books.strays[stray][-1].late.state == "check"
    await world.let_pass(days=17)
    assert (await world.end_of(stray)).outcome == "refunded"
    assert told_to(world, stray, "refund_refused") == ["role:operator"] * 2
    assert money(world, "pu-unknown-here") == [("premium", 50_00), ("refund", 50_00)]


async def reconciled(world, purchase_id):
    """A day whose bill has a payment that nobody told us of."""
    notice = world.payments.notices[-1]
    unknown = UnknownPayment(f"{purchase_id}-1", notice["trade_no"], PREMIUM, world.time)
    bills, queue = Bills(unknown=(unknown,)), f"{world.queue}-bills"
    steps = world.books.is_known, world.books.publish_stray, PaymentSteps(world.payments).refund
    stray = f"stray-{notice['trade_no']}"
    world.started.append(stray)
    async with working(world.client, bills, queue, *steps):
        for order in (1, 2):
            day = ReconciliationOrder(date(2026, 3, 10), alone=True)
            await world.client.execute_workflow("reconciliation", day, id=f"{queue}-{order}", task_queue=queue)
        return await world.end_of(stray) if record(world, purchase_id).state == "cancelled" else None


async def test_a_payment_that_only_the_bill_knows_becomes_a_policy_while_its_purchase_runs(world):
    purchase_id = await world.awaiting_payment()
    world.payments.faults.add("query", "refuse", times=100)
    world.payments.pay(f"{purchase_id}-1")
    await reconciled(world, purchase_id)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert money(world, purchase_id) == PAID


async def test_a_payment_that_only_the_bill_knows_goes_back_once_when_its_purchase_is_over(world):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    await world.pay_in_the_last_second(purchase_id, 1, in_time)
    assert (await reconciled(world, purchase_id)).outcome == "refunded"
    assert money(world, purchase_id) == PAID_BACK
