"""Claim (理赔)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from insurance.rules.case import AccidentReport, CaseConsent, CaseReceipt, Established, EvidenceFile, Payee
from insurance.rules.case_file import CaseFile
from insurance.rules.terms import ProductTerms
from workflows.messages.people import Actor
from workflows.messages.review import ReviewResult

# a clock, or the family's time for an answer, counts from their arrival
NoticeKind = Literal["decided_refused", "decided_partial", "supplement_requested"]


@dataclass(frozen=True)
class Continued:
    """What a claim's next run needs beside its file: nothing is told or asked twice. `reviewing`: a review is open, or
    `answer` is what it said."""

    seq: int
    payee_wanted: bool
    called_until: datetime | None
    reviewing: bool
    answer: ReviewResult | None
    # calls that were made at the instant `called_until`
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimOrder:
    """A report (报案). `case` is set when an ended claim is opened again, or `continued` with it when a long history is cut: it goes
    on from there, after `longest_history` events. `quality_sampled`: an adjuster looks at it afterwards when it is decided without
    a person. `reported_by`: the adjuster who reported it for the family (代为报案). `shape`: with which changes of the process it began;
    from 1 on it keeps its clocks, and states that pass at once share a record."""

    claim_id: str
    policy_no: str
    subject: str
    insurer_code: str
    terms: ProductTerms
    report: AccidentReport
    reported_at: datetime
    idle_days: float
    dispute_days: float
    review_days: float
    ocr_queue: str
    consents: tuple[CaseConsent, ...] = ()
    reopened_because: str | None = None
    case: CaseFile | None = None
    documents: tuple[EvidenceFile, ...] = ()
    receipts: tuple[CaseReceipt, ...] = ()
    quality_sampled: bool = False
    continued: Continued | None = None
    longest_history: int = 4000
    reported_by: str | None = None
    shape: int = 0


@dataclass(frozen=True)
class Correction:
    """An adjuster's amendment of one receipt. `fields`: new values by field name, as printed; None for what is not printed.
    `items` is a JSON list of `{name, amount}`."""

    actor: Actor
    receipt_id: str
    fields: dict[str, str | None]
    reason: str


@dataclass(frozen=True)
class Establishing:
    """An adjuster's finding about the event itself (事实认定); see `Established`."""

    actor: Actor
    reason: str
    died_on: date | None = None
    sudden_death: bool = False
    critical_illness: date | None = None
    disability_grades: tuple[int, ...] = ()
    prior_disability_grade: int | None = None
    other_insurer_paid_fen: int = 0
    other_death_benefit_fen: int = 0
    same_accident_as: str | None = None

    def as_found(self, at: datetime) -> Established:
        return Established(
            self.actor.subject,
            self.reason,
            at,
            self.died_on,
            self.sudden_death,
            self.critical_illness,
            self.disability_grades,
            self.prior_disability_grade,
            self.other_insurer_paid_fen,
            self.other_death_benefit_fen,
            self.same_accident_as,
        )


@dataclass(frozen=True)
class Rereading:
    """A file to be read anew, after the reader got better, say. What people corrected stays."""

    actor: Actor
    document_id: str


@dataclass(frozen=True)
class Delivery:
    """How a notice that its channel refused reached the family all the same. `by`: who told it or gave it."""

    actor: Actor
    kind: NoticeKind
    how: Literal["telephone", "handed_over", "post"]
    by: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Objection:
    """What the family has against a decision; they may leave it unsaid."""

    reason: str = ""


@dataclass(frozen=True)
class Undoing:
    actor: Actor
    reason: str


@dataclass(frozen=True)
class PayeeOrder:
    payees: tuple[Payee, ...]
    consents: tuple[CaseConsent, ...] = ()


@dataclass(frozen=True)
class PayeesSeen:
    """Whom a lead has looked at: those who are named since the claim shows this `payees_seq`."""

    actor: Actor
    payees_seq: int


@dataclass(frozen=True)
class ClaimOutcome:
    state: str
    paid_fen: int


@dataclass(frozen=True)
class IncidentLink:
    """An adjuster linked the claim to an event with so many students."""

    incident_id: str
    students: int
