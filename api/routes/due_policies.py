"""What is due about policies (时限): those that are paid and not issued, refunds of surrenders and answers to corrections, for the insurer
that must keep the day."""

from datetime import date, datetime, time
from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from api.deps import InsurerStaff, TheParts
from api.due_views import NEAR, due_view
from api.paging import Paging, page_of
from api.scope import of_insurer
from api.surrender_refunds import PAYS_OUT, surrender_label, surrender_turn
from api.views import instant
from insurance.rules.cover import SHANGHAI, shanghai_day
from insurance.rules.issuing import LATE_AFTER
from insurance.rules.status import label, turn_of
from insurance.tables import PolicyCorrection, Purchase, Surrender

router = APIRouter(prefix="/v1", tags=["clocks"])
Which = Literal["near", "overdue"]

REFUNDING, CONFIRMING = ("confirmed", "terminated"), ("submitted", "confirming")


@router.get("/due-purchases")
async def due_purchases(parts: TheParts, caller: InsurerStaff, page: Paging, state: Which = "near") -> dict[str, Any]:
    """Paid premiums without a policy: for some hours (`near`), or since a day before today, so that cover may have begun without one
    (`overdue`); the oldest first. Each goes back in full when it is not issued in time."""
    today, paid_at = parts.today(), col(Purchase.paid_at)
    midnight = datetime.combine(today, time(), SHANGHAI)
    when = [paid_at < midnight] if state == "overdue" else [paid_at >= midnight, paid_at <= parts.now() - LATE_AFTER]
    wanted = [col(Purchase.state) == "paid", *when, of_insurer(caller, Purchase)]
    async with parts.database.transaction() as session:
        rows = await page_of(session, Purchase, wanted, page, "purchase_id", soonest="paid_at")

    def view(row: Purchase) -> dict[str, Any]:
        paid_on = shanghai_day(row.paid_at) if row.paid_at else None
        text = label("purchase", row.state)
        shown = due_view("purchase", row.purchase_id, row, text, "insurer", "issue", paid_on, today)
        return shown | {"premium_fen": row.premium_fen, "paid_at": instant(row.paid_at)}

    return rows.answer(view)


@router.get("/due-surrenders")
async def due_surrenders(parts: TheParts, caller: InsurerStaff, page: Paging, state: Which = "near") -> dict[str, Any]:
    """Surrenders whose thirty days for the refund (保险法 47) end within two days (`near`) or have run out (`overdue`), the most urgent
    first. Not those that wait for the family's account: their clock stands still until it is given."""
    today, due_on = parts.today(), col(Surrender.refund_due_on)
    under_way = or_(col(Surrender.state).in_(REFUNDING), PAYS_OUT)
    # as the index has it
    is_indexed = col(Surrender.state).in_((*REFUNDING, "payee_needed"))
    wanted = [is_indexed, under_way, *_due(due_on, today, state), of_insurer(caller, Surrender)]
    async with parts.database.transaction() as session:
        rows = await page_of(session, Surrender, wanted, page, "surrender_id", soonest="refund_due_on")

    def view(row: Surrender) -> dict[str, Any]:
        text, turn = surrender_label(row), surrender_turn(row)
        shown = due_view("surrender", row.surrender_id, row, text, turn, "surrender_refund", row.refund_due_on, today)
        return shown | {"policy_no": row.policy_no, "refund_fen": row.refund_fen}

    return rows.answer(view)


@router.get("/due-corrections")
async def due_corrections(parts: TheParts, caller: InsurerStaff, page: Paging, state: Which = "near") -> dict[str, Any]:
    """Corrections (保全) whose five working days for the insurer's answer end within two days or have run out."""
    today, due_on = parts.today(), col(PolicyCorrection.due_on)
    confirming = col(PolicyCorrection.state).in_(CONFIRMING)
    wanted = [confirming, *_due(due_on, today, state), of_insurer(caller, PolicyCorrection)]
    async with parts.database.transaction() as session:
        rows = await page_of(session, PolicyCorrection, wanted, page, "correction_id", soonest="due_on")

    def view(row: PolicyCorrection) -> dict[str, Any]:
        text, turn = label("correction", row.state), turn_of("correction", row.state)
        shown = due_view("correction", row.correction_id, row, text, turn, "correction_answer", row.due_on, today)
        return shown | {"policy_no": row.policy_no}

    return rows.answer(view)


def _due(due_on: Any, today: date, state: Which) -> list[ColumnElement[bool]]:
    return [due_on >= today, due_on < today + NEAR] if state == "near" else [due_on < today]
