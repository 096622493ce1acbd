"""Corrections (保全) at the simulator: an endorsement (批单) at once, later to who asks again, or never."""

import sqlite3
from typing import Any

from insurance.simulators.clock import now
from insurance.simulators.insurer.books import Books, Call, Refusal
from insurance.simulators.insurer.config import Config
from insurance.simulators.insurer.visible import conduct_of

REASON = {"reasonCode": "AM_RULE", "reason": "更正的内容与证件不符"}


class Amendments:
    def __init__(self, config: Config, books: Books) -> None:
        self._config, self._books, self._database = config, books, books.database

    def amend(self, call: Call) -> tuple[dict[str, Any], bool]:
        """The answer as it is now, and whether this very call was the first."""
        with self._database.transaction():
            row, new = self._find(call), False
            if row is None:
                self._enter(call)
                row, new = self._find(call), True
            assert row is not None
            self._books.same(row["digest"], call)
            answer = self._answer(row)
            if answer["amResult"] == "PASS":
                self._rename(call)
        return answer, new

    def _find(self, call: Call) -> sqlite3.Row | None:
        known = "SELECT * FROM amendments WHERE insurer = ? AND request_id = ?"
        return self._database.one(known, call.insurer, call.request_id)

    def _enter(self, call: Call) -> None:
        policy = self._database.one(
            "SELECT * FROM policies WHERE insurer = ? AND policy_no = ?", call.insurer, call.subject
        )
        if policy is None:
            raise Refusal(404, "POLICY_NOT_FOUND", "没有这张保单")
        if policy["cancelled_on"]:
            raise Refusal(422, "POLICY_ENDED", "保单已终止")
        conduct = conduct_of(_name(call))
        wait = {"at_once": 0.0, "later": self._config.manual_seconds, "never": None}[conduct.amends_when]
        self._database.execute(
            "INSERT INTO amendments VALUES (?, ?, ?, ?, ?, ?, ?)",
            call.insurer,
            call.request_id,
            call.digest,
            call.subject,
            self._books.enter("amendment", call, call.subject),
            conduct.amends,
            None if wait is None else now() + wait,
        )

    def _answer(self, row: sqlite3.Row) -> dict[str, Any]:
        decided = row["decided_at"] is not None and row["decided_at"] <= now()
        result = row["verdict"] if decided else "PROCESSING"
        return {"endorsementNo": row["endorsement_no"], "amResult": result, **(REASON if result == "REJECT" else {})}

    def _rename(self, call: Call) -> None:
        """The policy behaves by the name that it has now."""
        renamed = "UPDATE policies SET ending = ? WHERE insurer = ? AND policy_no = ?"
        self._database.execute(renamed, _name(call)[-2:], call.insurer, call.subject)


def _name(call: Call) -> str:
    name = call.value("insured", dict).get("name")
    if not isinstance(name, str) or not name:
        raise Refusal(422, "INVALID_REQUEST", "更正申请缺少被保险人姓名")
    return name
