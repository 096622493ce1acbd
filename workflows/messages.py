"""What goes into processes and comes out of them: one dataclass for each start, update, signal and result.

Shapes are stored in histories. A field may be added with a default; none may be renamed or removed while a history has it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from insurance.rules.application import Application
from insurance.rules.case import (
    AccidentReport,
    Assessment,
    CaseConsent,
    CaseReceipt,
    DecidedLine,
    Decision,
    Established,
    EvidenceFile,
    PapersRequest,
    Payee,
)
from insurance.rules.case_file import CaseFile
from insurance.rules.complaints import ComplaintFile
from insurance.rules.complaints import Outcome as ComplaintOutcomeCode
from insurance.rules.correction import Change
from insurance.rules.death_cover import DeathCover
from insurance.rules.decision import Outcome
from insurance.rules.policy_days import Moment
from insurance.rules.settlement import Step
from insurance.rules.terms import ProductTerms

# --- purchase (投保) ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PurchaseOrder:
    """The application as submitted, with the terms frozen. `insured_digest` finds the child's policies without the number."""

    purchase_id: str
    subject: str
    insurer_code: str
    terms: ProductTerms
    application: Application
    insured_digest: str
    renewal: bool
    death_limit_fen: int | None
    submitted_at: datetime
    payment_minutes: float
    resume_days: float
    # the last day of the child's policy with this insurer whose waiting period is over: what goes on without a gap has none
    insured_until: date | None = None
    # how the minors' cap came out, for the policy (保监发〔2015〕90号)
    death_cover: DeathCover | None = None


@dataclass(frozen=True)
class PaymentReceived:
    """Money that arrived, from a verified notice or the gateway's own answer to a query."""

    out_trade_no: str
    trade_no: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True)
class UnderwritingAnswer:
    """An insurer's late answer, by callback."""

    status: Literal["accepted", "declined", "pending"]
    proposal_no: str
    reason_code: str | None
    reason: str | None


@dataclass(frozen=True)
class PurchaseOutcome:
    state: str
    policy_no: str | None


@dataclass(frozen=True)
class StrayPayment:
    """Money for an order whose process has ended or never was (DOMAIN T4)."""

    purchase_id: str
    payment: PaymentReceived


@dataclass(frozen=True)
class StrayOutcome:
    """`known`: the payment that the policy stands on, told once more. `refunded`: given back in full."""

    outcome: Literal["known", "refunded"]


# --- staff and family ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Actor:
    """Who asks: a role and an id, as the token said."""

    role: str
    subject: str
    lead: bool = False

    @property
    def label(self) -> str:
        """As timelines name them: the family without an id, staff with theirs."""
        return "family" if self.role == "parent" else f"{self.role}:{self.subject}"


# --- surrender (退保) --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SurrenderRequest:
    """A quote, and the policy it is for. `out_trade_no` is the original payment, None for a policy sold elsewhere."""

    surrender_id: str
    policy_no: str
    subject: str
    insurer_code: str
    reason: str
    comment: str
    refund_fen: int
    steps: tuple[Step, ...]
    requested_on: date
    cover_ends_on: date
    out_trade_no: str | None
    quote_expires_at: datetime
    requested_at: datetime


@dataclass(frozen=True)
class RefundAccount:
    """Where a refund goes when the original route is closed or was never ours."""

    kind: Literal["alipay", "bank"]
    account: str
    name: str


@dataclass(frozen=True)
class SurrenderOutcome:
    state: str
    refund_fen: int


# --- correction of a policy (保全) -------------------------------------------------------------------------------------


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


# --- claim (理赔) ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Continued:
    """What a claim's next run needs beside its file: nothing is told or asked twice. `reviewing`: a review is open, or
    `answer` is what it said."""

    seq: int
    payee_wanted: bool
    called_until: datetime | None
    reviewing: bool
    answer: "ReviewResult | None"
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
        )


@dataclass(frozen=True)
class Rereading:
    """A file to be read anew, after the reader got better, say. What people corrected stays."""

    actor: Actor
    document_id: str


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
class ClaimOutcome:
    state: str
    paid_fen: int


@dataclass(frozen=True)
class IncidentLink:
    """An adjuster linked the claim to an event with so many students."""

    incident_id: str
    students: int


# --- serious case (大案) -----------------------------------------------------------------------------------------------


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


# --- review (人工审核) --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewOrder:
    """`excluded`: adjusters who may not take it. `papers_asked`: the one request was made before (保险法 22). `kind` quality: a
    look at an automatic approval that is paid meanwhile. `refusal_second_above_fen`: from
    above this sum a refusal needs two adjusters."""

    review_id: str
    claim_id: str
    insurer_code: str
    assessment: Assessment
    second_adjuster_from_fen: int
    excluded: tuple[str, ...]
    papers_asked: bool
    opened_at: datetime
    due_at: datetime
    kind: Literal["decision", "quality"] = "decision"
    patient_state: str = "outpatient"
    refusal_second_above_fen: int | None = None
    # tells its claim how it ended; claims of before wait for their child
    answers: bool = False
    critical_illness: bool = False


@dataclass(frozen=True)
class DecisionOrder:
    actor: Actor
    outcome: Outcome
    reason_codes: tuple[str, ...]
    comment: str
    lines: tuple[DecidedLine, ...] | None = None


@dataclass(frozen=True)
class PapersOrder:
    """`new_fact`: why a second request is needed at all; only an adjusters' lead may give it."""

    actor: Actor
    kinds: tuple[str, ...]
    comment: str
    new_fact: str | None = None


@dataclass(frozen=True)
class Reassignment:
    actor: Actor
    to: str
    reason: str = ""


@dataclass(frozen=True)
class QualityJudgement:
    """What an adjuster says of an automatic approval; a disagreement says why."""

    actor: Actor
    agrees: bool
    reason: str = ""


@dataclass(frozen=True)
class QualityOutcome:
    """`agrees` None: nobody has to judge any more."""

    agrees: bool | None


@dataclass(frozen=True)
class Reminder:
    """A clock of the claim that a review decides."""

    kind: str
    text: str


@dataclass(frozen=True)
class ReviewResult:
    """Exactly one of them: a decision, or the papers that are missing. Neither: the claim was withdrawn."""

    decision: Decision | None
    papers: PapersRequest | None


@dataclass(frozen=True)
class ReviewAnswer:
    """What a review tells its claim when it ends."""

    review_id: str
    result: ReviewResult


# --- complaint (投诉) -----------------------------------------------------------------------------------------------------


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


# --- reconciliation (对账) ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReconciliationOrder:
    """`day` None: the one before the day on which the schedule was to start it. `alone`: without those that still wait for their
    statement."""

    day: date | None = None
    alone: bool = False


@dataclass(frozen=True)
class ReconciliationOutcome:
    """Days that were compared, and those of which the gateway had no statement."""

    reconciled: tuple[date, ...]
    without_statement: tuple[date, ...]


# --- days of policies (保单提醒) -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PolicyDaysOrder:
    """`day` None: the one on which the schedule was to start it. The rest is for a run that goes on: the days that are left, and where
    in the first of them it is."""

    day: date | None = None
    left: tuple[date, ...] | None = None
    moment: Moment = "in_effect"
    after: str = ""
    told: int = 0
    # of a thousand policies and two events each
    batches_per_run: int = 200


@dataclass(frozen=True)
class PolicyDaysOutcome:
    """How many notices were written."""

    told: int
