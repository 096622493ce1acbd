"""The database: one engine for each process, one transaction for each request or activity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.settings import DatabaseSettings


class Database:
    """`settings.url` is `postgresql://user:password@host:port/name`. A lost connection empties the pool, so that
    the next transaction after a restart of the server finds a new one."""

    def __init__(self, settings: DatabaseSettings) -> None:
        url = settings.url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)
        connect: dict[str, Any] = {
            "connect_timeout": 3,
            "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c timezone=Asia/Shanghai",
        }
        self._engine = create_async_engine(
            url,
            pool_size=settings.pool_size,
            max_overflow=settings.pool_size,
            pool_timeout=5,
            connect_args=connect,
            # error texts would carry personal data
            hide_parameters=True,
            json_serializer=lambda value: to_json(value).decode(),
            json_deserializer=from_json,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def ready(self) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._engine.dispose()
