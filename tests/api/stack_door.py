"""The running stack's API as families and adjusters reach it, and its database to look into."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from api_family import Family
from api_routes import Route
from callers import Callers
from pydantic import SecretStr
from sqlmodel import SQLModel, text

from api.auth import Caller, issue_token
from insurance.rules.cover import shanghai_day
from insurance.settings import DatabaseSettings
from insurance.tables import Database
from tests.running_stack import Stack

# longer than any answer may take, outages included
PATIENCE_SECONDS = 20


@dataclass
class StackDoor(Callers):
    stack: Stack
    client: httpx.AsyncClient
    database: Database

    def as_(self, role: str, subject: str, **bound: Any) -> dict[str, str]:
        caller = Caller(role, subject, **bound)  # type: ignore[arg-type]
        secret = self.stack.environment["XUEPING_TOKEN_SECRET"]
        return {"authorization": f"Bearer {issue_token(caller, secret, datetime.now(UTC))}"}

    async def ask(self, route: Route, family: Family, key: str | None = None) -> httpx.Response:
        """Of a stream only its head is read."""
        headers = self.for_route(route, family) | ({"idempotency-key": key} if key else {})
        content: dict[str, Any] = {"json": today(route.body(family))} if route.body else {}
        if route.form:
            content = route.upload
        request = self.client.build_request(route.method, route.address(family), headers=headers, **content)
        answer = await self.client.send(request, stream=True)
        if not answer.headers["content-type"].startswith("text/event-stream"):
            await answer.aread()
        await answer.aclose()
        return answer

    async def rows_of(self, *families: Family) -> dict[str, int]:
        """How many rows these families have in every table that knows whose a row is."""
        subjects = [family.subject for family in families]
        tables = [t for t in SQLModel.metadata.tables.values() if "subject" in t.c]
        union = " UNION ALL ".join(
            f"SELECT '{t.name}', count(*) FROM {t.name} WHERE subject = ANY(:subjects)" for t in tables
        )
        async with self.database.transaction() as session:
            found = (await session.execute(text(union), {"subjects": subjects})).all()
        return {name: int(count) for name, count in found}


def today(body: dict[str, Any]) -> dict[str, Any]:
    """The request as it is made on the day of the test."""
    body = {name: value for name, value in body.items() if name != "effective_date" or "event" in body}
    if "accident_at" in body:
        day = shanghai_day(datetime.now(UTC)) - timedelta(days=2)
        body["accident_at"] = f"{day}T10:30:00+08:00"
    return body


@asynccontextmanager
async def open_stack_door(stack: Stack) -> AsyncIterator[StackDoor]:
    database = Database(DatabaseSettings(url=SecretStr(stack.environment["XUEPING_DATABASE__URL"])))
    async with httpx.AsyncClient(base_url=stack.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        yield StackDoor(stack, client, database)
    await database.close()
