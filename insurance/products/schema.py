"""The shape of a product file: every number stands beside the clause it comes from, and nothing else may stand in it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from insurance.rules.errors import Invalid
from insurance.rules.money import parse_yuan
from insurance.rules.terms import Cause, ReceiptCategory, Trigger

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
SchoolType = Literal["kindergarten", "primary", "junior", "senior", "university", "special"]


def _fen(value: Any) -> int:
    """Whole yuan as a number, or yuan with decimals in quotes; a bare 100.5 is a float and is refused."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError('应为整数元，或带引号的金额，如 "100.50"')
    try:
        fen = parse_yuan(str(value))
    except Invalid as error:
        raise ValueError(error.message) from error
    if fen < 0:
        raise ValueError("金额不能为负")
    return fen


Yuan = Annotated[int, BeforeValidator(_fen)]
Days = Annotated[int, Field(ge=1, le=3650, strict=True)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clause(Part):
    """Something with a number in it, and where the number comes from."""

    clause: Text


class Amount(Clause):
    yuan: Yuan


class Waiting(Clause):
    days: Days


class TreatmentWithin(Clause):
    days: Days


class Deductible(Amount):
    per: Literal["accident", "stay"]


class BandFile(Part):
    percent: Percent
    up_to_yuan: Yuan | None = None


class Bands(Clause):
    bands: tuple[BandFile, ...] = Field(min_length=1)


class SelfExpense(Clause):
    """Whether items outside the social insurance catalogue are paid; if not, why, in words for a parent."""

    paid: bool
    explanation: str = ""


class Medical(Part):
    receipts: tuple[ReceiptCategory, ...] = Field(min_length=1)
    deductible: Deductible | None = None
    settled: Bands
    unsettled: Bands
    self_expense: SelfExpense
    treatment_within: TreatmentWithin | None = None


class CoverageFile(Clause):
    id: Code
    title: Text
    pays: tuple[Trigger, ...] = Field(min_length=1)
    causes: tuple[Cause, ...] = Field(min_length=1)
    limit: Amount
    campus_only: bool = False
    waiting: Waiting | None = None
    shares_sum_with: Code | None = None
    in_place_of: Code | None = None
    overflow_of: Code | None = None
    medical: Medical | None = None


class Term(Clause):
    years: Annotated[int, Field(ge=1, le=5, strict=True)]


class FirstDay(Clause):
    days_after_payment: Annotated[int, Field(ge=1, le=365, strict=True)]
    within_days: Days


class Surrender(Clause):
    kept_percent: Percent
    request_day_counts: bool
    zero_after_paid_claim: bool


class AgreedTimeFile(Clause):
    decide_working_days: Days
    pay_working_days: Days
    up_to_yuan: Yuan | None = None


class Approval(Part):
    automatic_up_to: Amount
    second_adjuster_from: Amount
    small_claim_up_to: Amount
    serious_case_from: Amount


class DeathCapFile(Amount):
    below_age: Annotated[int, Field(ge=1, le=18, strict=True)]


class ProductFile(Part):
    product_id: Slug
    version: Text
    title: Text
    insurer: Code
    sold_from: date
    school_types: tuple[SchoolType, ...] = Field(min_length=1)
    documents: tuple[Slug, ...] = Field(min_length=1)
    premium: Amount
    term: Term
    first_day: FirstDay
    coverages: tuple[CoverageFile, ...] = Field(min_length=1)
    surrender: Surrender
    agreed_times: tuple[AgreedTimeFile, ...] = Field(min_length=1)
    approval: Approval
    minors_death_caps: tuple[DeathCapFile, ...]


class InsurerFile(Part):
    code: Code
    name: Text
    province: Text
    region: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    hotline: Annotated[str, StringConstraints(pattern=r"^[\d-]{5,20}$")]
    hours: Text
    # within how many working days a family's message is answered
    answer_working_days: Annotated[int, Field(ge=1, le=10, strict=True)]


class InsurersFile(Part):
    insurers: tuple[InsurerFile, ...] = Field(min_length=1)


class DocumentHead(Part):
    id: Slug
    title: Text
    version: Text
