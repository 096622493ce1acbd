"""Underwriting (核保) at the simulator: a proposal is decided with the answer, later by callback, or never."""

import json
import random
import sqlite3
from typing import Any

from insurance.simulators.clock import now
from insurance.simulators.faults import Faults, NoticePlan
from insurance.simulators.insurer.books import Books, Call, Refusal
from insurance.simulators.insurer.config import Config
from insurance.simulators.insurer.visible import Conduct, conduct_of
from insurance.simulators.outbox import Outbox

REASON = {"reasonCode": "UW_RULE", "reason": "不符合投保条件"}


class Underwriting:
    def __init__(self, config: Config, books: Books, outbox: Outbox, faults: Faults) -> None:
        self._config, self._books, self._outbox, self._faults = config, books, outbox, faults

    def propose(self, call: Call) -> tuple[sqlite3.Row, bool]:
        """The proposal of this request id, and whether it is new."""
        row = self.find(call)
        if row is not None:
            self._books.same(row["digest"], call)
            return row, False
        with self._books.database.transaction():
            self._enter(call)
        self._outbox.wake()
        return self._must(call), True

    def find(self, call: Call) -> sqlite3.Row | None:
        return self._books.database.one(
            "SELECT * FROM proposals WHERE insurer = ? AND request_id = ?", call.insurer, call.request_id
        )

    def query(self, call: Call) -> dict[str, Any]:
        return answer(self._must(call), now())

    def _must(self, call: Call) -> sqlite3.Row:
        row = self.find(call)
        if row is None:
            raise Refusal(404, "REQUEST_NOT_FOUND", "没有这个请求号的投保单")
        return row

    def _enter(self, call: Call) -> None:
        premium_fen = call.value("premiumFen", int)
        name = call.value("insured", dict).get("name")
        if premium_fen <= 0 or not isinstance(name, str) or not name or not call.value("productCode", str):
            raise Refusal(422, "INVALID_REQUEST", "投保单缺少产品、保费或被保险人")
        conduct = conduct_of(name)
        number = self._books.enter("proposal", call, call.body["productCode"], premium_fen)
        answered_at, decided_at = self._times(conduct)
        self._books.database.execute(
            "INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            call.insurer,
            call.request_id,
            call.digest,
            number,
            call.body["productCode"],
            premium_fen,
            name[-2:],
            conduct.verdict,
            answered_at,
            decided_at,
            now() + self._config.proposal_valid_seconds,
        )
        if conduct.decided == "later" and decided_at is not None:
            self._owe_callback(call, number, conduct, decided_at)

    def _times(self, conduct: Conduct) -> tuple[float, float | None]:
        span = random.uniform(*self._config.underwriting_seconds)
        answered_at = now() + (self._config.slow_seconds if conduct.slow else span)
        match conduct.decided:
            case "at_once":
                return answered_at, answered_at
            case "later":
                return answered_at, answered_at + self._config.manual_seconds
            case "never":
                return answered_at, None

    def _owe_callback(self, call: Call, number: str, conduct: Conduct, decided_at: float) -> None:
        demanded = self._faults.notice_plan("underwrite")
        plan = conduct.callback if demanded == NoticePlan() else demanded
        told = {"requestId": call.request_id, "proposalNo": number, "uwResult": conduct.verdict}
        event = {"eventId": f"uw-{number}", **told, **(REASON if conduct.verdict == "REJECT" else {})}
        payload = json.dumps(event, ensure_ascii=False)
        self._outbox.add(event["eventId"], call.request_id, call.insurer, payload, plan, decided_at)


def answer(proposal: sqlite3.Row, at: float) -> dict[str, Any]:
    decided = proposal["decided_at"] is not None and proposal["decided_at"] <= at
    result = proposal["verdict"] if decided else "PROCESSING"
    return {"proposalNo": proposal["proposal_no"], "uwResult": result, **(REASON if result == "REJECT" else {})}
