"""A claim (理赔) as its process knows it: the report, the evidence, what was read, what was decided, what was paid.

Frozen values, replaced and never changed. They travel through Temporal as JSON and are published to the tables as they are."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, cast

from insurance.rules.benefit import Settlement
from insurance.rules.receipts.likeness import Likeness
from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import Check, Extras, ReceiptFields

Category = Literal["outpatient", "inpatient", "rabies", "dental", "suturing"]
PayeeProof = Literal["policy", "paper", "none"]


@dataclass(frozen=True)
class AccidentReport:
    """What the family reported (guide lines 133-145). `critical_illness`: it claims for one that was diagnosed (重大疾病)."""

    patient_state: str
    accident_region: str
    accident_at: datetime
    accident_place: str
    event: Literal["accident", "illness"]
    on_campus: bool
    description: str
    claimant_mobile: str
    critical_illness: bool = False


@dataclass(frozen=True)
class Established:
    """What an adjuster found from the papers beside receipts (事实认定): a death, a first diagnosis, grades of disability (JR/T
    0083-2013, 1 the heaviest), and what others paid. `same_accident_as`: an earlier claim of the policy tells of the same accident, whose
    deductible is borne once. `person`, `reason`, `at`: who, why, when."""

    person: str
    reason: str
    at: datetime
    died_on: date | None = None
    sudden_death: bool = False
    critical_illness: date | None = None
    disability_grades: tuple[int, ...] = ()
    prior_disability_grade: int | None = None
    other_insurer_paid_fen: int = 0
    other_death_benefit_fen: int = 0
    same_accident_as: str | None = None


@dataclass(frozen=True)
class CaseConsent:
    """A separate consent given with the claim: `medical_data` at the report, `account_data` with the payee. `recorded_by`: the
    adjuster to whom it was given orally (口头同意)."""

    kind: Literal["medical_data", "account_data"]
    agreed: bool
    at: datetime
    recorded_by: str | None = None


@dataclass(frozen=True)
class EvidenceView:
    """One page of a file as people look at it: upright, made anew from its pixels, beside the original in the store. `page`
    counts from 0; boxes of a reading are told on `read_width` x `read_height` pixels, the view has `width` x `height`."""

    page: int
    object_key: str
    width: int
    height: int
    read_width: int
    read_height: int


@dataclass(frozen=True)
class EvidenceFile:
    """One uploaded file; its bytes lie in the store. `reason` tells the family why a file was rejected."""

    document_id: str
    kind: str
    object_key: str
    version_id: str
    sha256: str
    size: int
    content_type: str
    received_at: datetime
    state: Literal["received", "rejected"] = "received"
    reason: str | None = None
    views: tuple[EvidenceView, ...] = ()
    # as timelines name who handed it in
    given_by: str = "family"


@dataclass(frozen=True)
class Amendment:
    """A correction by an adjuster: what it was, what it is, why, who, when. A value may be confirmed as it was."""

    field: str
    old: str | None
    new: str | None
    reason: str
    person: str
    at: datetime


@dataclass(frozen=True)
class CaseReceipt:
    """One receipt of the case. `fields` count; `read_fields` are what the reader saw and stay as they are.
    `treated_on` is the visit or admission day (ISO), the day of issue when neither is printed. `extras`, `codes` (QR) and
    `items_whole` are what its checks are made from again; `assumed` names what the form left open: `category`,
    `social_insurance_settled`, `treated_on`. `superseded`: a newer reading of its file found no such receipt, and it counts no more."""

    receipt_id: str
    document_id: str
    ordinal: int
    fields: ReceiptFields
    read_fields: ReceiptFields
    confidence: dict[str, float]
    checks: tuple[Check, ...]
    boxes: dict[str, tuple[float, float, float, float]]
    category: Category
    social_insurance_settled: bool
    treated_on: str | None
    amendments: tuple[Amendment, ...] = ()
    extras: Extras = field(default_factory=Extras)
    codes: tuple[QrFields, ...] = ()
    items_whole: bool = False
    assumed: tuple[str, ...] = ()
    likeness: Likeness = field(default_factory=Likeness)
    superseded: bool = False

    def is_amended(self, name: str) -> bool:
        return any(amendment.field == name for amendment in self.amendments)

    def as_read(self) -> "CaseReceipt":
        """Before anybody corrected it."""
        if not self.amendments:
            return self
        first = {amendment.field: amendment.old for amendment in reversed(self.amendments)}
        settled = first.get("social_insurance_settled", "true" if self.social_insurance_settled else "false")
        day = self.read_fields.date if self.treated_on == self.fields.date else self.treated_on
        return replace(
            self,
            fields=self.read_fields,
            treated_on=first.get("treated_on", day),
            category=cast(Category, first.get("category", self.category)),
            social_insurance_settled=settled == "true",
            amendments=(),
        )


@dataclass(frozen=True)
class Finding:
    """Something that a person must look at. A finding never refuses by itself. `receipt_id` and `fields`: where to look."""

    code: str
    explanation: str
    receipt_id: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repeat:
    """A receipt or file of this claim that another claim, not withdrawn, has too. `receipt_id` None: the file as a whole.
    `state` is the other claim's."""

    how: Literal["same_receipt", "same_number_other_amount", "looks_alike", "same_file"]
    document_id: str
    receipt_id: str | None
    claim_id: str
    state: str


