"""Who works for an insurer (理赔员): there is no roll of them, but the history knows who has ever taken a review there."""

from collections.abc import Collection

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from insurance.tables import HistoryEntry, Review


async def has_worked_for(session: AsyncSession, insurer_code: str, subject: str) -> bool:
    return await _is_any(session, _taken(insurer_code).where(col(HistoryEntry.by) == f"adjuster:{subject}"))


async def has_others(session: AsyncSession, insurer_code: str, barred: Collection[str]) -> bool:
    """Whether anybody else than these has ever taken a review of this insurer."""
    names = [f"adjuster:{subject}" for subject in barred]
    return await _is_any(session, _taken(insurer_code).where(col(HistoryEntry.by).not_in(names)))


def _taken(insurer_code: str) -> SelectOfScalar[str]:
    taken = col(HistoryEntry.event) == "review_taken", col(HistoryEntry.process_id) == col(Review.review_id)
    return select(col(HistoryEntry.by)).where(*taken, col(Review.insurer_code) == insurer_code)


async def _is_any(session: AsyncSession, statement: SelectOfScalar[str]) -> bool:
    return (await session.exec(statement.limit(1))).first() is not None
