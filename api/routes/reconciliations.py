"""Reconciliation with the gateway (对账), for the operator: what became of each day, and what is still open."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.deps import TheParts, require
from api.errors import Problem, invalid, not_found
from api.fields import Day
from api.paging import Paging, page_of
from api.views import instant
from insurance.tables import Movement, Reconciliation, ReconciliationDifference

router = APIRouter(prefix="/v1/reconciliations", tags=["reconciliations"])

LABELS = {
    "running": "正在对账",
    "done": "已对账",
    "no_statement": "还没有对账单",
    "missing_here": "对账单上有，我方没有",
    "missing_there": "我方有，对账单上没有",
    "amount_differs": "金额不一致",
}
# of one day; a day with more is no list to be read any more
MOST_DIFFERENCES = 1000


async def whole_account(caller: Annotated[Caller, Depends(require("operator"))]) -> Caller:
    """The account at the gateway is everybody's: an operator of one insurer does not see it."""
    if caller.insurer is not None:
        raise Problem(403, "forbidden")
    return caller


Operator = Annotated[Caller, Depends(whole_account)]


@router.get("")
async def list_reconciliations(parts: TheParts, caller: Operator, page: Paging) -> dict[str, Any]:
    """Days, the latest comparison first."""
    async with parts.database.transaction() as session:
        rows = await page_of(session, Reconciliation, [], page, "day")
        still_open = await _open_by_day(session, [row.day for row in rows.rows])
    return rows.answer(lambda row: _view(row, still_open.get(row.day, 0)))


@router.get("/{day}")
async def show(parts: TheParts, caller: Operator, day: Day) -> dict[str, Any]:
    """One day with its differences, open ones first. `process_id`: the case that our books have it under."""
    async with parts.database.transaction() as session:
        row = await session.get(Reconciliation, day.isoformat())
        if row is None:
            raise not_found()
        still_open = await _open_by_day(session, [row.day])
        differences = await _differences(session, row.day)
    return _view(row, still_open.get(row.day, 0)) | {"differences": differences}


@router.post("/{day}/run")
async def run(parts: TheParts, caller: Operator, day: Day) -> dict[str, Any]:
    """Compares a day once more, after a bill was made anew or our books were put right. What was found before is superseded, never
    doubled; a second request meanwhile is the same one."""
    if day >= parts.today():
        raise invalid("day", "day_not_over", "当日结束后才有对账单")
    await parts.processes.start_reconciliation(day)
    return {"day": day.isoformat(), "state": "running", "label": LABELS["running"]}


async def _open_by_day(session: AsyncSession, days: list[str]) -> dict[str, int]:
    table = ReconciliationDifference
    found = select(table.day, func.count()).where(col(table.day).in_(days), col(table.resolved_at).is_(None))
    return dict((await session.exec(found.group_by(table.day))).all())


async def _differences(session: AsyncSession, day: str) -> list[dict[str, Any]]:
    table = ReconciliationDifference
    found = (
        select(table, Movement.process_id)
        .outerjoin(Movement, col(Movement.key) == col(table.key))
        .where(table.day == day)
        .order_by(col(table.resolved_at).is_not(None), col(table.key), col(table.kind))
        .limit(MOST_DIFFERENCES)
    )
    return [
        {
            "kind": row.kind,
            "label": LABELS[row.kind],
            "key": row.key,
            "process_id": process_id,
            "ours_fen": row.ours_fen,
            "theirs_fen": row.theirs_fen,
            "found_at": instant(row.found_at),
            "resolved_at": instant(row.resolved_at),
            "resolved_by_day": row.resolved_by_day,
        }
        for row, process_id in (await session.exec(found)).all()
    ]


def _view(row: Reconciliation, open_differences: int) -> dict[str, Any]:
    return {
        "day": row.day,
        "state": row.state,
        "label": LABELS[row.state],
        "reason": row.reason,
        "lines": row.lines,
        "received_fen": row.received_fen,
        "returned_fen": row.returned_fen,
        "paid_out_fen": row.paid_out_fen,
        "matched": row.matched,
        "open_differences": open_differences,
        "reconciled_at": instant(row.reconciled_at),
    }
