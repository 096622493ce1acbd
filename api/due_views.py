"""One case in a list of what is due (时限): who must act, by which day, and how late that is."""

from datetime import date, timedelta
from typing import Any, Protocol

from insurance.rules.status import Process, Turn

# today and the two days after it
NEAR = timedelta(days=3)


class Case(Protocol):
    insurer_code: str
    state: str


def due_view(
    process: Process,
    case_id: str,
    case: Case,
    label: str,
    turn: Turn | None,
    clock: str | None,
    due_on: date | None,
    today: date,
) -> dict[str, Any]:
    return {
        f"{process}_id": case_id,
        "insurer": case.insurer_code,
        "state": case.state,
        "label": label,
        "whose_turn": turn,
        "clock": clock,
        "due_on": due_on,
        "late_days": max(0, (today - due_on).days) if due_on else 0,
    }
