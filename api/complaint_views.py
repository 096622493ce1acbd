"""Complaints (投诉) as their family and the insurer's desk see them, and whose doing a new one is about."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, false, not_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from api.claim_files import case_of
from api.parts import Parts
from api.scope import of_insurer
from api.views import instant
from insurance.rules.complaints import (
    KINDS,
    OUTCOMES,
    REGULATORS_HOTLINE,
    Answer,
    ComplaintFile,
    clocks_of,
    may_ask_review_until,
)
from insurance.rules.deadlines import Clock
from insurance.rules.status import label
from insurance.tables import Claim, Complaint, Message, Review, SeriousCase

file_of = TypeAdapter(ComplaintFile)


def readable_by(caller: Caller) -> ColumnElement[bool]:
    """Complaints that this caller may know of: the family's own; of the insurer's desk (leads, operator) and of whoever handles it,
    what is not about themselves (回避)."""
    if caller.role == "parent":
        return col(Complaint.subject) == caller.subject
    insurers = of_insurer(caller, Complaint)
    concerned = col(Complaint.case)["complained_about"].contains([caller.subject])
    at_the_desk = false() if caller.role == "adjuster" and not caller.lead else not_(concerned)
    return and_(insurers, or_(col(Complaint.handler) == caller.subject, at_the_desk))


def complaint_row(row: Complaint) -> dict[str, Any]:
    """Without its words."""
    return {
        "complaint_id": row.complaint_id,
        "policy_no": row.policy_no,
        "claim_id": row.claim_id,
        "insurer": row.insurer_code,
        "kind": row.kind,
        "kind_label": KINDS[row.kind],
        "state": row.state,
        "label": label("complaint", row.state),
        "handler": row.handler,
        "received_on": row.received_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "due_at": instant(row.due_at),
        "created_at": instant(row.created_at),
    }


def complaint_view(parts: Parts, row: Complaint, caller: Caller) -> dict[str, Any]:
    """With words, clocks, and where else the family may turn. Whose doing it is about is the desk's to know."""
    complaint = file_of.validate_python(row.case)
    staff = {} if caller.role == "parent" else {"complained_about": list(complaint.complained_about)}
    return (
        complaint_row(row)
        | staff
        | {
            "text": complaint.text,
            "clocks": [_clock_view(clock) for clock in clocks_of(complaint, parts.calendar, parts.today())],
            "extended_because": list(complaint.extended_because),
            "answer": _answer_view(complaint.answer),
            "objection": complaint.objection,
            "review_until": instant(may_ask_review_until(complaint, parts.calendar)),
            "review_answer": _answer_view(complaint.review_answer),
            "regulators_hotline": REGULATORS_HOTLINE,
        }
    )


def _answer_view(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "outcome": answer.outcome, "label": OUTCOMES[answer.outcome], "text": answer.text, "by": answer.by,
        "at": instant(answer.at),
    }  # fmt: skip


def _clock_view(clock: Clock) -> dict[str, Any]:
    return {
        "clock": clock.clock,
        "article": clock.article,
        "starts_on": clock.starts_on.isoformat(),
        "due_on": clock.due_on.isoformat(),
        "unrolled_on": clock.unrolled_on.isoformat(),
        "state": clock.state,
        "late_days": clock.late_days,
        "provisional": clock.provisional,
    }


async def whose_doing(session: AsyncSession, policy_no: str, claim: Claim | None, before: datetime) -> tuple[str, ...]:
    """Staff who decided or reviewed the claim, followed its serious case, or wrote to the family about it or the policy before the
    complaint came: who handles it writes to them too."""
    about = claim.claim_id if claim else policy_no
    written = select(Message.author).where(
        Message.about == about, Message.by == "adjuster", col(Message.created_at) <= before
    )
    found = set((await session.exec(written)).all())
    if claim is not None:
        case = case_of(claim)
        decisions = [*case.undone, *([case.decision] if case.decision else [])]
        found |= {adjuster for decision in decisions for adjuster in decision.adjusters}
        reviews = select(Review.adjuster).where(Review.claim_id == about, col(Review.adjuster).is_not(None))
        found |= {adjuster for adjuster in (await session.exec(reviews)).all() if adjuster}
        followed = select(SeriousCase.case).where(SeriousCase.claim_id == about)
        found |= {case["adjuster"] for case in (await session.exec(followed)).all() if case.get("adjuster")}
    return tuple(sorted(found))
