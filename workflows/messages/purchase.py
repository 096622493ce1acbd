"""Purchase (投保), and money that belongs to no purchase."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from insurance.rules.application import Application
from insurance.rules.death_cover import DeathCover
from insurance.rules.terms import ProductTerms


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
    # whether the cap is looked at once more when the premium is there, with what everybody else has bought since
    counts_everybodys: bool = False
    # how long a paid premium waits for its policy; None: without end, as for orders from before this was limited
    issue_days: float | None = None


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
