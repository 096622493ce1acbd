"""Visible test values (docs/simulators.md): endings of a payee's account, and what the payer chooses at the payment page."""

from dataclasses import dataclass
from typing import Literal

from insurance.simulators.faults import NoticePlan


@dataclass(frozen=True)
class Payee:
    """`refused`: in the answer itself; otherwise `status` is what the transfer comes to, `after_seconds` later (None: never)."""

    refused: str | None = None
    status: Literal["SUCCESS", "REFUND"] = "SUCCESS"
    after_seconds: float | None = 0.0
    loses_answer: bool = False


BY_ACCOUNT = {
    "9101": Payee(refused="PAYEE_NOT_EXIST"),
    "9102": Payee(status="REFUND", after_seconds=1.0),
    "9103": Payee(after_seconds=None),
    "9104": Payee(after_seconds=1.0),
    "9105": Payee(loses_answer=True),
    "9106": Payee(refused="PAYEE_USER_INFO_ERROR"),
}

USUAL = Payee()

# the page's field `notice`
NOTICES = {
    "once": NoticePlan(),
    "twice": NoticePlan(copies=2),
    "late": NoticePlan(delay_seconds=10.0),
    "never": NoticePlan(held=True),
}

# the page's field `buyer`: an account that is closed by the time of a refund
BUYERS = ("usual", "closed")


def payee_of(account: str) -> Payee:
    """By the last four characters before an @."""
    return BY_ACCOUNT.get(account.partition("@")[0][-4:], USUAL)
