"""Notices that a simulator owes: kept in its books in the same transaction as what they tell, sent until they are accepted."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from insurance.simulators.clock import now
from insurance.simulators.database import Database
from insurance.simulators.faults import NoticePlan

SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    notice_id TEXT NOT NULL,
    about TEXT NOT NULL,
    target TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS notices_about ON notices (about);
"""

AT_ONCE = 64
GIVE_UP_SECONDS = 25 * 3600.0

logger = logging.getLogger("simulator.outbox")


@dataclass(frozen=True)
class Post:
    url: str
    headers: dict[str, str]
    content: bytes


class Outbox:
    """`prepare` makes the request from a row's target, payload and notice id; `accepted` says whether the answer means it was taken."""

    def __init__(
        self,
        database: Database,
        prepare: Callable[[str, str, str], Post],
        accepted: Callable[[httpx.Response], bool],
        retry_seconds: Sequence[float],
    ) -> None:
        self._database = database
        self._prepare = prepare
        self._accepted = accepted
        self._retry_seconds = retry_seconds
        self._wake = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._client = httpx.AsyncClient(timeout=10, trust_env=False, limits=httpx.Limits(max_connections=AT_ONCE))

    def add(self, notice_id: str, about: str, target: str, payload: str, plan: NoticePlan, due_at: float) -> None:
        """Call it in the transaction of what the notice tells, and `wake` after the commit."""
        for _ in range(plan.copies):
            self._database.execute(
                "INSERT INTO notices (notice_id, about, target, payload, created_at, due_at, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                notice_id,
                about,
                target,
                payload,
                now(),
                due_at + plan.delay_seconds,
                "held" if plan.held else "waiting",
            )

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Sends what is due, for ever; what an earlier process left goes on here."""
        try:
            while True:
                self._wake.clear()
                for row in self._due():
                    self._under_way[row["seq"]] = asyncio.create_task(self._deliver(row))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pause())
        finally:
            under_way = list(self._under_way.values())
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            await self._client.aclose()

    async def replay(self, about: str | None) -> int:
        """Send every notice again as it was, the newest first. Returns how many."""
        rows = self._database.all("SELECT * FROM notices WHERE ? IS NULL OR about = ? ORDER BY seq DESC", about, about)
        for row in rows:
            await self._post(row)
        return len(rows)

    def shown(self) -> list[dict[str, Any]]:
        columns = "notice_id, about, target, due_at, attempts, state"
        return [dict(row) for row in self._database.all(f"SELECT {columns} FROM notices ORDER BY seq")]  # noqa: S608

    def _due(self) -> list[sqlite3.Row]:
        rows = self._database.all(
            "SELECT * FROM notices WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?", now(), 2 * AT_ONCE
        )
        return [row for row in rows if row["seq"] not in self._under_way][: AT_ONCE - len(self._under_way)]

    def _pause(self) -> float | None:
        """Until the next one is due; None, until somebody wakes us, when nothing is or all places are taken."""
        if len(self._under_way) >= AT_ONCE:
            return None
        rows = self._database.all(
            "SELECT seq, due_at FROM notices WHERE state = 'waiting' ORDER BY due_at LIMIT ?", AT_ONCE + 1
        )
        waiting = [row["due_at"] for row in rows if row["seq"] not in self._under_way]
        return max(0.0, min(waiting) - now()) if waiting else None

    async def _deliver(self, row: sqlite3.Row) -> None:
        seq, attempts = row["seq"], row["attempts"] + 1
        try:
            state = "delivered" if await self._post(row) else "waiting"
            wait = self._retry_seconds[min(attempts, len(self._retry_seconds)) - 1]
            if state == "waiting" and now() + wait > row["created_at"] + GIVE_UP_SECONDS:
                state = "abandoned"
            self._database.execute(
                "UPDATE notices SET state = ?, attempts = ?, due_at = ? WHERE seq = ?",
                state,
                attempts,
                now() + wait,
                seq,
            )
        finally:
            del self._under_way[seq]
            self.wake()

    async def _post(self, row: sqlite3.Row) -> bool:
        try:
            post = self._prepare(row["target"], row["payload"], row["notice_id"])
            response = await self._client.post(post.url, headers=post.headers, content=post.content)
        except (httpx.HTTPError, httpx.InvalidURL, LookupError) as error:
            logger.info("notice %s not delivered: %s", row["notice_id"], type(error).__name__)
            return False
        return self._accepted(response)
