"""What a letter is made from: the parts of a case that it tells, as they were when it was decided or paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insurance.rules.case import CaseReceipt, DecidedLine, Decision, Payout
from insurance.rules.case_file import CaseFile
from insurance.rules.cover import shanghai_day
from insurance.rules.settlement import Settlement
from insurance.rules.terms import Cause


class NothingToTell(Exception):
    """The case has not come to what the letter is about."""


@dataclass(frozen=True)
class LetterClaim:
    """The claim that a letter is about. `happened_on`: the accident's day in China."""

    claim_id: str
    policy_no: str
    insurer_code: str
    report_no: str | None
    event: Cause
    happened_on: date
    on_campus: bool = False
    # by decided claims of the same accident
    deductible_taken_fen: int = 0


@dataclass(frozen=True)
class DecisionLetter:
    """`dispute_until`: the last day for asking for another adjuster, None when that
    was done before or need not be. `paid_before_fen`: what was paid when it was decided."""

    claim: LetterClaim
    settlement: Settlement
    decision: Decision
    letter_id: str
    dispute_until: date | None = None
    paid_before_fen: int = 0


@dataclass(frozen=True)
class ApportionmentLetter:
    """`lines`: what was paid, by coverage, in all; a claim that was paid more than once has a letter for each sum."""

    claim: LetterClaim
    receipts: tuple[CaseReceipt, ...]
    lines: tuple[DecidedLine, ...]
    paid_on: date


def decision_letter_id(case: CaseFile) -> str:
    """The number of the letter about the decision that stands: they count from 1, undone ones with them."""
    return f"{case.claim_id}-d{len(case.undone) + 1}"


def decision_letter(case: CaseFile, dispute_days: float) -> DecisionLetter:
    """Of the decision that stands. Raises `NothingToTell`."""
    decision = case.decision
    if decision is None or case.assessment is None:
        raise NothingToTell
    may_dispute = decision.outcome != "full" and not case.disputed
    return DecisionLetter(
        claim=_claim(case),
        settlement=case.assessment.settlement,
        decision=decision,
        letter_id=decision_letter_id(case),
        dispute_until=shanghai_day(decision.decided_at + timedelta(days=dispute_days)) if may_dispute else None,
        paid_before_fen=sum(p.amount_fen for p in case.payouts if _is_before(p, decision)),
    )


def apportionment_letter(case: CaseFile, receipts: Sequence[CaseReceipt]) -> ApportionmentLetter:
    """Of what was paid in all. Raises `NothingToTell` before the decision is paid in full."""
    paid = [p for p in case.payouts if p.state == "paid" and p.paid_at is not None]
    paid_fen, days = sum(p.amount_fen for p in paid), [shanghai_day(p.paid_at) for p in paid if p.paid_at]
    decided = case.decision.lines if case.decision else ()
    lines = next((some for some in (case.paid_lines, decided) if _sum(some) == paid_fen), None)
    if case.state not in ("paid", "closed") or not paid_fen or lines is None:
        raise NothingToTell
    return ApportionmentLetter(_claim(case), tuple(receipts), lines, max(days))


def _is_before(payout: Payout, decision: Decision) -> bool:
    return payout.state == "paid" and payout.paid_at is not None and payout.paid_at <= decision.decided_at


def _sum(lines: Sequence[DecidedLine]) -> int:
    return sum(line.payable_fen for line in lines)


def _claim(case: CaseFile) -> LetterClaim:
    return LetterClaim(
        claim_id=case.claim_id,
        policy_no=case.policy_no,
        insurer_code=case.insurer_code,
        report_no=case.report_no,
        event=case.report.event,
        happened_on=shanghai_day(case.report.accident_at),
        on_campus=case.report.on_campus,
        deductible_taken_fen=case.assessment.grounds.deductible_taken_fen if case.assessment else 0,
    )