@dataclass(frozen=True)
class SameAccident:
    """Another claim of the same child that may tell of the same accident; `days_apart` between their days."""

    claim_id: str
    state: str
    days_apart: int


@dataclass(frozen=True)
class AssessmentGrounds:
    """What the books said when a claim was assessed. `used_fen`: what other claims of the policy used or reserved, by coverage;
    `repeats`: numbers and hashes of earlier records; `other_policies`: of the same child, on the day of the event;
    `repeated`: what other claims have too; `closed_because`: why the school had no lessons on the day of an accident on campus,
    `closed_guessed_from` when that is only a guess; `incident_students`: how many students are linked to the same event;
    `deductible_taken_fen`: what decided claims of the same accident bore of its deductible."""

    used_fen: dict[str, int]
    repeats: tuple[str, ...]
    other_policies: int
    repeated: tuple[Repeat, ...] = ()
    same_accident: tuple[SameAccident, ...] = ()
    closed_because: str | None = None
    incident_students: int = 0
    closed_guessed_from: str | None = None
    deductible_taken_fen: int = 0


@dataclass(frozen=True)
class Assessment:
    """`passed` names every check that held; `automatic` when all did and the sum is within the product's limit. `claimed_fen`:
    what the receipts come to, each counted once, as read or as corrected, whichever is more; `unread_totals` of them come to nobody
    knows what. `read_payable_fen`: what the terms would pay for them as they were read."""

    settlement: Settlement
    findings: tuple[Finding, ...]
    passed: tuple[str, ...]
    automatic: bool
    grounds: AssessmentGrounds
    claimed_fen: int = 0
    read_payable_fen: int = 0
    unread_totals: int = 0


@dataclass(frozen=True)
class DecidedLine:
    coverage_id: str
    payable_fen: int


@dataclass(frozen=True)
class Decision:
    """Never edited, only undone. `by` automatic has no adjuster and names its checks."""

    by: Literal["automatic", "adjuster"]
    outcome: Literal["full", "partial", "refused"]
    payable_fen: int
    lines: tuple[DecidedLine, ...]
    reason_codes: tuple[str, ...]
    comment: str
    checks: tuple[str, ...]
    adjusters: tuple[str, ...]
    decided_at: datetime


@dataclass(frozen=True)
class Payee:
    """Who is paid: the insured's guardian, or the heirs with their shares. `share` is a decimal string; all add to 1. `proof`: what
    proves that they may be (rules/payees.py)."""

    kind: Literal["alipay", "bank"]
    account: str
    name: str
    relationship: str
    share: str = "1"
    proof: PayeeProof = "policy"


@dataclass(frozen=True)
class Payout:
    """One transfer to one payee. `out_biz_no` is ours and unique at the gateway; `payee` counts the payees of a round from 0,
    a round is the claim's first way to payment, or one after it was opened again. `advance`: paid ahead of the decision
    (先予支付, 保险法 25). `former`: to somebody who was named before others were to be paid: it counts against the sum alone."""

    out_biz_no: str
    round: int
    payee: int
    amount_fen: int
    state: Literal["paying", "paid", "failed"]
    paid_at: datetime | None = None
    reason: str | None = None
    advance: bool = False
    former: bool = False
    # why it failed, as the gateway's port names it
    reason_code: str | None = None
    # never sent again, because something else is owed by now, or to somebody else
    called_off: bool = False


@dataclass(frozen=True)
class PapersRequest:
    """The one complete notice of what is missing (保险法 22)."""

    kinds: tuple[str, ...]
    comment: str
    by: str
    at: datetime
