import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance.adapters.payments.bills import BillUnreadable, account_lines, trade_lines
from insurance.adapters.ports import StatementLine

AT = datetime(2026, 10, 3, 2, 0, 30, tzinfo=UTC)
TRADES = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,"
    "对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注"
)
ACCOUNT = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,"
    "收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
)
ABOVE = "#支付宝明细查询\n#账号：[20880000000000000156]\n#-----明细列表-----\n"
BELOW = "\n#-----明细列表结束-----\n#合计：1笔，共-65.05元\n#导出时间：[2026年10月04日 09:00:00]\n"


def packed(*texts: str, encoding: str = "gbk") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as files:
        for number, text in enumerate(texts):
            files.writestr(f"{number}.csv", text.encode(encoding))
    return data.getvalue()


def trades(*rows: str, header: str = TRADES) -> bytes:
    return packed("#汇总\n类型,总笔数\n合计,2\n", ABOVE + "\n".join([header, *rows]) + BELOW)


def account(*rows: str) -> bytes:
    return packed(ABOVE + "\n".join([ACCOUNT, *rows]) + BELOW)


def trade(kind: str = "交易", amount: str = "120.00", request: str = "") -> str:
    return f"2026100322\t,pu-1-1\t,{kind},学平险,2026-10-03 10:00:00,2026-10-03 10:00:30,hua***@e.com,{amount},{amount},{request},0.00,"


def booking(kind: str, *, came: str = "0.00", paid: str = "0.00", number: str = "cl-1-1-0-0\t") -> str:
    return f"54632446537371\t,2026100399\t,{number},赔款,2026-10-03 10:00:30,王**,{came},{paid},1.00,支付宝,{kind},"


def test_a_payment_and_its_refund_are_read_with_our_numbers() -> None:
    assert trade_lines(trades(trade(), trade("退款", "-65.05", "su-1-back\t"))) == [
        StatementLine("payment", "pu-1-1", "2026100322", 120_00, AT),
        StatementLine("refund", "su-1-back", "2026100322", 65_05, AT),
    ]


@pytest.mark.parametrize("paid", ["-944.45", "944.45"])
def test_a_transfer_is_read_with_either_sign(paid: str) -> None:
    assert account_lines(account(booking("转账", paid=paid))) == [
        StatementLine("transfer", "cl-1-1-0-0", "2026100399", 944_45, AT)
    ]


def test_what_the_trade_bill_tells_and_what_is_the_gateways_own_is_left_out() -> None:
    kinds = ("在线支付", "交易付款", "交易退款", "收费", "提现")
    assert account_lines(account(*(booking(kind, paid="1.00") for kind in kinds))) == []


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        (booking("转账", came="88.00"), 88_00),
        (booking("红包", paid="-1.00"), 1_00),
        (booking("转账", came="+2.00"), 2_00),
    ],
)
def test_what_nobody_asked_for_is_told_and_not_left_out(row: str, amount: int) -> None:
    (line,) = account_lines(account(row))
    assert (line.kind, line.amount_fen) == ("other", amount)


def test_a_booking_without_a_number_of_ours_stands_under_its_own() -> None:
    (line,) = account_lines(account(booking("红包", paid="-1.00", number="")))
    assert line.number == "54632446537371"


def test_a_bill_without_rows_is_empty() -> None:
    assert trade_lines(trades()) == []
    assert account_lines(account()) == []


def test_brackets_of_the_other_width_are_the_same_columns() -> None:
    header = TRADES.replace("（", "(").replace("）", ")")
    assert len(trade_lines(trades(trade(), header=header))) == 1


def test_a_bill_of_many_thousand_rows_is_read() -> None:
    lines = trade_lines(trades(*[trade()] * 20_000))
    assert sum(line.amount_fen for line in lines) == 20_000 * 120_00


BAD = {
    "nothing": b"",
    "no archive": b"<html>",
    "an archive without a list": packed("#汇总\n类型,总笔数\n"),
    "the other bill": account(booking("转账", paid="1.00")),
    "an amount that is none": trades(trade(amount="1.2.3")),
    "a time that is none": trades(trade().replace("10:00:30", "gestern")),
    "a row cut off": trades("2026100322,pu-1-1"),
    "a refund without its number": trades(trade("退款", "-1.00")),
    "another encoding": packed(ABOVE + TRADES + "\n" + trade() + BELOW, encoding="utf-16"),
    "cut off": trades(trade())[:-40],
}


@pytest.mark.parametrize("archive", BAD.values(), ids=BAD)
def test_what_is_no_bill_is_never_taken_for_an_empty_one(archive: bytes) -> None:
    with pytest.raises(BillUnreadable):
        trade_lines(archive)


def test_an_archive_that_swells_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insurance.adapters.payments.bills.MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(BillUnreadable, match="larger"):
        trade_lines(trades(*[trade()] * 100))


@given(st.binary(max_size=300), st.integers(0, 500))
def test_damaged_bytes_are_read_or_refused(noise: bytes, place: int) -> None:
    whole = trades(trade())
    try:
        trade_lines(whole[:place] + noise + whole[place + len(noise) :])
    except BillUnreadable as error:
        assert "hua***" not in str(error)
