"""The terms of a product (产品条款) as data: they travel in a process's input, frozen at purchase. Plain values only."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Cause = Literal["accident", "illness"]
Trigger = Literal["death", "sudden_death", "disability", "critical_illness", "medical"]
ReceiptCategory = Literal["outpatient", "inpatient", "rabies", "dental", "suturing"]


@dataclass(frozen=True)
class Band:
    """A part of the amount in scope and the percentage paid of it. `up_to_fen` None: without end."""

    percent: int
    up_to_fen: int | None = None


@dataclass(frozen=True)
class MedicalTerms:
    """How an indemnity coverage (费用补偿) pays receipts. `settled`: bands when social insurance took part, `unsettled`: when not.

    `self_expense_cut`: why items outside the social insurance catalogue (个人自费) are not paid; empty when they are paid.
    `days_after_accident`: treatment counts to this day after the accident, the accident's day not counted.
    """

    categories: tuple[ReceiptCategory, ...]
    settled: tuple[Band, ...]
    unsettled: tuple[Band, ...]
    deductible_fen: int = 0
    deductible_per: Literal["accident", "stay"] = "accident"
    self_expense_cut: str = ""
    days_after_accident: int | None = None


@dataclass(frozen=True)
class Coverage:
    """One responsibility (保险责任) of a product, with its sum for the policy year.

    `draws_on`: a coverage whose sum this one uses up too (共用保额). `in_place_of`: a coverage that is not paid when this one is.
    `overflow_of`: the coverage whose cut-off amount this one takes over (在其限额之外接续赔付).
    """

    coverage_id: str
    label: str
    clause: str
    limit_fen: int
    causes: tuple[Cause, ...]
    pays: tuple[Trigger, ...]
    campus_only: bool = False
    waiting_days: int = 0
    draws_on: str | None = None
    in_place_of: str | None = None
    overflow_of: str | None = None
    medical: MedicalTerms | None = None


@dataclass(frozen=True)
class SurrenderTerms:
    """`kept_percent` of the premium is returned in proportion to the days not used (未满期净保费)."""

    kept_percent: int
    request_day_counts: bool
    zero_after_paid_claim: bool
    clause: str


@dataclass(frozen=True)
class AgreedTime:
    """Working days (工作日) that the product promises for payables up to `up_to_fen` (None: any): decide, then pay."""

    decide_working_days: int
    pay_working_days: int
    up_to_fen: int | None = None


@dataclass(frozen=True)
class DeathCap:
    """Death benefits of a child younger than `below_age`, of all insurers together (保监发〔2015〕90号)."""

    below_age: int
    cap_fen: int


@dataclass(frozen=True)
class ProductTerms:
    """One version of one product. Coverages stand in the order in which a settlement lists them."""

    product_id: str
    version: str
    title: str
    insurer_code: str
    sold_from: date
    school_types: tuple[str, ...]
    premium_fen: int
    coverages: tuple[Coverage, ...]
    surrender: SurrenderTerms
    agreed_times: tuple[AgreedTime, ...]
    automatic_approval_limit_fen: int
    second_adjuster_from_fen: int
    small_claim_fen: int
    serious_case_from_fen: int
    minors_death_caps: tuple[DeathCap, ...]
    document_ids: tuple[str, ...]
    term_years: int = 1
    first_day_after_payment: int = 1
    first_day_within_days: int = 365

    def coverage(self, coverage_id: str) -> Coverage | None:
        return next((c for c in self.coverages if c.coverage_id == coverage_id), None)

    def minors_death_cap(self, age: int) -> DeathCap | None:
        """The cap of a child of this age; None for adults."""
        return min((c for c in self.minors_death_caps if age < c.below_age), key=lambda c: c.below_age, default=None)
