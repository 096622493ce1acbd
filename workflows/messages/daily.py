"""What runs once a day: reconciliation (对账) and the days of policies (保单提醒)."""

from dataclasses import dataclass
from datetime import date

from insurance.rules.policy_days import Moment


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
