"""Trades at the gateway: opened by the payment page, paid, closed, refunded; each payment and refund owes a notice."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from insurance.simulators.alipay.config import Config
from insurance.simulators.alipay.ledger import Refusal, move, new_number, to_fen, to_yuan
from insurance.simulators.clock import BEIJING, gateway_time, now
from insurance.simulators.database import Database
from insurance.simulators.faults import NoticePlan
from insurance.simulators.outbox import Outbox

Content = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """What a signed page address asks to be paid."""

    out_trade_no: str
    amount_fen: int
    subject: str
    expires_at: float
    notify_url: str


class Trades:
    def __init__(self, config: Config, database: Database, outbox: Outbox) -> None:
        self._config, self._database, self._outbox = config, database, outbox

    def open(self, order: Order) -> sqlite3.Row:
        """The trade of an order, which opening its page makes. Refused for another order under the same number."""
        with self._database.transaction():
            trade = self._find(order.out_trade_no)
            if trade is None:
                check_time(order.expires_at)
                self._database.execute(
                    "INSERT INTO trades (out_trade_no, trade_no, amount_fen, subject, notify_url, created_at, expires_at, "
                    "status) VALUES (?, ?, ?, ?, ?, ?, ?, 'WAIT_BUYER_PAY')",
                    order.out_trade_no,
                    new_number(self._database),
                    order.amount_fen,
                    order.subject,
                    order.notify_url,
                    now(),
                    order.expires_at,
                )
        trade = self._must(order.out_trade_no)
        if (trade["amount_fen"], trade["expires_at"]) != (order.amount_fen, order.expires_at):
            raise Refusal("ACQ.CONTEXT_INCONSISTENT", "同一订单号的金额或时限不一致")
        return trade

    def pay(self, out_trade_no: str, buyer: str, plan: NoticePlan) -> sqlite3.Row:
        with self._database.transaction():
            trade, paid_at = self._must(out_trade_no), now()
            check_payable(trade)
            self._database.execute(
                "UPDATE trades SET status = 'TRADE_SUCCESS', paid_at = ?, buyer = ? WHERE out_trade_no = ?",
                paid_at,
                buyer,
                out_trade_no,
            )
            move(self._database, "payment", out_trade_no, out_trade_no, trade["amount_fen"], paid_at)
            self._owe_notice(out_trade_no, plan)
        self._outbox.wake()
        return self._must(out_trade_no)

    def query(self, content: Content) -> Content:
        trade = self._must(content.get("out_trade_no"))
        paid = {"send_pay_date": gateway_time(trade["paid_at"])} if trade["paid_at"] else {}
        return {**_named(trade), "trade_status": status(trade), "total_amount": to_yuan(trade["amount_fen"]), **paid}

    def close(self, content: Content) -> Content:
        with self._database.transaction():
            trade = self._must(content.get("out_trade_no"))
            if status(trade) != "WAIT_BUYER_PAY":
                raise Refusal("ACQ.REASON_TRADE_STATUS_INVALID", "交易状态不允许关闭")
            closed = "UPDATE trades SET status = 'TRADE_CLOSED' WHERE out_trade_no = ?"
            self._database.execute(closed, trade["out_trade_no"])
        return _named(trade)

    def refund(self, content: Content, plan: NoticePlan) -> Content:
        with self._database.transaction():
            trade, request_no = self._must(content.get("out_trade_no")), str(content.get("out_request_no", ""))
            amount_fen = to_fen(content.get("refund_amount"))
            earlier = self._refund(trade["out_trade_no"], request_no)
            if earlier is None:
                _check_refundable(trade, amount_fen)
                self._give_back(trade, request_no, amount_fen, plan)
            elif earlier["amount_fen"] != amount_fen:
                raise Refusal("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款号的金额不一致")
        self._outbox.wake()
        total = self._must(trade["out_trade_no"])["refunded_fen"]
        return {**_named(trade), "fund_change": "N" if earlier else "Y", "refund_fee": to_yuan(total)}

    def query_refund(self, content: Content) -> Content:
        trade = self._must(content.get("out_trade_no"))
        refund = self._refund(trade["out_trade_no"], str(content.get("out_request_no", "")))
        if refund is None:
            return {}
        amount = {"refund_amount": to_yuan(refund["amount_fen"]), "total_amount": to_yuan(trade["amount_fen"])}
        return {
            **_named(trade),
            "out_request_no": refund["out_request_no"],
            "refund_status": "REFUND_SUCCESS",
            **amount,
        }

    def _give_back(self, trade: sqlite3.Row, request_no: str, amount_fen: int, plan: NoticePlan) -> None:
        out_trade_no, total = trade["out_trade_no"], trade["refunded_fen"] + amount_fen
        became = "TRADE_CLOSED" if total == trade["amount_fen"] else "TRADE_SUCCESS"
        self._database.execute("INSERT INTO refunds VALUES (?, ?, ?, ?)", out_trade_no, request_no, amount_fen, now())
        self._database.execute(
            "UPDATE trades SET refunded_fen = ?, status = ? WHERE out_trade_no = ?", total, became, out_trade_no
        )
        move(self._database, "refund", request_no, out_trade_no, amount_fen, now())
        self._owe_notice(out_trade_no, plan, {"out_biz_no": request_no, "gmt_refund": gateway_time(now())})

    def _owe_notice(self, out_trade_no: str, plan: NoticePlan, refund: dict[str, str] | None = None) -> None:
        trade = self._must(out_trade_no)
        form = {
            **({**refund, "refund_fee": to_yuan(trade["refunded_fen"])} if refund else {}),
            "notify_id": secrets.token_hex(17),
            "notify_type": "trade_status_sync",
            "notify_time": gateway_time(now()),
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "app_id": self._config.app_id,
            "auth_app_id": self._config.app_id,
            "out_trade_no": out_trade_no,
            "trade_no": trade["trade_no"],
            "trade_status": trade["status"],
            "subject": trade["subject"],
            "total_amount": to_yuan(trade["amount_fen"]),
            "gmt_create": gateway_time(trade["created_at"]),
            "gmt_payment": gateway_time(trade["paid_at"]),
        }
        payload = urlencode(form | {"sign": self._config.keys.sign_notice(form)})
        self._outbox.add(form["notify_id"], out_trade_no, trade["notify_url"], payload, plan, now())

    def _find(self, out_trade_no: object) -> sqlite3.Row | None:
        return self._database.one("SELECT * FROM trades WHERE out_trade_no = ?", str(out_trade_no))

    def _must(self, out_trade_no: object) -> sqlite3.Row:
        trade = self._find(out_trade_no)
        if trade is None:
            raise Refusal("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return trade

    def _refund(self, out_trade_no: str, request_no: str) -> sqlite3.Row | None:
        return self._database.one(
            "SELECT * FROM refunds WHERE out_trade_no = ? AND out_request_no = ?", out_trade_no, request_no
        )


def status(trade: sqlite3.Row) -> str:
    """A trade that nobody paid in time is closed, without anybody closing it."""
    late = trade["status"] == "WAIT_BUYER_PAY" and now() >= trade["expires_at"]
    return "TRADE_CLOSED" if late else str(trade["status"])


def check_payable(trade: sqlite3.Row) -> None:
    if trade["paid_at"]:
        raise Refusal("ACQ.TRADE_HAS_SUCCESS", "这笔订单已经支付过了，不会重复扣款")
    if trade["status"] == "TRADE_CLOSED":
        raise Refusal("ACQ.TRADE_HAS_CLOSE", "这笔订单已关闭，不能再支付")
    check_time(trade["expires_at"])


def check_time(expires_at: float) -> None:
    if now() >= expires_at:
        raise Refusal("ACQ.TRADE_EXPIRED", "支付时间已过，这笔订单已失效")


def read_order(parameters: dict[str, str]) -> Order:
    """The order in the parameters of a page address that has been proven. Refused when something is missing or wrong."""
    try:
        content = json.loads(parameters["biz_content"])
        expires = datetime.strptime(content["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        order = Order(
            out_trade_no=content["out_trade_no"],
            amount_fen=to_fen(content["total_amount"]),
            subject=content["subject"],
            expires_at=expires.timestamp(),
            notify_url=parameters["notify_url"],
        )
    except (KeyError, TypeError, ValueError):
        raise Refusal("isv.invalid-parameter", "订单参数不完整", "40002") from None
    if order.amount_fen == 0:
        raise Refusal("isv.invalid-parameter", "订单金额为零", "40002")
    return order


def _named(trade: sqlite3.Row) -> Content:
    return {"out_trade_no": trade["out_trade_no"], "trade_no": trade["trade_no"]}


def _check_refundable(trade: sqlite3.Row, amount_fen: int) -> None:
    if trade["paid_at"] is None:
        raise Refusal("ACQ.TRADE_STATUS_ERROR", "交易未支付")
    if trade["buyer"] == "closed":
        raise Refusal("ACQ.BUYER_NOT_EXIST", "买家账户已注销")
    if not 0 < amount_fen <= trade["amount_fen"] - trade["refunded_fen"]:
        raise Refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超过可退金额")
