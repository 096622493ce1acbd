from dataclasses import replace

import pytest
from payments_bench import Bench, a_transfer, an_order, until

from insurance.adapters.ports import PaymentsRefused, PaymentsUnavailable, Refund, SignatureInvalid, Trade


async def test_an_order_whose_page_was_never_opened_is_not_found(bench: Bench) -> None:
    order = an_order()
    assert await bench.payments.query_trade(order.out_trade_no) == Trade(order.out_trade_no, "not_found")


async def test_an_opened_page_waits_for_its_payer(bench: Bench) -> None:
    order = an_order(120_00)
    assert await bench.open_page(order)
    trade = await bench.payments.query_trade(order.out_trade_no)
    assert (trade.status, trade.amount_fen, trade.paid_at) == ("waiting", 120_00, None)


async def test_a_paid_order_is_paid_with_one_movement(bench: Bench) -> None:
    order = an_order(100_00)
    assert await bench.pay(order)
    trade = await bench.payments.query_trade(order.out_trade_no)
    assert (trade.status, trade.amount_fen) == ("paid", 100_00)
    assert trade.paid_at and trade.trade_no
    assert await bench.movements(order.out_trade_no) == [("payment", order.out_trade_no, 100_00)]


async def test_a_paid_order_can_not_be_paid_again(bench: Bench) -> None:
    order = an_order()
    assert await bench.pay(order)
    assert not await bench.pay(order)
    assert len(await bench.movements(order.out_trade_no)) == 1


async def test_a_closed_order_can_not_be_paid(bench: Bench) -> None:
    order = an_order()
    await bench.open_page(order)
    assert (await bench.payments.close_trade(order.out_trade_no)).status == "closed"
    assert not await bench.pay(order)
    trade = await bench.payments.query_trade(order.out_trade_no)
    assert (trade.status, trade.paid_at) == ("closed", None)


async def test_closing_twice_says_closed_twice(bench: Bench) -> None:
    order = an_order()
    await bench.open_page(order)
    await bench.payments.close_trade(order.out_trade_no)
    assert (await bench.payments.close_trade(order.out_trade_no)).status == "closed"


async def test_closing_an_order_that_was_never_opened_says_so(bench: Bench) -> None:
    assert (await bench.payments.close_trade(an_order().out_trade_no)).status == "not_found"


async def test_closing_too_late_says_paid(bench: Bench) -> None:
    order = an_order()
    await bench.pay(order)
    trade = await bench.payments.close_trade(order.out_trade_no)
    assert trade.status == "paid" and trade.paid_at


async def test_an_order_that_nobody_paid_in_time_closes_by_itself(bench: Bench) -> None:
    order = an_order(seconds=2)
    await bench.open_page(order)

    async def closed() -> bool:
        return (await bench.payments.query_trade(order.out_trade_no)).status == "closed"

    await until(closed)
    assert not await bench.pay(order)
    assert await bench.movements(order.out_trade_no) == []


async def test_a_notice_tells_of_the_payment(bench: Bench) -> None:
    order = an_order(150_00)
    await bench.pay(order)
    (form,) = await bench.notices(order.out_trade_no, 1)
    notice = bench.payments.parse_notice(form)
    trade = await bench.payments.query_trade(order.out_trade_no)
    assert (notice.out_trade_no, notice.trade_no) == (order.out_trade_no, trade.trade_no)
    assert (notice.status, notice.amount_fen, notice.refunded_fen) == ("paid", 150_00, 0)
    assert trade.paid_at and notice.paid_at == trade.paid_at.replace(microsecond=0)


async def test_a_notice_that_was_changed_is_not_believed(bench: Bench) -> None:
    order = an_order()
    await bench.pay(order)
    (form,) = await bench.notices(order.out_trade_no, 1)
    for change in ({"total_amount": "1.00"}, {"sign": "AAAA"}, {"sign": ""}, {"sign": "无效"}, {"extra": "1"}):
        with pytest.raises(SignatureInvalid):
            bench.payments.parse_notice(form | change)
    with pytest.raises(SignatureInvalid):
        bench.payments.parse_notice({})


