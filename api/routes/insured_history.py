"""历史记录: children whom the same parent insured before, masked, to fill in the next form (DOMAIN A13)."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlmodel import col

from api.deps import Parent, TheParts
from api.views import instant, masked_person
from insurance.tables import Policy, Purchase

router = APIRouter(prefix="/v1/insured-history", tags=["purchases"])

MOST = 20


@router.get("")
async def insured_history(parts: TheParts, caller: Parent) -> dict[str, Any]:
    """Each child once, as last entered, or put right since. A purchase takes `insured_from` in place of `insured`."""
    as_it_stands = func.coalesce(col(Policy.insured), Purchase.application["insured"])
    number = func.coalesce(Policy.insured["id_number"].astext, Purchase.application["insured"]["id_number"].astext)
    last = (
        select(
            col(Purchase.purchase_id),
            col(Purchase.created_at),
            as_it_stands.label("insured"),
            Purchase.application["relationship"].astext.label("relationship"),
            func.row_number().over(partition_by=number, order_by=col(Purchase.created_at).desc()).label("place"),
        )
        .outerjoin(Policy, col(Policy.policy_no) == col(Purchase.policy_no))
        .where(col(Purchase.subject) == caller.subject)
        .subquery()
    )
    statement = (
        select(last.c.purchase_id, last.c.insured, last.c.relationship, last.c.created_at)
        .where(last.c.place == 1)
        .order_by(last.c.created_at.desc())
        .limit(MOST)
    )
    async with parts.database.transaction() as session:
        rows = (await session.execute(statement)).all()
    return {
        "items": [
            {
                "insured_from": purchase_id,
                "insured": masked_person(insured),
                "relationship": relationship,
                "entered_at": instant(created_at),
            }
            for purchase_id, insured, relationship, created_at in rows
        ]
    }
