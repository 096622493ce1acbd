"""Correction of a policy (保全)."""

from dataclasses import dataclass
from datetime import date, datetime

from insurance.rules.application import Application
from insurance.rules.correction import Change


@dataclass(frozen=True)
class CorrectionOrder:
    """`application`: who the policy is about, as it shall stand; `changes` says what differs. `open_reports`: report numbers of claims
    under way. `due_on`: the last working day for the insurer's answer."""

    correction_id: str
    policy_no: str
    subject: str
    insurer_code: str
    changes: tuple[Change, ...]
    application: Application
    insured_digest: str
    reason: str
    open_reports: tuple[str, ...]
    due_on: date
    requested_at: datetime


@dataclass(frozen=True)
class CorrectionOutcome:
    state: str
    endorsement_no: str | None
