"""The certain part (可以确定的数额) of a claim that can't be decided yet, paid in advance after sixty days (保险法 25)."""

from collections.abc import Iterator
from dataclasses import replace

from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.benefit import Line, Settlement
from insurance.rules.case import DecidedLine
from insurance.rules.days import age_on

# About how much, or about who decides. A sum without receipts is payable only where an adjuster established what it is paid for.
_HARMLESS = frozenset({"within_automatic_limit", "simple_medical_claim", "receipts_present", "file_unread"})
# What two policies pay together may not exceed the costs; sums that are fixed are owed by each.
_ABOUT_COSTS = frozenset({"no_other_policy"})


def certain_part(claim: ClaimToAssess) -> tuple[DecidedLine, ...]:
    """What is payable for the event as it is established, and for the receipts without any finding alone, by coverage. Nothing as
    long as a finding doubts the claim itself."""
    doubtful = {f.receipt_id for f in assess(claim).findings if f.receipt_id is not None}
    sure = replace(claim, receipts=[r for r in claim.receipts if r.receipt_id not in doubtful])
    assessment = assess(sure)
    doubts = {finding.code for finding in assessment.findings} - _HARMLESS
    if doubts - _ABOUT_COSTS:
        return ()
    lines = _fixed_sums(claim, assessment.settlement) if doubts else assessment.settlement.lines
    return tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in lines)


def _fixed_sums(claim: ClaimToAssess, settlement: Settlement) -> Iterator[Line]:
    """Of a minor's death all policies together are capped (保监发〔2015〕90号), so that its sum is not certain either."""
    uncertain = {"medical"} | ({"death", "sudden_death"} if _is_capped(claim) else set())
    for line in settlement.lines:
        coverage = claim.terms.coverage(line.coverage_id)
        if coverage is not None and not uncertain & set(coverage.pays):
            yield line


def _is_capped(claim: ClaimToAssess) -> bool:
    died_on = claim.established.died_on if claim.established else None
    birth_date = claim.cover.insured_birth_date
    return died_on is not None and claim.terms.minors_death_cap(age_on(birth_date, died_on)) is not None
