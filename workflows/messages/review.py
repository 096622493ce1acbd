"""Review (人工审核)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from insurance.rules.case import Assessment, DecidedLine, Decision, PapersRequest
from insurance.rules.decision import Outcome
from workflows.messages.people import Actor


@dataclass(frozen=True)
class ReviewOrder:
    """`excluded`: adjusters who may not take it; of them `decided_last` decided what is looked at again. `papers_asked`: the one request
    was made before (保险法 22). `kind` quality: a look at an automatic approval that is paid meanwhile. `refusal_second_above_fen`:
    who takes more than this from the family needs a second adjuster; the name is of when only refusals did."""

    review_id: str
    claim_id: str
    insurer_code: str
    assessment: Assessment
    second_adjuster_from_fen: int
    excluded: tuple[str, ...]
    papers_asked: bool
    opened_at: datetime
    due_at: datetime
    kind: Literal["decision", "quality"] = "decision"
    patient_state: str = "outpatient"
    refusal_second_above_fen: int | None = None
    # tells its claim how it ended; claims of before wait for their child
    answers: bool = False
    critical_illness: bool = False
    decided_last: tuple[str, ...] = ()
    # whose claim it is: nobody reviews their own child's
    family: str = ""
    # its claim has put it into the queue already
    shown: bool = False


@dataclass(frozen=True)
class DecisionOrder:
    actor: Actor
    outcome: Outcome
    reason_codes: tuple[str, ...]
    comment: str
    lines: tuple[DecidedLine, ...] | None = None


@dataclass(frozen=True)
class PapersOrder:
    """`new_fact`: why a second request is needed at all; only an adjusters' lead may give it."""

    actor: Actor
    kinds: tuple[str, ...]
    comment: str
    new_fact: str | None = None


@dataclass(frozen=True)
class Reassignment:
    """`nobody_else`: the insurer has no adjuster who had no part in the claim."""

    actor: Actor
    to: str
    reason: str = ""
    nobody_else: bool = False


@dataclass(frozen=True)
class QualityJudgement:
    """What an adjuster says of an automatic approval; a disagreement says why."""

    actor: Actor
    agrees: bool
    reason: str = ""


@dataclass(frozen=True)
class QualityOutcome:
    """`agrees` None: nobody has to judge any more."""

    agrees: bool | None


@dataclass(frozen=True)
class Reminder:
    """A clock of the claim that a review decides."""

    kind: str
    text: str


@dataclass(frozen=True)
class ReviewResult:
    """Exactly one of them: a decision, or the papers that are missing. Neither: the claim was withdrawn."""

    decision: Decision | None
    papers: PapersRequest | None


@dataclass(frozen=True)
class ReviewAnswer:
    """What a review tells its claim when it ends."""

    review_id: str
    result: ReviewResult
