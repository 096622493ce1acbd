"""Renewal (续保): what the next year's application begins with. Whether to renew is the family's own choice."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from api.deps import ObjectId, Parent, TheParts
from api.on_file import is_served
from api.routes.policies import own_policy
from insurance.rules.codes import NO_GUARANTEED_RENEWAL
from insurance.rules.eligibility import renews

router = APIRouter(prefix="/v1/policies", tags=["policies"])


@router.get("/{policy_no}/renewal")
async def renewal(parts: TheParts, caller: Parent, policy_no: ObjectId) -> dict[str, Any]:
    """Values for POST `/v1/purchases`; documents are read and agreed to anew. `without_gap`: no waiting period then. `on_sale` false:
    the product is not sold any more, and another one has to be chosen."""
    async with parts.database.transaction() as session:
        policy = await own_policy(session, caller.subject, policy_no)
    today = parts.today()
    terms = next((t for t in parts.catalogue.on_sale(today) if t.product_id == policy.product_id), None)
    earliest = today + timedelta(days=terms.first_day_after_payment if terms else 1)
    first_day = max(policy.ends_on + timedelta(days=1), earliest)
    goes_on = policy.ended_reason is None and is_served(policy, first_day, today)
    return {
        "policy_no": policy_no,
        "product_id": policy.product_id,
        "on_sale": terms is not None,
        "premium_fen": terms.premium_fen if terms else None,
        "insured_from": policy.purchase_id,
        "relationship": policy.relationship,
        "effective_date": first_day.isoformat(),
        "without_gap": goes_on and renews(first_day, policy.ends_on),
        "not_guaranteed": NO_GUARANTEED_RENEWAL,
    }
