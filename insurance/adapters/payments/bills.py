"""Alipay's bills (对账单): a ZIP of CSV files in GBK. The trade bill (业务明细) has payments and refunds with our request numbers, the
account bill (账务明细) every change of the balance, transfers among them. Pure: bytes in, lines out.

Above and below the rows stand remarks that begin with `#`; cells end with tabs, so that spreadsheets leave long numbers alone;
beside each list lies a summary with other columns. Columns are therefore found by name.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Literal

from insurance.adapters.payments.amounts import fen
from insurance.adapters.payments.mapping import instant
from insurance.adapters.ports import StatementLine

MAX_UNPACKED_BYTES = 200 * 1024 * 1024

TRADE_COLUMNS = frozenset({"支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号"})
ACCOUNT_COLUMNS = frozenset(
    {"账务流水号", "业务流水号", "商户订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "业务类型"}
)
# on the account bill: told by the trade bill already, or between the gateway and ourselves
NOT_OF_A_CASE = frozenset({"在线支付", "交易付款", "交易退款", "退款", "收费", "服务费", "退费", "提现", "充值"})

# damaged, cut off, encrypted, packed in a way that nobody uses for bills
NOT_AN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)

Row = dict[str, str]


class BillUnreadable(ValueError):
    """Not a bill as we know them. Nothing of it is quoted: it names payers."""


def trade_lines(archive: bytes) -> list[StatementLine]:
    """Payments and refunds of a trade bill. Raises `BillUnreadable`."""
    return _read(archive, TRADE_COLUMNS, _trade_line)


def account_lines(archive: bytes) -> list[StatementLine]:
    """Transfers of an account bill, and what we don't know. Raises `BillUnreadable`."""
    return _read(archive, ACCOUNT_COLUMNS, _account_line)


def _trade_line(row: Row) -> StatementLine:
    kind: Literal["payment", "refund", "other"] = (
        "payment" if row["业务类型"] == "交易" else "refund" if row["业务类型"] == "退款" else "other"
    )
    number = row["退款批次号/请求号"] if kind == "refund" else row["商户订单号"]
    # what is given back is written with a minus
    amount = fen(row["订单金额（元）"].removeprefix("-"))
    return _line(kind, number, row["支付宝交易号"], amount, row["完成时间"])


def _account_line(row: Row) -> StatementLine | None:
    """Money that comes in as a transfer is nothing that we asked for: somebody has to look at it."""
    if row["业务类型"] in NOT_OF_A_CASE:
        return None
    paid = fen(row["支出金额（-元）"].removeprefix("-") or "0")
    came = fen(row["收入金额（+元）"].removeprefix("+") or "0")
    is_transfer = row["业务类型"] == "转账" and paid > 0
    number = row["商户订单号"] or row["账务流水号"]
    return _line("transfer" if is_transfer else "other", number, row["业务流水号"], paid or came, row["发生时间"])


def _line(
    kind: Literal["payment", "refund", "transfer", "other"], number: str, trade_no: str, amount_fen: int, at: str
) -> StatementLine:
    moment = instant(at)
    if not number or moment is None:
        raise ValueError("a row without a number or a time")
    return StatementLine(kind, number, trade_no, amount_fen, moment)


def _read(archive: bytes, columns: frozenset[str], line: Callable[[Row], StatementLine | None]) -> list[StatementLine]:
    try:
        lines = [line(row) for row in _rows(archive, columns)]
    except BillUnreadable:
        raise
    except (*NOT_AN_ARCHIVE, UnicodeDecodeError, csv.Error, KeyError, ValueError) as error:
        raise BillUnreadable(f"not a bill: {type(error).__name__}") from None
    return [known for known in lines if known is not None]


def _rows(archive: bytes, columns: frozenset[str]) -> Iterator[Row]:
    """The rows of the one list in the archive that has these columns."""
    for text in _texts(archive):
        lines = csv.reader(line for line in io.StringIO(text) if not line.startswith("#"))
        for cells in lines:
            names = [_column(cell) for cell in cells]
            if columns.issubset(names):
                yield from (dict(zip(names, map(str.strip, row), strict=False)) for row in lines if any(row))
                return
    raise BillUnreadable("no list with the columns of a bill")


def _texts(archive: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        if sum(entry.file_size for entry in files.infolist()) > MAX_UNPACKED_BYTES:
            raise BillUnreadable("larger than any bill")
        for entry in files.infolist():
            yield files.read(entry).decode("gb18030")


def _column(cell: str) -> str:
    return cell.strip().replace("(", "（").replace(")", "）")
