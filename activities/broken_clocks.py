"""Clocks of a claim that were not kept go into a count of their own, with the record that shows it."""

from collections.abc import Iterable

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.case_file import CaseFile
from insurance.rules.claim_clocks import STAFF, done_on
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import Clock
from insurance.tables import BrokenClock, Policy


async def end_broken(session: AsyncSession, case: CaseFile) -> None:
    """Of a claim that has ended nothing is open any more."""
    open_ones = col(BrokenClock.claim_id) == case.claim_id, col(BrokenClock.done_on).is_(None)
    await session.execute(update(BrokenClock).where(*open_ones).values(done_on=shanghai_day(case.updated_at)))


async def count_broken(session: AsyncSession, case: CaseFile, clocks: Iterable[Clock]) -> None:
    """Safe to repeat. What is done late is mended, and stays counted."""
    broken = [clock for clock in clocks if clock.state == "broken" and clock.clock in STAFF]
    if not broken:
        return
    policy = select(col(Policy.insured)).where(Policy.policy_no == case.policy_no)
    region = (await session.exec(policy)).one()["school_region"]
    rows = [
        {
            "claim_id": case.claim_id,
            "round": case.round,
            "clock": clock.clock,
            "due_on": clock.due_on,
            "insurer_code": case.insurer_code,
            "region": region,
            "done_on": done_on(case, clock),
        }
        for clock in broken
    ]
    found = insert(BrokenClock)
    key = ["claim_id", "round", "clock", "due_on"]
    mended = found.on_conflict_do_update(index_elements=key, set_={"done_on": found.excluded["done_on"]})
    await session.execute(mended, rows)
