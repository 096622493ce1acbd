"""Complaints (投诉): when their clocks call, and publishing them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from temporalio import activity

from activities.journal import Entries, write_entries
from activities.rows import publish_row
from insurance.rules.complaints import ComplaintFile, calls_of, clocks_of, may_ask_review_until, waiting_clock
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import Calendar, end_of_day
from insurance.rules.reminders import Call
from insurance.tables import Complaint, Database


@dataclass(frozen=True)
class ComplaintRecord:
    seq: int
    complaint: ComplaintFile
    entries: Entries = Entries()


@dataclass(frozen=True)
class ComplaintPlan:
    """By the calendar of today. `due_at`: the end of what the insurer must do now. `review_until`: how long the family may ask for
    a review of the answer."""

    calls: tuple[Call, ...]
    due_at: datetime | None
    review_until: datetime | None


FIXED = frozenset(
    {"about", "policy_no", "claim_id", "insurer_code", "subject", "region", "kind", "received_on", "created_at"}
)
_file = TypeAdapter(ComplaintFile)


class Complaints:
    def __init__(self, database: Database, calendar: Calendar) -> None:
        self._database = database
        self._calendar = calendar

    @activity.defn
    async def plan_complaint(self, complaint: ComplaintFile) -> ComplaintPlan:
        today = shanghai_day(complaint.updated_at)
        clock = waiting_clock(complaint, self._calendar, today)
        return ComplaintPlan(
            calls_of(complaint, self._calendar, today),
            end_of_day(clock.due_on) if clock else None,
            may_ask_review_until(complaint, self._calendar),
        )

    @activity.defn
    async def publish_complaint(self, record: ComplaintRecord) -> None:
        """Safe to repeat."""
        values = values_of(record, self._calendar)
        async with self._database.transaction() as session:
            await publish_row(session, Complaint, values, key="complaint_id", fixed=FIXED)
            await write_entries(session, record.complaint.complaint_id, record.entries)


def values_of(record: ComplaintRecord, calendar: Calendar) -> dict[str, Any]:
    """The row of a record."""
    complaint = record.complaint
    today = shanghai_day(complaint.updated_at)
    waiting = waiting_clock(complaint, calendar, today)
    return {
        "complaint_id": complaint.complaint_id,
        "about": complaint.claim_id or complaint.policy_no,
        "policy_no": complaint.policy_no,
        "claim_id": complaint.claim_id,
        "insurer_code": complaint.insurer_code,
        "subject": complaint.subject,
        "region": complaint.region,
        "kind": complaint.kind,
        "state": complaint.state,
        "seq": record.seq,
        "handler": complaint.handler,
        "received_on": shanghai_day(complaint.received_at),
        "due_on": clocks_of(complaint, calendar, today)[0].due_on,
        "answered_on": shanghai_day(complaint.answer.at) if complaint.answer else None,
        "due_at": end_of_day(waiting.due_on) if waiting else None,
        "case": _file.dump_python(complaint, mode="json"),
        "created_at": complaint.received_at,
        "updated_at": complaint.updated_at,
    }
