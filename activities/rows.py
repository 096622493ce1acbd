"""One way to publish a record: insert it, or replace an older one, never a newer one.

Records are published before the workflow task that made them is known to the server. A task that is lost with its worker is done
again, and may then go another way (a cancellation has come in the meantime): what it says later counts, and `updated_at`, the
process's own time, tells later from earlier; `seq` only orders the records of one task.
"""

from typing import Any

from sqlalchemy import Table, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def table_of(model: type[SQLModel]) -> Table:
    """For inserts: one of the class itself goes the long way round, through the session's units of work."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


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
    core = table_of(table)
    statement = insert(core).values(**values)
    order = [name for name in ("updated_at", "seq") if name in values]
    changed = {name: statement.excluded[name] for name in values if name != key and name not in fixed}
    columns = core.c
    published = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[key],
            set_=changed,
            where=tuple_(*(columns[name] for name in order)) < tuple_(*(statement.excluded[name] for name in order)),
        ).returning(columns[key])
    )
    return published.first() is not None
