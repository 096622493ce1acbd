import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import TextClause, text

from insurance.tables import Database

POLICY = text("SELECT 1 FROM policies WHERE policy_no = :no FOR UPDATE")
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
PATIENCE_SECONDS = 10


async def at_once(database: Database, policy_no: str, *calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """Runs `calls` so that all of them stand at the policy's row at the same moment."""
    return await at_lock(database, POLICY.bindparams(no=policy_no), *calls)


async def at_lock(database: Database, lock: TextClause, *calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """Runs `calls` so that all of them stand at `lock` at the same moment."""
    async with database.transaction() as session, asyncio.timeout(PATIENCE_SECONDS):
        await session.execute(lock)
        running = [asyncio.create_task(call) for call in calls]
        while await _waiting(database) < len(calls):  # noqa: ASYNC110  (PostgreSQL tells nobody)
            await asyncio.sleep(0.01)
    return await asyncio.gather(*running, return_exceptions=True)


async def _waiting(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(WAITING)).scalar_one())