async def test_part_of_a_payment_is_refunded(bench: Bench) -> None:
    order = an_order(100_00)
    await bench.pay(order)
    refund = await bench.payments.refund(order.out_trade_no, "R1", 65_00, "退保")
    assert refund == Refund("R1", "done", 65_00)
    assert await bench.payments.query_refund(order.out_trade_no, "R1") == refund
    assert (await bench.payments.query_trade(order.out_trade_no)).status == "paid"


async def test_a_notice_of_a_refund_is_no_payment(bench: Bench) -> None:
    order = an_order(100_00)
    await bench.pay(order)
    await bench.payments.refund(order.out_trade_no, "R1", 100_00, "退保")
    forms = await bench.notices(order.out_trade_no, 2)
    notices = [bench.payments.parse_notice(form) for form in forms]
    assert sorted((notice.status, notice.refunded_fen) for notice in notices) == [("closed", 100_00), ("paid", 0)]
    assert len({notice.notify_id for notice in notices}) == 2


async def test_a_full_refund_closes_the_trade_and_leaves_its_payment_time(bench: Bench) -> None:
    order = an_order(100_00)
    await bench.pay(order)
    await bench.payments.refund(order.out_trade_no, "R1", 40_00, "退保")
    await bench.payments.refund(order.out_trade_no, "R2", 60_00, "退保")
    trade = await bench.payments.query_trade(order.out_trade_no)
    assert trade.status == "closed" and trade.paid_at


async def test_the_same_refund_twice_gives_money_back_once(bench: Bench) -> None:
    order, key = an_order(100_00), f"R{an_order().out_trade_no}"
    await bench.pay(order)
    first = await bench.payments.refund(order.out_trade_no, key, 100_00, "退保")
    assert await bench.payments.refund(order.out_trade_no, key, 100_00, "退保") == first
    assert await bench.movements(key) == [("refund", key, 100_00)]


async def test_the_same_refund_key_with_another_amount_is_refused(bench: Bench) -> None:
    order = an_order(100_00)
    await bench.pay(order)
    await bench.payments.refund(order.out_trade_no, "R1", 10_00, "退保")
    with pytest.raises(PaymentsRefused) as refused:
        await bench.payments.refund(order.out_trade_no, "R1", 20_00, "退保")
    assert refused.value.code == "key_reused"


async def test_a_refund_never_exceeds_what_was_paid(bench: Bench) -> None:
    order = an_order(100_00)
    await bench.pay(order)
    await bench.payments.refund(order.out_trade_no, "R1", 60_00, "退保")
    with pytest.raises(PaymentsRefused) as refused:
        await bench.payments.refund(order.out_trade_no, "R2", 40_01, "退保")
    assert refused.value.code == "refund_exceeds_paid"


async def test_a_refund_without_a_payment_is_refused(bench: Bench) -> None:
    order = an_order()
    with pytest.raises(PaymentsRefused) as unknown:
        await bench.payments.refund(order.out_trade_no, "R1", 1, "退保")
    await bench.open_page(order)
    with pytest.raises(PaymentsRefused) as unpaid:
        await bench.payments.refund(order.out_trade_no, "R1", 1, "退保")
    assert (unknown.value.code, unpaid.value.code) == ("trade_not_found", "trade_not_paid")


async def test_a_refund_to_a_closed_account_bounces(bench: Bench) -> None:
    order = an_order()
    await bench.pay(order, account_closed=True)
    with pytest.raises(PaymentsRefused) as refused:
        await bench.payments.refund(order.out_trade_no, "R1", 100_00, "退保")
    assert refused.value.code == "account_closed"
    assert await bench.payments.query_refund(order.out_trade_no, "R1") is None


async def test_a_refund_that_nobody_asked_for_is_not_known(bench: Bench) -> None:
    order = an_order()
    assert await bench.payments.query_refund(order.out_trade_no, "R1") is None
    await bench.pay(order)
    assert await bench.payments.query_refund(order.out_trade_no, "R1") is None


@pytest.mark.parametrize(("kind", "account"), [("alipay", "13800138000"), ("bank", "6222020000000000001")])
async def test_a_transfer_pays_once_however_often_it_is_sent(bench: Bench, kind: str, account: str) -> None:
    order = a_transfer(account, 1_234_56, kind)
    first = await bench.payments.transfer(order)
    assert first.status == "paid" and first.paid_at and first.order_id
    assert await bench.payments.transfer(order) == first
    assert await bench.payments.query_transfer(order.out_biz_no) == first
    assert await bench.movements(order.out_biz_no) == [("transfer", order.out_biz_no, 1_234_56)]


