import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from payments_bench import Bench, a_transfer, an_order

from insurance.adapters.ports import PaymentsUnavailable, Statement, StatementLine
from insurance.rules.cover import shanghai_day


async def booked(bench: Bench, since: date) -> list[StatementLine]:
    """Of the day on which the test runs; of two, when midnight came between."""
    today = shanghai_day(datetime.now(UTC))
    days = [since] if since == today else [since, today]
    return [line for day in days for line in (await bench.payments.statement(day)).lines]


def known(lines: list[StatementLine], number: str) -> list[tuple[str, str, int]]:
    return [(line.kind, line.trade_no, line.amount_fen) for line in lines if line.number == number]


async def test_a_payment_its_refund_and_a_transfer_stand_under_our_numbers_and_the_gateways(bench: Bench) -> None:
    day, order, transfer = shanghai_day(datetime.now(UTC)), an_order(120_00), a_transfer(amount_fen=944_45)
    request_no = f"R{order.out_trade_no}"
    await bench.pay(order)
    trade = await bench.payments.query_trade(order.out_trade_no)
    await bench.payments.refund(order.out_trade_no, request_no, 65_05, "退保")
    paid = await bench.payments.transfer(transfer)
    lines = await booked(bench, day)
    assert known(lines, order.out_trade_no) == [("payment", trade.trade_no, 120_00)]
    assert known(lines, request_no) == [("refund", trade.trade_no, 65_05)]
    assert known(lines, transfer.out_biz_no) == [("transfer", paid.order_id, 944_45)]


async def test_a_line_says_when_its_money_moved(bench: Bench) -> None:
    day, order, transfer = shanghai_day(datetime.now(UTC)), an_order(), a_transfer()
    await bench.pay(order)
    trade, paid = await bench.payments.query_trade(order.out_trade_no), await bench.payments.transfer(transfer)
    at = {line.number: line.at for line in await booked(bench, day)}
    assert trade.paid_at and paid.paid_at
    assert at[order.out_trade_no] == trade.paid_at.replace(microsecond=0)
    assert at[transfer.out_biz_no] == paid.paid_at.replace(microsecond=0)


async def test_what_moved_nothing_is_on_no_statement(bench: Bench) -> None:
    day, order, failed, waiting = (
        shanghai_day(datetime.now(UTC)),
        an_order(),
        a_transfer("139101"),
        a_transfer("139103"),
    )
    await bench.open_page(order)
    await bench.payments.transfer(failed)
    await bench.payments.transfer(waiting)
    numbers = {line.number for line in await booked(bench, day)}
    assert not numbers & {order.out_trade_no, failed.out_biz_no, waiting.out_biz_no}


async def test_a_day_without_movements_has_an_empty_statement(bench: Bench) -> None:
    day = date(2024, 2, 29)
    assert await bench.payments.statement(day) == Statement(day, ())


async def test_a_statement_that_is_not_made_yet_is_not_an_empty_one(bench: Bench) -> None:
    tomorrow = shanghai_day(datetime.now(UTC)) + timedelta(days=1)
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.statement(tomorrow + timedelta(days=1))


async def test_many_movements_are_all_there_once_and_in_order(bench: Bench) -> None:
    day, transfers = shanghai_day(datetime.now(UTC)), [a_transfer(amount_fen=n) for n in range(1, 121)]
    for some in range(0, 120, 20):
        await asyncio.gather(*(bench.payments.transfer(t) for t in transfers[some : some + 20]))
    lines = await booked(bench, day)
    found = sorted((line.number, line.amount_fen) for line in lines if line.kind == "transfer")
    assert set(found) >= {(t.out_biz_no, t.amount_fen) for t in transfers}
    assert len(found) == len(set(found))
    assert [line.at for line in lines] == sorted(line.at for line in lines)


@pytest.mark.parametrize(("mode", "seconds"), [("down", 0), ("slow", 1.0), ("lose_answer", 0)])
async def test_a_gateway_in_trouble_gives_no_statement_and_the_next_question_does(
    bench: Bench, mode: str, seconds: float
) -> None:
    day = date(2024, 2, 28)
    await bench.fault("statement", mode, seconds=seconds)
    with pytest.raises(PaymentsUnavailable):
        await bench.payments.statement(day)
    assert (await bench.payments.statement(day)).lines == ()
