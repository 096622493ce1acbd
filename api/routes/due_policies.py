"""What is due about policies (时限): refunds of surrenders and answers to corrections, for the insurer that must keep the day."""

from datetime import date, timedelta
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.auth import Caller
from api.deps import InsurerStaff, TheParts
from api.paging import Paging, page_of
from api.routes.due import NEAR
from insurance.rules.status import label, turn_of
from insurance.tables import PolicyCorrection, Surrender

router = APIRouter(prefix="/v1", tags=["clocks"])
Which = Literal["near", "overdue"]

REFUNDING, CONFIRMING = ("confirmed", "terminated"), ("submitted", "confirming")


@router.get("/due-surrenders")
async def due_surrenders(parts: TheParts, caller: InsurerStaff, page: Paging, state: Which = "near") -> dict[str, Any]:
    """Surrenders whose thirty days for the refund (保险法 47) end within two days (`near`) or have run out (`overdue`), the most urgent
    first. Not those that wait for the family's account: their clock stands still."""
    today, due_on = parts.today(), col(Surrender.refund_due_on)
    wanted = [col(Surrender.state).in_(REFUNDING), *_due(due_on, today, state)]
    wanted += _of(caller, col(Surrender.insurer_code))
    async with parts.database.transaction() as session:
        rows = await page_of(session, Surrender, wanted, page, "surrender_id", soonest="refund_due_on")
    return rows.answer(
        lambda row: {
            "surrender_id": row.surrender_id,
            "policy_no": row.policy_no,
            "insurer": row.insurer_code,
            "state": row.state,
            "label": label("surrender", row.state),
            "whose_turn": turn_of("surrender", row.state),
            "clock": "surrender_refund",
            "refund_fen": row.refund_fen,
            **_day(row.refund_due_on, today),
        }
    )


@router.get("/due-corrections")
async def due_corrections(parts: TheParts, caller: InsurerStaff, page: Paging, state: Which = "near") -> dict[str, Any]:
    """Corrections (保全) whose five working days for the insurer's answer end within two days or have run out."""
    today, due_on = parts.today(), col(PolicyCorrection.due_on)
    wanted = [col(PolicyCorrection.state).in_(CONFIRMING), *_due(due_on, today, state)]
    wanted += _of(caller, col(PolicyCorrection.insurer_code))
    async with parts.database.transaction() as session:
        rows = await page_of(session, PolicyCorrection, wanted, page, "correction_id", soonest="due_on")
    return rows.answer(
        lambda row: {
            "correction_id": row.correction_id,
            "policy_no": row.policy_no,
            "insurer": row.insurer_code,
            "state": row.state,
            "label": label("correction", row.state),
            "whose_turn": turn_of("correction", row.state),
            "clock": "correction_answer",
            **_day(row.due_on, today),
        }
    )


def _due(due_on: Any, today: date, state: Which) -> list[ColumnElement[bool]]:
    return [due_on >= today, due_on < today + NEAR] if state == "near" else [due_on < today]


def _of(caller: Caller, insurer_code: Any) -> list[ColumnElement[bool]]:
    """An adjuster's insurer's, an operator's own or all."""
    return [] if caller.insurer is None else [insurer_code == caller.insurer]


def _day(due_on: date | None, today: date) -> dict[str, Any]:
    late = max(timedelta(0), today - due_on) if due_on else timedelta(0)
    return {"due_on": due_on, "late_days": late.days}
