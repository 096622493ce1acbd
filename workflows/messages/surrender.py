"""Surrender (退保), and the account that a refund goes to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from insurance.rules.settlement import Step


@dataclass(frozen=True)
class SurrenderRequest:
    """A quote, and the policy it is for. `out_trade_no` is the original payment, None for a policy sold elsewhere.
    `cover_ends_on`: the last day that the policy's record gets; `before_effect`: it never covered."""

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
    before_effect: bool = False


@dataclass(frozen=True)
class RefundAccount:
    """Where a refund goes when the original route is closed or was never ours. `by`, `reason`: the family, or who registered it for
    them and on what ground."""

    kind: Literal["alipay", "bank"]
    account: str
    name: str
    by: str = "family"
    reason: str = ""


@dataclass(frozen=True)
class SurrenderOutcome:
    state: str
    refund_fen: int
