"""历史记录: children whom the same parent insured before, masked, to fill in the next form (DOMAIN A13)."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import func
from sqlmodel import col, select

from api.deps import Parent, TheParts
from api.views import instant, masked_person
from insurance.tables import Purchase

router = APIRouter(prefix="/v1/insured-history", tags=["purchases"])

MOST = 20


@router.get("")
async def insured_history(parts: TheParts, caller: Parent) -> dict[str, Any]:
    """Each child once, as last entered. A purchase takes `insured_from` in place of `insured`."""
    number = Purchase.application["insured"]["id_number"].astext
    last = (
        select(
            Purchase,
            func.row_number().over(partition_by=number, order_by=col(Purchase.created_at).desc()).label("place"),
        )
        .where(Purchase.subject == caller.subject)
        .subquery()
    )
    statement = (
        select(last.c.purchase_id, last.c.application, last.c.created_at)
        .where(last.c.place == 1)
        .order_by(last.c.created_at.desc())
        .limit(MOST)
    )
    async with parts.database.transaction() as session:
        rows = (await session.exec(statement)).all()
    return {
        "items": [
            {
                "insured_from": purchase_id,
                "insured": masked_person(application["insured"]),
                "relationship": application["relationship"],
                "entered_at": instant(created_at),
            }
            for purchase_id, application, created_at in rows
        ]
    }
