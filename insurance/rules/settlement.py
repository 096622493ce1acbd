"""The result of a settlement (理算书): every sum with the steps that lead to it, and every coverage that does not pay with its reason."""

from dataclasses import dataclass
from typing import Literal

NotPayableCode = Literal[
    "outside_period",
    "waiting_period",
    "event_not_covered",
    "item_not_covered",
    "no_evidence",
    "paid_in_place",
    "not_needed",
]


@dataclass(frozen=True)
class Step:
    """One step of the arithmetic. A line's steps add up to its payable sum, so deductions are negative."""

    label: str
    amount_fen: int


@dataclass(frozen=True)
class Line:
    """What one coverage pays. `limit_left_fen` is what its sum still holds after this settlement."""

    coverage_id: str
    label: str
    clause: str
    payable_fen: int
    steps: tuple[Step, ...]
    limit_fen: int
    limit_left_fen: int


@dataclass(frozen=True)
class NotPayable:
    """A coverage of the product that does not apply, and why, in words for a parent."""

    coverage_id: str
    label: str
    code: NotPayableCode
    explanation: str


@dataclass(frozen=True)
class Settlement:
    """`payable_fen` is the sum of the lines. Each coverage of the product stands in `lines` or in `not_payable`, once."""

    payable_fen: int
    lines: tuple[Line, ...]
    not_payable: tuple[NotPayable, ...]

    def line(self, coverage_id: str) -> Line | None:
        return next((line for line in self.lines if line.coverage_id == coverage_id), None)
