"""The insurer's books: proposals, policies, reports, cancellations. What was done is written once, by the caller's request id."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from insurance.simulators.clock import beijing, now
from insurance.simulators.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS proposals (
    insurer TEXT NOT NULL, request_id TEXT NOT NULL, digest TEXT NOT NULL, proposal_no TEXT NOT NULL UNIQUE,
    product TEXT NOT NULL, premium_fen INTEGER NOT NULL, ending TEXT NOT NULL, verdict TEXT NOT NULL,
    answered_at REAL NOT NULL, decided_at REAL, valid_until REAL NOT NULL,
    PRIMARY KEY (insurer, request_id)
);
CREATE TABLE IF NOT EXISTS policies (
    insurer TEXT NOT NULL, policy_no TEXT NOT NULL, proposal_no TEXT UNIQUE, product TEXT NOT NULL,
    effective_date TEXT NOT NULL, premium_fen INTEGER NOT NULL, ending TEXT NOT NULL, cancelled_on TEXT,
    PRIMARY KEY (insurer, policy_no)
);
CREATE TABLE IF NOT EXISTS reports (
    insurer TEXT NOT NULL, report_no TEXT NOT NULL, policy_no TEXT NOT NULL, PRIMARY KEY (insurer, report_no)
);
CREATE TABLE IF NOT EXISTS amendments (
    insurer TEXT NOT NULL, request_id TEXT NOT NULL, digest TEXT NOT NULL, policy_no TEXT NOT NULL,
    endorsement_no TEXT NOT NULL, verdict TEXT NOT NULL, decided_at REAL, PRIMARY KEY (insurer, request_id)
);
CREATE TABLE IF NOT EXISTS answers (
    insurer TEXT NOT NULL, operation TEXT NOT NULL, request_id TEXT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (insurer, operation, request_id)
);
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    insurer TEXT NOT NULL, kind TEXT NOT NULL, request_id TEXT NOT NULL, number TEXT NOT NULL, about TEXT NOT NULL,
    amount_fen INTEGER, at REAL NOT NULL
);
"""

KINDS = {"proposal": 1, "policy": 2, "report": 3, "cancellation": 4, "amendment": 5}


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Call:
    """One genuine request of one insurer's partner. `subject` is what its path names (a policy or report number)."""

    insurer: str
    request_id: str
    body: dict[str, Any]
    subject: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.subject, self.body], sort_keys=True).encode()).hexdigest()

    def value(self, name: str, kind: type) -> Any:
        """Raises `Refusal` for a field that is missing or of another kind."""
        value = self.body.get(name)
        if type(value) is not kind:
            raise Refusal(422, "INVALID_REQUEST", f"字段 {name} 缺失或格式不对")
        return value


class Books:
    def __init__(self, database: Database) -> None:
        self.database = database

    def once(self, operation: str, call: Call, act: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
        """The answer to this request id, and whether it was given just now. A refusal leaves nothing behind."""
        with self.database.transaction():
            row = self.database.one(
                "SELECT digest, answer FROM answers WHERE insurer = ? AND operation = ? AND request_id = ?",
                call.insurer,
                operation,
                call.request_id,
            )
            if row is not None:
                self.same(row["digest"], call)
                return json.loads(row["answer"]), False
            answer = act()
            self.database.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
                call.insurer,
                operation,
                call.request_id,
                call.digest,
                json.dumps(answer),
            )
        return answer, True

    def same(self, digest: str, call: Call) -> None:
        if digest != call.digest:
            raise Refusal(409, "REQUEST_ID_REUSED", "请求号已用于另一请求")

    def enter(self, kind: str, call: Call, about: str, amount_fen: int | None = None, number: str = "") -> str:
        """Write an entry and, where the insurer numbers such things, give it a number that was never given before."""
        cursor = self.database.execute(
            "INSERT INTO entries (insurer, kind, request_id, number, about, amount_fen, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            call.insurer,
            kind,
            call.request_id,
            number,
            about,
            amount_fen,
            now(),
        )
        if number or kind not in KINDS:
            return number
        number = f"{KINDS[kind]}{beijing(now()):%Y%m%d}{cursor.lastrowid:09d}{secrets.randbelow(10_000):04d}"
        self.database.execute("UPDATE entries SET number = ? WHERE seq = ?", number, cursor.lastrowid)
        return number

    def ledger(self, key: str | None) -> list[dict[str, Any]]:
        """What was done, oldest first; with `key`, where it is the request id, the number, or what it is about."""
        where, values = ("WHERE ?1 IN (request_id, number, about)", (key,)) if key else ("", ())
        return [dict(row) for row in self.database.all(f"SELECT * FROM entries {where} ORDER BY seq", *values)]  # noqa: S608
