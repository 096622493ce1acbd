"""The gateway's books: trades, refunds, transfers, and every movement of money once."""

import re
import secrets
from typing import Any

from insurance.simulators.clock import beijing, now
from insurance.simulators.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS trades (
    out_trade_no TEXT PRIMARY KEY, trade_no TEXT NOT NULL UNIQUE, amount_fen INTEGER NOT NULL, subject TEXT NOT NULL,
    notify_url TEXT NOT NULL, created_at REAL NOT NULL, expires_at REAL NOT NULL, status TEXT NOT NULL,
    paid_at REAL, refunded_fen INTEGER NOT NULL DEFAULT 0, buyer TEXT NOT NULL DEFAULT 'usual'
);
CREATE TABLE IF NOT EXISTS refunds (
    out_trade_no TEXT NOT NULL, out_request_no TEXT NOT NULL, amount_fen INTEGER NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (out_trade_no, out_request_no)
);
CREATE TABLE IF NOT EXISTS transfers (
    out_biz_no TEXT PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, amount_fen INTEGER NOT NULL, digest TEXT NOT NULL,
    product_code TEXT NOT NULL, status TEXT NOT NULL, becomes TEXT NOT NULL, settles_at REAL, settled_at REAL,
    error_code TEXT
);
CREATE INDEX IF NOT EXISTS transfers_open ON transfers (settles_at) WHERE status = 'DEALING';
CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, key TEXT NOT NULL, about TEXT NOT NULL, amount_fen INTEGER NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS movements_key ON movements (key);
CREATE INDEX IF NOT EXISTS movements_about ON movements (about);
CREATE TABLE IF NOT EXISTS numbers (seq INTEGER PRIMARY KEY AUTOINCREMENT);
"""

YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


class Refusal(Exception):
    """`sub_code` in Alipay's words; `code` 40004 for the business, 40002 for a parameter."""

    def __init__(self, sub_code: str, message: str, code: str = "40004") -> None:
        super().__init__(sub_code)
        self.sub_code, self.message, self.code = sub_code, message, code


def to_fen(text: object) -> int:
    match = YUAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Refusal("isv.invalid-parameter", "金额格式不对", "40002")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def to_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def new_number(database: Database) -> str:
    """28 digits, never given before. Call it in a transaction."""
    seq = database.execute("INSERT INTO numbers DEFAULT VALUES").lastrowid
    return f"{beijing(now()):%Y%m%d}22001{secrets.randbelow(1_000_000):06d}{seq:09d}"


def move(database: Database, kind: str, key: str, about: str, amount_fen: int, at: float) -> None:
    """Money moves. Call it in the transaction of what moves it."""
    database.execute(
        "INSERT INTO movements (kind, key, about, amount_fen, at) VALUES (?, ?, ?, ?, ?)",
        kind,
        key,
        about,
        amount_fen,
        at,
    )


def movements(database: Database, key: str | None) -> list[dict[str, Any]]:
    """Oldest first; with `key`, those of that key, and those about that trade."""
    where, values = ("WHERE key = ?1 OR about = ?1", (key,)) if key else ("", ())
    return [dict(row) for row in database.all(f"SELECT * FROM movements {where} ORDER BY seq", *values)]  # noqa: S608
