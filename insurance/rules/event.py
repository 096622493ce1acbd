"""What happened, to whom, and what it cost: the facts that a settlement is computed from. Plain values; amounts in fen."""

from dataclasses import dataclass
from datetime import date as Day

from insurance.rules.terms import Cause, ReceiptCategory


@dataclass(frozen=True)
class Cover:
    """The insured's cover. `ends_on` is the last covered day (None: the term's own last day). `renewal`: no waiting period.

    `death_limit_fen`: the death benefit that was accepted at issue when the minors' cap left only a difference (DOMAIN 2.4, point 4).
    """

    effective_date: Day
    renewal: bool
    insured_birth_date: Day
    ends_on: Day | None = None
    death_limit_fen: int | None = None


@dataclass(frozen=True)
class Event:
    """An accident (意外) or illness (疾病). `date`: the accident's day, or the day of onset or admission.

    `critical_illness` is the day of first diagnosis. `disability_grades` are this accident's, 1 the heaviest (JR/T 0083-2013).
    `deductible_taken_fen`: what earlier claims of the same accident already bore of its deductible.
    """

    type: Cause
    date: Day
    on_campus: bool = False
    died_on: Day | None = None
    sudden_death: bool = False
    critical_illness: Day | None = None
    disability_grades: tuple[int, ...] = ()
    prior_disability_grade: int | None = None
    deductible_taken_fen: int = 0


@dataclass(frozen=True)
class ClaimReceipt:
    """One medical receipt (医疗票据). `date` is the day of treatment, or of the stay's receipt."""

    category: ReceiptCategory
    date: Day
    total_fen: int
    pool_pay_fen: int = 0
    other_pay_fen: int = 0
    self_expense_fen: int = 0
    social_insurance_settled: bool = False
    receipt_id: str = ""

    @property
    def settled(self) -> bool:
        """Social insurance took part: a payer paid, or the receipt's insurance type (医保类型) says so."""
        return self.social_insurance_settled or self.pool_pay_fen > 0 or self.other_pay_fen > 0
