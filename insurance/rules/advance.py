"""The certain part (可以确定的数额) of a claim that can't be decided yet, paid in advance after sixty days (保险法 25)."""

from dataclasses import replace

from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import DecidedLine

# doubts about how much, or about who decides; every other finding on the claim as a whole doubts whether anything is owed
_HARMLESS = frozenset({"within_automatic_limit"})


def certain_part(claim: ClaimToAssess) -> tuple[DecidedLine, ...]:
    """What the receipts without any finding would pay alone, by coverage. Nothing as long as the claim itself is in doubt."""
    doubtful = {f.receipt_id for f in assess(claim).findings if f.receipt_id is not None}
    sure = replace(claim, receipts=[r for r in claim.receipts if r.receipt_id not in doubtful])
    assessment = assess(sure)
    if any(finding.code not in _HARMLESS for finding in assessment.findings):
        return ()
    return tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in assessment.settlement.lines)
