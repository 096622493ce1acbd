"""Bills of a day (对账单), as the real gateway makes them: a ZIP of a list and its summary, CSV in GBK, tabs after long numbers."""

import csv
import io
import secrets
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from insurance.simulators.alipay.config import Config
from insurance.simulators.alipay.ledger import Refusal, to_yuan
from insurance.simulators.clock import BEIJING, gateway_time, now
from insurance.simulators.database import Database

ADDRESS_SECONDS = 30

TRADE_COLUMNS = [
    "支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员", "终端号",
    "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）", "商家优惠（元）",
    "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注",
]  # fmt: skip
ACCOUNT_COLUMNS = [
    "账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号", "收入金额（+元）", "支出金额（-元）",
    "账户余额（元）", "交易渠道", "业务类型", "备注",
]  # fmt: skip

MOVED = """
    SELECT m.seq, m.kind, m.key, m.about, m.amount_fen, m.at, t.trade_no, t.subject, t.created_at, x.order_id
    FROM movements m
    LEFT JOIN trades t ON m.kind != 'transfer' AND t.out_trade_no = m.about
    LEFT JOIN transfers x ON m.kind = 'transfer' AND x.out_biz_no = m.key
    WHERE m.at >= ? AND m.at < ? ORDER BY m.at, m.seq
"""


@dataclass(frozen=True)
class Kind:
    """One type of bill: what its list is called, its columns, and the row of a movement (None: it has none there)."""

    title: str
    columns: list[str]
    row: Callable[[sqlite3.Row], dict[str, str] | None]


class Bills:
    def __init__(self, config: Config, database: Database) -> None:
        self._ready_after, self._database = timedelta(hours=config.bill_ready_hours), database
        # addresses given out: type, day, until when
        self._offered: dict[str, tuple[Kind, date, float]] = {}

    def offer(self, content: dict[str, Any], here: str) -> dict[str, str]:
        """An address under `here` for a bill that is ready. Refused for a type or a day that has none."""
        kind, day = KINDS.get(str(content.get("bill_type"))), _day(content.get("bill_date"))
        if kind is None or day is None:
            raise Refusal("isv.invalid-arguments", "账单类型或日期不对", "40002")
        if now() < (_begin(day + timedelta(days=1)) + self._ready_after).timestamp():
            raise Refusal("isp.bill_not_exist", "账单不存在")
        self._forget_old()
        file_id = secrets.token_urlsafe(24)
        self._offered[file_id] = kind, day, now() + ADDRESS_SECONDS
        asked = {"bizType": content["bill_type"], "bizDates": f"{day:%Y%m%d}", "fileId": file_id}
        return {"bill_download_url": f"{here}downloadBillFile.resource?{urlencode(asked)}"}

    def fetch(self, file_id: str) -> bytes | None:
        """The archive behind an address; None when it was never given out, or too long ago."""
        self._forget_old()
        offered = self._offered.get(file_id)
        return self._archive(*offered[:2]) if offered else None

    def _forget_old(self) -> None:
        self._offered = {file_id: offer for file_id, offer in self._offered.items() if offer[2] > now()}

    def _archive(self, kind: Kind, day: date) -> bytes:
        begin, end = _begin(day), _begin(day + timedelta(days=1))
        moved = self._database.all(MOVED, begin.timestamp(), end.timestamp())
        rows = [row for movement in moved if (row := kind.row(movement)) is not None]
        archive, name = io.BytesIO(), f"20880000000000000156_{day:%Y%m%d}_{kind.title}"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr(f"{name}(汇总).csv", _summary(kind, rows))
            files.writestr(f"{name}.csv", _list(kind, begin, end, rows))
        return archive.getvalue()


def _list(kind: Kind, begin: datetime, end: datetime, rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    span = f"#起始日期：[{begin:%Y年%m月%d日 %H:%M:%S}]   终止日期：[{end:%Y年%m月%d日 %H:%M:%S}]"
    text.write(f"#支付宝{kind.title}查询\n#账号：[20880000000000000156]\n{span}\n")
    text.write(f"#-----------------------------------------{kind.title}列表----------------------------------------\n")
    writer = csv.DictWriter(text, kind.columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    text.write(f"#-----------------------------------------{kind.title}列表结束------------------------------------\n")
    text.write(f"#合计：{len(rows)}笔\n#导出时间：[{gateway_time(now())}]\n")
    return text.getvalue().encode("gb18030")


def _summary(kind: Kind, rows: list[dict[str, str]]) -> bytes:
    return f"#支付宝{kind.title}汇总查询\n类型,总笔数\n合计,{len(rows)}\n".encode("gb18030")


def _trade_row(movement: sqlite3.Row) -> dict[str, str] | None:
    if movement["kind"] == "transfer":
        return None
    refund = movement["kind"] == "refund"
    amount = ("-" if refund else "") + to_yuan(movement["amount_fen"])
    return {
        "支付宝交易号": f"{movement['trade_no']}\t",
        "商户订单号": f"{movement['about']}\t",
        "业务类型": "退款" if refund else "交易",
        "商品名称": movement["subject"],
        "创建时间": gateway_time(movement["created_at"]),
        "完成时间": gateway_time(movement["at"]),
        "对方账户": "par***@example.com",
        "订单金额（元）": amount,
        "商家实收（元）": amount,
        "退款批次号/请求号": f"{movement['key']}\t" if refund else "",
        "服务费（元）": "0.00",
    }


def _account_row(movement: sqlite3.Row) -> dict[str, str]:
    came = movement["kind"] == "payment"
    amount = to_yuan(movement["amount_fen"])
    number = movement["key"] if movement["kind"] == "transfer" else movement["about"]
    return {
        "账务流水号": f"{movement['seq']:014d}\t",
        "业务流水号": f"{movement['order_id'] or movement['trade_no']}\t",
        "商户订单号": f"{number}\t",
        "商品名称": movement["subject"] or "转账",
        "发生时间": gateway_time(movement["at"]),
        "对方账号": "par***@example.com",
        "收入金额（+元）": amount if came else "0.00",
        "支出金额（-元）": "0.00" if came else f"-{amount}",
        "交易渠道": "支付宝",
        "业务类型": {"payment": "在线支付", "refund": "交易退款", "transfer": "转账"}[movement["kind"]],
    }


KINDS = {
    "trade": Kind("业务明细", TRADE_COLUMNS, _trade_row),
    "signcustomer": Kind("账务明细", ACCOUNT_COLUMNS, _account_row),
}


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
