"""Clocks of a claim that were not kept go into a count of their own, with the record that shows it."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.case_file import CaseFile
from insurance.rules.claim_clocks import STAFF, done_on
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import Clock
from insurance.tables import BrokenClock, Policy

# the shortest promise ends on the next working day: nothing is late before the day after it
_SOONEST_LATE = 2
ANY = "any other"


async def count_broken(session: AsyncSession, case: CaseFile, clocks: Iterable[Clock], is_open: bool) -> None:
    """Makes the count of this claim what its clocks say now. One that is done late stays counted with its days; one that was paused
    or moved, and is not late any more, is not counted; what was late before the clocks started anew stays so. Under the lock of
    the claim's row; safe to repeat."""
    since, today = _since(case), shanghai_day(case.updated_at)
    if not since or case.received_at is None or (today - shanghai_day(case.received_at)).days < _SOONEST_LATE:
        return
    known = await session.exec(select(BrokenClock).where(col(BrokenClock.claim_id) == case.claim_id))
    rows = {(row.clock, row.since): row for row in known.all()}
    for clock in clocks:
        if clock.state == "broken" and clock.clock in STAFF:
            began = since.get(clock.clock, since[ANY])
            row = rows.pop((clock.clock, began), None) or await _new_row(session, case, clock, began)
            done = done_on(case, clock) or (None if is_open else today)
            row.due_on, row.done_on, row.late_days = clock.due_on, done, clock.late_days if done else None
    for row in rows.values():
        began = since.get(row.clock, since[ANY])
        if row.since == began:
            await session.delete(row)
        elif row.done_on is None:
            row.done_on, row.late_days = began, max(0, (began - row.due_on).days)


def _since(case: CaseFile) -> dict[str, date]:
    """The day from which the claim's clocks count, until they start anew. A dispute leaves the advance's as it is."""
    start = case.clocks_from or case.received_at
    if start is None:
        return {}
    own = {"advance_payment": shanghai_day(case.advance_from)} if case.advance_from else {}
    return {ANY: shanghai_day(start)} | own


async def _new_row(session: AsyncSession, case: CaseFile, clock: Clock, since: date) -> BrokenClock:
    policy = select(col(Policy.insured)).where(Policy.policy_no == case.policy_no)
    row = BrokenClock(
        claim_id=case.claim_id,
        clock=clock.clock,
        since=since,
        due_on=clock.due_on,
        insurer_code=case.insurer_code,
        region=(await session.exec(policy)).one()["school_region"],
    )
    session.add(row)
    return row
