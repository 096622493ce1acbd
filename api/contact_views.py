"""Contact (联系客服) as people see it: the insurer's hotline and hours, where to complain and where next, and messages without more of
a person than is needed."""

from typing import Any

from api.auth import Caller
from api.parts import Parts
from api.views import instant
from insurance.rules.complaints import where_next
from insurance.rules.deadlines import COMPLAINT_DAYS
from insurance.tables import Message


def contact_of(parts: Parts, insurer_code: str) -> dict[str, Any]:
    insurer = parts.catalogue.insurer(insurer_code)
    name = insurer.name if insurer else "保险公司"
    return {
        "hotline": insurer.hotline if insurer else None,
        "hours": insurer.hours if insurer else None,
        "complaints": {
            "url": "/v1/complaints",
            "answer_days": COMPLAINT_DAYS,
            "where_next": [{"who": who, "how": how} for who, how in where_next(name, COMPLAINT_DAYS)],
        },
    }


def message_view(row: Message, caller: Caller) -> dict[str, Any]:
    """As it stands in its own thread. Which adjuster wrote is for colleagues."""
    staff = {"author": row.author} if caller.role != "parent" else {}
    return message_head(row) | staff | {"text": row.text}


def message_head(row: Message) -> dict[str, Any]:
    """As it stands in a list: everything but who wrote it and what."""
    return {
        "message_id": row.message_id,
        "policy_no": row.policy_no,
        "claim_id": row.claim_id,
        "by": row.by,
        "created_at": instant(row.created_at),
        "answer_due_on": row.answer_due_on.isoformat() if row.answer_due_on else None,
        "answered_at": instant(row.answered_at),
    }
