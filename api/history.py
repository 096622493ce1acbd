"""The history of a case (操作记录): everything that its processes told, in one order of time, and whether it can be believed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.chains import contact_of, links_of
from api.views import instant
from insurance.rules.chain import Entry, broken_at, superseded
from insurance.tables import Complaint, Event, HistoryEntry, Review, SeriousCase


@dataclass(frozen=True)
class Break:
    """The first entry that can't be believed: of which process (the claim, a review), and its number."""

    process_id: str
    number: int


@dataclass(frozen=True)
class CaseHistory:
    """`entries` in order of time; `superseded` names those that something later took the place of, as (process, number)."""

    entries: tuple[Entry, ...]
    superseded: frozenset[tuple[str, int]]
    broken: Break | None

    def view(self) -> dict[str, Any]:
        return {
            "entries": [self._entry_view(entry) for entry in self.entries],
            "verification": {"intact": self.broken is None, "broken_at": asdict(self.broken) if self.broken else None},
        }

    def _entry_view(self, entry: Entry) -> dict[str, Any]:
        return asdict(entry) | {
            "at": instant(entry.at),
            "recorded_at": instant(entry.recorded_at),
            "superseded": (entry.process_id, entry.number) in self.superseded,
        }


async def history_of(
    session: AsyncSession, claim_id: str, complaints: ColumnElement[bool] | None = None
) -> CaseHistory:
    """Of a claim with its reviews, serious case and complaints (those for which `complaints` is true; all, if not given), what was said
    beside it, and the events it was linked to."""
    reviews = await session.exec(select(Review.review_id).where(Review.claim_id == claim_id))
    serious = await session.exec(select(SeriousCase.case_id).where(SeriousCase.claim_id == claim_id))
    wanted = Complaint.about == claim_id, true() if complaints is None else complaints
    complained = await session.exec(select(Complaint.complaint_id).where(*wanted))
    others = sorted([*reviews.all(), *serious.all(), *complained.all()])
    process_ids = [claim_id, contact_of(claim_id), links_of(claim_id), *others]
    chains = await _chains(session, process_ids)
    timelines = await _timelines(session, process_ids)
    breaks = (_break(process_id, chains, timelines) for process_id in process_ids)
    entries = sorted((e for chain in chains.values() for e in chain), key=lambda e: (e.at, e.recorded_at, e.number))
    lost = (
        (process_id, number)
        for process_id, chain in chains.items()
        for number in superseded(chain, timelines.get(process_id, set()))
    )
    return CaseHistory(tuple(entries), frozenset(lost), next((found for found in breaks if found), None))


def _break(
    process_id: str, chains: dict[str, list[Entry]], timelines: dict[str, set[tuple[int, datetime]]]
) -> Break | None:
    number = broken_at(chains.get(process_id, []), timelines.get(process_id, set()))
    return None if number is None else Break(process_id, number)


async def _chains(session: AsyncSession, process_ids: Iterable[str]) -> dict[str, list[Entry]]:
    statement = select(HistoryEntry).where(col(HistoryEntry.process_id).in_(process_ids))
    rows = (await session.exec(statement.order_by(col(HistoryEntry.process_id), col(HistoryEntry.number)))).all()
    entries = [Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__}) for row in rows]
    return {process_id: list(chain) for process_id, chain in groupby(entries, key=lambda e: e.process_id)}


async def _timelines(session: AsyncSession, process_ids: Iterable[str]) -> dict[str, set[tuple[int, datetime]]]:
    """What the cases are known by, to which a chain that was cut off at its end no longer fits."""
    statement = select(Event.process_id, Event.seq, Event.at).where(col(Event.process_id).in_(process_ids))
    timelines: dict[str, set[tuple[int, datetime]]] = {}
    for process_id, seq, at in (await session.exec(statement)).all():
        timelines.setdefault(process_id, set()).add((seq, at))
    return timelines
