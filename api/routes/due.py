"""What is due (时限): claims whose clock runs out, for those who must keep it, and for the authority a count of broken ones."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from sqlalchemy import Date, Integer, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from api.auth import Caller
from api.claim_files import label_of_claim, turn_of_claim
from api.deps import Authority, InsurerStaff, ObjectId, TheParts, require_lead
from api.due_views import NEAR, due_view
from api.errors import Problem
from api.fields import Body, Comment, Day, Instant, Subject
from api.paging import Paging, page_of
from api.routes.claims import told
from api.scope import of_insurer, of_region
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import end_of_day
from insurance.rules.reminders import CLOCK_NAMES
from insurance.tables import BrokenClock, Claim
from workflows.messages import Actor, Delivery
from workflows.messages.claim import NoticeKind

router = APIRouter(prefix="/v1", tags=["clocks"])

Teller = Annotated[Caller, Depends(require_lead("只有理赔主管可以登记送达"))]


@router.get("/due-claims")
async def due_claims(
    parts: TheParts, caller: InsurerStaff, page: Paging, state: Literal["near", "overdue", "undelivered"] = "near"
) -> dict[str, Any]:
    """Claims whose next clock ends within two days (`near`) or has run out (`overdue`), or with a notice that no channel takes to the
    family, so that somebody has to tell it (`undelivered`); the most urgent first. An adjuster's insurer's, an operator's own or all."""
    now = end_of_day(parts.today() - timedelta(days=1))
    due_at = col(Claim.due_at)
    wanted = {
        "near": [due_at > now, due_at <= now + NEAR],
        "overdue": [due_at <= now],
        "undelivered": [due_at.is_not(None), col(Claim.case)["undelivered"] != cast([], JSONB)],
    }[state]
    wanted.append(of_insurer(caller, Claim))
    async with parts.database.transaction() as session:
        rows = await page_of(session, Claim, wanted, page, "claim_id", soonest="due_at")
    return rows.answer(lambda row: _due_view(row, parts.today()))


class DeliveryBody(Body):
    """`by`: who told or gave it, the caller when nobody is named. `at`: when the family had it."""

    kind: NoticeKind
    how: Literal["telephone", "handed_over", "post"]
    at: Instant
    by: Subject | None = None
    comment: Comment = ""


@router.post("/claims/{claim_id}/deliveries")
async def record_delivery(parts: TheParts, caller: Teller, claim_id: ObjectId, body: DeliveryBody) -> dict[str, Any]:
    """How a notice that its channel refused for good reached the family (送达登记): its clock ends on that day. By a lead; answers with
    the claim."""
    actor = Actor(caller.role, caller.subject, caller.lead)
    delivery = Delivery(actor, body.kind, body.how, body.by or caller.subject, body.at, body.comment)
    return await told(parts, caller, claim_id, "record_delivery", delivery)


@router.get("/overview/clocks")
async def broken_clocks(
    parts: TheParts, caller: Authority, due_from: Day | None = None, due_to: Day | None = None
) -> dict[str, Any]:
    """How many clocks were broken in a supervisor's region, by insurer and clock, without any case, and by how many days at most; an
    insurer's operator counts its own. Days are those on which they ran out; this year's, if not given."""
    first = due_from or parts.today().replace(month=1, day=1)
    last = due_to or parts.today()
    if caller.role == "supervisor" and caller.region is None:
        raise Problem(403, "forbidden")
    wanted = [
        col(BrokenClock.due_on).between(first, last),
        col(BrokenClock.region).startswith(of_region(caller.region or ""), autoescape=True),
        of_insurer(caller, BrokenClock),
    ]
    mended = func.count(col(BrokenClock.done_on))
    until_today = cast(literal(parts.today(), Date) - col(BrokenClock.due_on), Integer)
    longest = func.max(func.coalesce(col(BrokenClock.late_days), until_today))
    statement = (
        select(col(BrokenClock.insurer_code), col(BrokenClock.clock), func.count(), mended, longest)
        .where(*wanted)
        .group_by(col(BrokenClock.insurer_code), col(BrokenClock.clock))
        .order_by(col(BrokenClock.insurer_code), col(BrokenClock.clock))
    )
    async with parts.database.transaction() as session:
        counted = (await session.execute(statement)).all()
    return {
        "region": caller.region,
        "due_from": first,
        "due_to": last,
        "items": [
            {
                "insurer": insurer,
                "clock": clock,
                "label": CLOCK_NAMES[clock],
                "broken": broken,
                "still_open": broken - done,
                "longest_late_days": late_days,
            }
            for insurer, clock, broken, done, late_days in counted
        ],
    }


def _due_view(row: Claim, today: date) -> dict[str, Any]:
    assert row.due_at is not None
    due_on = shanghai_day(row.due_at) - timedelta(days=1)
    undelivered = row.case.get("undelivered", [])
    turn = "adjuster" if undelivered else turn_of_claim(row)
    shown = due_view("claim", row.claim_id, row, label_of_claim(row), turn, row.due_clock, due_on, today)
    return shown | {"policy_no": row.policy_no, "undelivered": undelivered}
