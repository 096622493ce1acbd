"""Notices that a simulator owes: kept in its books in the same transaction as what they tell, sent until they are accepted."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from insurance.simulators.clock import now, until
from insurance.simulators.database import Database
from insurance.simulators.faults import NoticePlan
from insurance.simulators.poster import Answer, NotSent, Post, Poster

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


class Outbox:
    """`prepare` makes the request from a row's target, payload and notice id; `accepted` says whether the answer means it was taken."""

    def __init__(
        self,
        database: Database,
        prepare: Callable[[str, str, str], Post],
        accepted: Callable[[Answer], bool],
        retry_seconds: Sequence[float],
    ) -> None:
        self._database = database
        self._prepare = prepare
        self._accepted = accepted
        self._retry_seconds = retry_seconds
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._poster = Poster()

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
        self._database.execute("UPDATE notices SET state = 'waiting' WHERE state = 'sending'")
        try:
            while True:
                self._wake.clear()
                for row in self._take_due():
                    task = asyncio.create_task(self._deliver(row))
                    self._under_way.add(task)
                    task.add_done_callback(self._finished)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await self._wake.wait()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            self._poster.close()

    async def replay(self, about: str | None) -> int:
        """Send every notice again as it was, the newest first. Returns how many."""
        rows = self._database.all("SELECT * FROM notices WHERE ? IS NULL OR about = ? ORDER BY seq DESC", about, about)
        for row in rows:
            await self._post(row)
        return len(rows)

    def shown(self) -> list[dict[str, Any]]:
        columns = "notice_id, about, target, due_at, attempts, state"
        return [dict(row) for row in self._database.all(f"SELECT {columns} FROM notices ORDER BY seq")]  # noqa: S608

    def _take_due(self) -> list[sqlite3.Row]:
        due = "SELECT seq FROM notices WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?"
        taken = f"UPDATE notices SET state = 'sending' WHERE seq IN ({due}) RETURNING *"  # noqa: S608
        return self._database.all(taken, now(), AT_ONCE - len(self._under_way))

    def _pause(self) -> float | None:
        """Until the next one is due; None, until somebody wakes us, when nothing is or all places are taken."""
        row = self._database.one("SELECT min(due_at) AS due_at FROM notices WHERE state = 'waiting'")
        if len(self._under_way) >= AT_ONCE or row is None or row["due_at"] is None:
            return None
        return until(float(row["due_at"]))

    async def _deliver(self, row: sqlite3.Row) -> None:
        attempts = row["attempts"] + 1
        delivered = await self._post(row)
        due_at = now() + self._retry_seconds[min(attempts, len(self._retry_seconds)) - 1]
        given_up = due_at > row["created_at"] + GIVE_UP_SECONDS
        self._database.execute(
            "UPDATE notices SET state = ?, attempts = ?, due_at = ? WHERE seq = ?",
            "delivered" if delivered else "abandoned" if given_up else "waiting",
            attempts,
            due_at,
            row["seq"],
        )

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()

    async def _post(self, row: sqlite3.Row) -> bool:
        try:
            answer = await self._poster.post(self._prepare(row["target"], row["payload"], row["notice_id"]))
        except (NotSent, LookupError) as error:
            logger.info("notice %s not delivered: %s", row["notice_id"], error)
            return False
        return self._accepted(answer)
