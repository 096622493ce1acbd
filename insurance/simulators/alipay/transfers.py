"""Transfers out (单笔转账) at the gateway. Money has moved when a transfer is SUCCESS; one that bounces moved nothing."""

import hashlib
import json
import sqlite3
from typing import Any

from insurance.simulators.alipay.ledger import Refusal, move, new_number, to_fen
from insurance.simulators.alipay.visible import Payee, payee_of
from insurance.simulators.clock import gateway_time, now
from insurance.simulators.database import Database

Content = dict[str, Any]

WHY = {
    "PAYEE_NOT_EXIST": "收款账号不存在",
    "PAYEE_USER_INFO_ERROR": "收款账号与姓名不匹配",
    "PAYEE_CARD_INFO_ERROR": "收款银行退回",
}


class Transfers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def transfer(self, content: Content) -> tuple[Content, bool]:
        """The answer, and whether it is to be lost: the first one about an account that loses answers."""
        number, payee = content.get("out_biz_no"), content.get("payee_info")
        account = payee.get("identity") if isinstance(payee, dict) else None
        if not isinstance(number, str) or not number or not isinstance(account, str) or not account:
            raise Refusal("INVALID_PARAMETER", "转账参数不完整")
        conduct, digest = payee_of(account), _digest(content)
        with self._database.transaction():
            self._settle_due()
            transfer = self._find(number)
            if transfer is None:
                self._enter(number, to_fen(content.get("trans_amount")), content, digest, conduct)
            elif transfer["digest"] != digest:
                raise Refusal("PAYMENT_INFO_INCONSISTENCY", "同一转账号的参数不一致")
        if conduct.refused:
            raise Refusal(conduct.refused, WHY[conduct.refused])
        return self._answer(number, "trans_date"), transfer is None and conduct.loses_answer

    def query(self, content: Content) -> Content:
        self.settle_due()
        number = str(content.get("out_biz_no"))
        transfer = self._find(number)
        if transfer is None or transfer["product_code"] != content.get("product_code"):
            raise Refusal("ORDER_NOT_EXIST", "转账订单不存在")
        return self._answer(number, "pay_date")

    def settle_due(self) -> None:
        """What was under way and is due becomes what it was to become; done whenever somebody looks."""
        with self._database.transaction():
            self._settle_due()

    def _settle_due(self) -> None:
        due = "SELECT * FROM transfers WHERE status = 'DEALING' AND settles_at <= ?"
        for transfer in self._database.all(due, now()):
            self._database.execute(
                "UPDATE transfers SET status = ?, settled_at = settles_at, error_code = ? WHERE out_biz_no = ?",
                transfer["becomes"],
                None if transfer["becomes"] == "SUCCESS" else "PAYEE_CARD_INFO_ERROR",
                transfer["out_biz_no"],
            )
            if transfer["becomes"] == "SUCCESS":
                self._move(transfer["out_biz_no"], transfer["amount_fen"], transfer["settles_at"])

    def _enter(self, number: str, amount_fen: int, content: Content, digest: str, conduct: Payee) -> None:
        if amount_fen == 0:
            raise Refusal("INVALID_PARAMETER", "转账金额为零")
        at_once = conduct.after_seconds == 0
        settles_at = None if conduct.after_seconds is None else now() + conduct.after_seconds
        became = "FAIL" if conduct.refused else conduct.status if at_once else "DEALING"
        self._database.execute(
            "INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            number,
            new_number(self._database),
            amount_fen,
            digest,
            str(content.get("product_code")),
            became,
            conduct.status,
            settles_at,
            now() if at_once else None,
            conduct.refused,
        )
        if became == "SUCCESS":
            self._move(number, amount_fen, now())

    def _move(self, number: str, amount_fen: int, at: float) -> None:
        move(self._database, "transfer", number, number, amount_fen, at)

    def _find(self, number: str) -> sqlite3.Row | None:
        return self._database.one("SELECT * FROM transfers WHERE out_biz_no = ?", number)

    def _answer(self, number: str, date_name: str) -> Content:
        transfer = self._find(number)
        if transfer is None:
            raise LookupError(number)
        answer = {"out_biz_no": number, "order_id": transfer["order_id"], "status": transfer["status"]}
        if transfer["error_code"]:
            answer |= {"error_code": transfer["error_code"], "fail_reason": WHY[transfer["error_code"]]}
        return answer | ({date_name: gateway_time(transfer["settled_at"])} if transfer["settled_at"] else {})


def _digest(content: Content) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