async def test_the_same_transfer_number_for_another_amount_is_refused(bench: Bench) -> None:
    order = a_transfer(amount_fen=10_00)
    await bench.payments.transfer(order)
    with pytest.raises(PaymentsRefused) as refused:
        await bench.payments.transfer(replace(order, amount_fen=20_00))
    assert refused.value.code == "key_reused"
    assert await bench.movements(order.out_biz_no) == [("transfer", order.out_biz_no, 10_00)]


async def test_a_transfer_to_an_account_that_is_not_there_fails_for_good(bench: Bench) -> None:
    order = a_transfer("138001389101")
    failed = await bench.payments.transfer(order)
    assert (failed.status, failed.reason_code) == ("failed", "account_not_found")
    assert (await bench.payments.transfer(order)).status == "failed"
    assert (await bench.payments.query_transfer(order.out_biz_no)).status == "failed"
    assert await bench.movements(order.out_biz_no) == []


async def test_a_transfer_under_way_is_pending_and_moved_nothing_yet(bench: Bench) -> None:
    order = a_transfer("138001389103")
    assert (await bench.payments.transfer(order)).status == "pending"
    assert (await bench.payments.query_transfer(order.out_biz_no)).status == "pending"
    assert await bench.movements(order.out_biz_no) == []


async def test_a_transfer_that_was_never_sent_is_not_found(bench: Bench) -> None:
    assert (await bench.payments.query_transfer(a_transfer().out_biz_no)).status == "not_found"


@pytest.mark.parametrize(("mode", "seconds"), [("down", 0), ("slow", 1.0), ("lose_answer", 0)])
async def test_whatever_happens_to_the_answer_a_repeated_refund_moves_money_once(
    bench: Bench, mode: str, seconds: float
) -> None:
    order, key = an_order(100_00), f"R{an_order().out_trade_no}"
    await bench.pay(order)
    await bench.fault("refund", mode, seconds=seconds)
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.refund(order.out_trade_no, key, 70_00, "退保")
    assert (await bench.payments.refund(order.out_trade_no, key, 70_00, "退保")).status == "done"
    assert await bench.movements(key) == [("refund", key, 70_00)]


@pytest.mark.parametrize(("mode", "seconds"), [("down", 0), ("slow", 1.0), ("lose_answer", 0)])
async def test_whatever_happens_to_the_answer_a_repeated_transfer_moves_money_once(
    bench: Bench, mode: str, seconds: float
) -> None:
    order = a_transfer(amount_fen=88_00)
    await bench.fault("transfer", mode, seconds=seconds)
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.transfer(order)
    assert (await bench.payments.transfer(order)).status == "paid"
    assert await bench.movements(order.out_biz_no) == [("transfer", order.out_biz_no, 88_00)]


async def test_after_a_lost_answer_the_question_tells_what_was_done(bench: Bench) -> None:
    order, transfer = an_order(100_00), a_transfer()
    await bench.pay(order)
    await bench.fault("refund", "lose_answer")
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.refund(order.out_trade_no, "R1", 70_00, "退保")
    assert await bench.payments.query_refund(order.out_trade_no, "R1") == Refund("R1", "done", 70_00)
    await bench.fault("transfer", "lose_answer")
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.transfer(transfer)
    assert (await bench.payments.query_transfer(transfer.out_biz_no)).status == "paid"


async def test_a_gateway_that_is_down_answers_no_question(bench: Bench) -> None:
    for operation, ask in (
        ("query", lambda: bench.payments.query_trade("T")),
        ("close", lambda: bench.payments.close_trade("T")),
        ("query_refund", lambda: bench.payments.query_refund("T", "R")),
        ("query_transfer", lambda: bench.payments.query_transfer("B")),
    ):
        await bench.fault(operation, "down")
        with pytest.raises(PaymentsUnavailable):
            await ask()


async def test_a_refusal_moves_nothing(bench: Bench) -> None:
    order = a_transfer()
    await bench.fault("transfer", "refuse")
    with pytest.raises(PaymentsRefused):
        await bench.payments.transfer(order)
    assert await bench.movements(order.out_biz_no) == []
