"""Complaint (投诉)."""

from dataclasses import dataclass

from insurance.rules.complaints import ComplaintFile
from insurance.rules.complaints import Outcome as ComplaintOutcomeCode
from workflows.messages.people import Actor


@dataclass(frozen=True)
class ComplaintOrder:
    """As the family gave it; its state is `received`."""

    complaint: ComplaintFile


@dataclass(frozen=True)
class ComplaintExtension:
    """Why the answer takes longer; the family is told."""

    actor: Actor
    reason: str


@dataclass(frozen=True)
class ComplaintAnswering:
    """To the complaint, or to the request for a review of the answer."""

    actor: Actor
    outcome: ComplaintOutcomeCode
    text: str


@dataclass(frozen=True)
class ComplaintOutcome:
    state: str
