"""Pages of a list, newest or nearest first, by cursor: the thousandth page costs what the first one does."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, Date, tuple_
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.errors import Problem, invalid
from insurance.rules.cover import SHANGHAI, shanghai_day

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class PageAsked:
    """`after`: the last row of the page before."""

    limit: int
    after: tuple[datetime, str] | None


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    next_cursor: str | None

    def answer(self, view: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
        return {"items": [view(row) for row in self.rows], "next_cursor": self.next_cursor}


async def page_asked(
    limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: Annotated[str | None, Query(max_length=300)] = None
) -> PageAsked:
    return PageAsked(limit, _read_cursor(cursor) if cursor else None)


Paging = Annotated[PageAsked, Depends(page_asked)]


async def page_of(
    session: AsyncSession,
    table: type[Row],
    conditions: Sequence[ColumnElement[bool]],
    page: PageAsked,
    key: str,
    soonest: str | None = None,
) -> Page[Row]:
    """Rows by `created_at` and `key`, newest first; by the instant or day `soonest`, if named, the nearest one first. One row more than
    asked for tells whether there is a next page."""
    at, row_id = getattr(table, soonest or "created_at"), getattr(table, key)
    statement = select(table).where(*conditions)
    if page.after is not None:
        place, (instant, last_id) = tuple_(at, row_id), page.after
        after = (shanghai_day(instant) if isinstance(at.type, Date) else instant, last_id)
        statement = statement.where(place > after if soonest else place < after)
    order = (at, row_id) if soonest else (at.desc(), row_id.desc())
    rows = (await session.exec(statement.order_by(*order).limit(page.limit + 1))).all()
    if len(rows) <= page.limit:
        return Page(rows, None)
    last: Any = rows[page.limit - 1]
    return Page(rows[: page.limit], _cursor(getattr(last, soonest or "created_at"), getattr(last, key)))


def _cursor(at: datetime | date, row_id: str) -> str:
    created_at = at if isinstance(at, datetime) else datetime.combine(at, time(), SHANGHAI)
    return base64.urlsafe_b64encode(f"{created_at.isoformat()}|{row_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        instant, _, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        created_at = datetime.fromisoformat(instant)
    except (binascii.Error, ValueError):
        raise _bad_cursor() from None
    if created_at.tzinfo is None or not row_id.isascii() or not row_id.isprintable() or not 0 < len(row_id) <= 80:
        raise _bad_cursor()
    return created_at, row_id


def _bad_cursor() -> Problem:
    return invalid("cursor", "invalid_cursor", "翻页标记有误，请从第一页重新开始")
