"""One way to publish a record: insert it, or replace an older one, never a newer one."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def publish_row(
    session: AsyncSession,
    table: type[SQLModel],
    values: dict[str, Any],
    *,
    key: str,
    fixed: frozenset[str] = frozenset(),
) -> bool:
    """`values` has every column of `table`, `seq` among them; `fixed` columns stay as they were first written. False when
    this record, or a newer one, stood already."""
    statement = insert(table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name != key and name not in fixed}
    columns = table.__table__.c  # type: ignore[attr-defined]
    published = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[key], set_=changed, where=columns.seq < statement.excluded["seq"]
        ).returning(columns[key])
    )
    return published.first() is not None
