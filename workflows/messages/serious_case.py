"""Serious case (大案)."""

from dataclasses import dataclass
from datetime import datetime

from workflows.messages.people import Actor


@dataclass(frozen=True)
class SeriousOrder:
    """`claim_state` is where the claim is when it is found to be serious, or goes on after it was opened again."""

    case_id: str
    claim_id: str
    policy_no: str
    insurer_code: str
    because: tuple[str, ...]
    claim_state: str
    found_at: datetime


@dataclass(frozen=True)
class ClaimMoved:
    claim_state: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class CaseStep:
    """What an adjuster did, and what there is to say of it to colleagues."""

    actor: Actor
    comment: str = ""


@dataclass(frozen=True)
class SchoolNoted:
    """The school left a note; what it says stays in the table."""

    note_id: str


@dataclass(frozen=True)
class SeriousOutcome:
    state: str
