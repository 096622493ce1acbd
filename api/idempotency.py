"""`Idempotency-Key`: the same key and body get the same answer, the same key with another body gets 409.

The key's row is written in the transaction of the work itself, so that either both stand or neither."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.rows import table_of
from api.auth import Caller
from api.errors import Problem
from api.parts import Parts
from insurance.tables import IdempotencyKey

Work = Callable[[AsyncSession, str], Awaitable[dict[str, Any]]]
_NAMESPACE = uuid.UUID("6f6a2d3e-7a0c-4d0e-9b57-3e0c8c0f7c51")


def body_hash(body: BaseModel | bytes) -> str:
    data = body if isinstance(body, bytes) else body.model_dump_json().encode()
    return hashlib.sha256(data).hexdigest()


def object_id(caller: Caller, route: str, key: str | None) -> str:
    """The id of what is created: with a key always the same one, so that a repeat after a lost answer finds the first."""
    if key is None:
        return uuid.uuid4().hex
    return uuid.uuid5(_NAMESPACE, f"{caller.subject}\n{route}\n{key}").hex


async def once(
    parts: Parts, caller: Caller, route: str, key: str | None, body: BaseModel | bytes, status: int, work: Work
) -> JSONResponse:
    """Run `work` with a transaction and the new object's id, or give the answer that it gave before."""
    new_id = object_id(caller, route, key)
    async with parts.database.transaction() as session:
        if key is None:
            return JSONResponse(await work(session, new_id), status)
        claim = insert(IdempotencyKey).values(
            subject=caller.subject,
            route=route,
            key=key,
            body_sha256=body_hash(body),
            status=status,
            answer={},
            created_at=parts.now(),
        )
        claimed = claim.on_conflict_do_nothing().returning(col(IdempotencyKey.key))
        if (await session.execute(claimed)).first() is None:
            return _earlier(await session.get(IdempotencyKey, (caller.subject, route, key)), body)
        answer = await work(session, new_id)
        mine = (IdempotencyKey.subject == caller.subject, IdempotencyKey.route == route, IdempotencyKey.key == key)
        await session.execute(update(IdempotencyKey).where(*mine).values(answer=answer))  # type: ignore[arg-type]
        return JSONResponse(answer, status)


Record = TypeVar("Record", bound=SQLModel)


async def first_record(session: AsyncSession, record: Record, key: str) -> Record:
    """Store the record that is shown until the process publishes its own. When the answer to an earlier try was lost, its
    process runs already and its record stands."""
    await store_first(session, record)
    return await session.get_one(type(record), getattr(record, key))


async def store_first(session: AsyncSession, record: SQLModel) -> None:
    """As `first_record`, for who does not look at it."""
    await session.execute(insert(table_of(type(record))).values(**record.model_dump()).on_conflict_do_nothing())


def _earlier(row: IdempotencyKey | None, body: BaseModel | bytes) -> JSONResponse:
    if row is None or row.body_sha256 != body_hash(body):
        raise Problem(409, "idempotency_key_reused")
    return JSONResponse(row.answer, row.status)
