"""One function for every decision (核定), human or automatic: what may be decided, by whom, with which reasons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from insurance.rules.benefit import Settlement
from insurance.rules.case import Assessment, DecidedLine, Decision
from insurance.rules.errors import Invalid
from insurance.rules.reasons import bases_of
from insurance.rules.status import REASON_CODES

Outcome = Literal["full", "partial", "refused"]


class NotDecidable(Invalid):
    """A decision that the rules do not allow; `field` names what is wrong with it."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, message)
        self.field = field


def decide_automatically(assessment: Assessment, at: datetime) -> Decision:
    """Only in full, only when every check passed."""
    if not assessment.automatic:
        raise NotDecidable("not_automatic", "outcome", "有检查未通过，须人工审核")
    return _full(assessment.settlement, "automatic", "", assessment.passed, (), at)


def decide_by_adjuster(
    assessment: Assessment,
    outcome: Outcome,
    reason_codes: Sequence[str],
    comment: str,
    lines: Sequence[DecidedLine] | None,
    adjusters: Sequence[str],
    at: datetime,
) -> Decision:
    """`lines` None with `partial` is not allowed: the family must see what is paid on which coverage."""
    check_reasons(outcome, reason_codes)
    settlement = assessment.settlement
    if outcome != "partial":
        _check_lines(outcome, settlement, lines)
    if outcome == "full":
        if settlement.payable_fen == 0:
            raise NotDecidable("nothing_payable", "outcome", "按条款可赔金额为 0，请选择拒赔并说明原因")
        return _full(settlement, "adjuster", comment, assessment.passed, adjusters, at)
    decided = () if outcome == "refused" else _partial_lines(settlement, lines)
    return Decision(
        by="adjuster",
        outcome=outcome,
        payable_fen=sum(line.payable_fen for line in decided),
        lines=decided,
        reason_codes=tuple(reason_codes),
        comment=comment,
        checks=assessment.passed,
        adjusters=tuple(adjusters),
        decided_at=at,
    )


def stands_on(decision: Decision, settlement: Settlement) -> bool:
    """Whether it may still be paid after the claim was settled anew: in full means all of it, in part no more than it."""
    most = {line.coverage_id: line.payable_fen for line in settlement.lines}
    if decision.outcome == "full":
        return {line.coverage_id: line.payable_fen for line in decision.lines} == most
    return all(line.payable_fen <= most.get(line.coverage_id, 0) for line in decision.lines)


def most(lines: tuple[DecidedLine, ...], others: tuple[DecidedLine, ...]) -> tuple[DecidedLine, ...]:
    """The larger sum of each coverage in either."""
    sums: dict[str, int] = {}
    for line in (*lines, *others):
        sums[line.coverage_id] = max(line.payable_fen, sums.get(line.coverage_id, 0))
    return tuple(DecidedLine(coverage_id, payable_fen) for coverage_id, payable_fen in sums.items())


def taken(lines: tuple[DecidedLine, ...], before: tuple[DecidedLine, ...]) -> tuple[DecidedLine, ...]:
    """What a claim took of each coverage when it is paid by these lines after it was paid by others: the sum that was paid, once. A
    smaller one than was paid before takes nothing back."""
    sums = [sum(line.payable_fen for line in some) for some in (lines, before)]
    return lines if sums[0] >= sums[1] else before


def up_to(lines: tuple[DecidedLine, ...], sum_fen: int) -> tuple[DecidedLine, ...]:
    """The first of these lines that together are this much; the cut falls on the last ones."""
    left, kept = sum_fen, []
    for line in lines:
        fen = min(line.payable_fen, left)
        left -= fen
        if fen:
            kept.append(DecidedLine(line.coverage_id, fen))
    return tuple(kept)


def check_reasons(outcome: Outcome, reason_codes: Sequence[str]) -> None:
    """A reduction or refusal names at least one coded reason (保险法 24)."""
    unknown = [code for code in reason_codes if code not in REASON_CODES]
    if unknown:
        raise NotDecidable("unknown_reason", "reason_codes", "原因代码不在列表中")
    if outcome != "full" and not reason_codes:
        raise NotDecidable("reason_required", "reason_codes", "部分赔付或拒赔必须选择原因")


def check_words(decision: Decision, settlement: Settlement) -> None:
    """A family is told why and by which clause (保险法 24): where the coded reasons say neither, the adjuster's own words do."""
    says_why = any(code != "other" and bases_of(code, decision, settlement, {}) for code in decision.reason_codes)
    if decision.outcome != "full" and not says_why and not decision.comment.strip():
        raise NotDecidable("comment_required", "comment", "所选原因没有对应的条款，请写明理由和依据")


def given(lines: Sequence[DecidedLine]) -> dict[str, int]:
    """What is paid on each coverage, in fen, of those that pay something."""
    return {line.coverage_id: line.payable_fen for line in lines if line.payable_fen}


def _check_lines(outcome: Outcome, settlement: Settlement, lines: Sequence[DecidedLine] | None) -> None:
    """Who writes sums beside an outcome that has its own means one of the two."""
    due = {line.coverage_id: line.payable_fen if outcome == "full" else 0 for line in settlement.lines}
    if lines and any(due.get(line.coverage_id) != line.payable_fen for line in lines):
        raise NotDecidable("lines_contradict", "lines", "赔付明细与结论不一致；要少赔，请选择部分赔付")


def _partial_lines(settlement: Settlement, lines: Sequence[DecidedLine] | None) -> tuple[DecidedLine, ...]:
    if not lines:
        raise NotDecidable("lines_required", "lines", "部分赔付必须写明每项责任赔付多少")
    most = {line.coverage_id: line.payable_fen for line in settlement.lines}
    seen: set[str] = set()
    for line in lines:
        if line.coverage_id not in most or line.coverage_id in seen:
            raise NotDecidable("unknown_coverage", "lines", "赔付项目不在本次理算中，或重复填写")
        if not 0 <= line.payable_fen <= most[line.coverage_id]:
            raise NotDecidable("above_settlement", "lines", "赔付金额不能超过理算金额")
        seen.add(line.coverage_id)
    total = sum(line.payable_fen for line in lines)
    if not 0 < total < settlement.payable_fen:
        raise NotDecidable("not_partial", "lines", "部分赔付的合计应大于 0 且小于理算金额")
    return tuple(lines)


def _full(
    settlement: Settlement,
    by: Literal["automatic", "adjuster"],
    comment: str,
    checks: Sequence[str],
    adjusters: Sequence[str],
    at: datetime,
) -> Decision:
    return Decision(
        by=by,
        outcome="full",
        payable_fen=settlement.payable_fen,
        lines=tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in settlement.lines),
        reason_codes=(),
        comment=comment,
        checks=tuple(checks),
        adjusters=tuple(adjusters),
        decided_at=at,
    )


def why(reason_codes: Sequence[str], comment: str) -> str | None:
    """The reasons of a decision in words; None when none were given."""
    return (
        "；".join([*(REASON_CODES.get(code, code) for code in reason_codes), *([comment] if comment else [])]) or None
    )


def needs_second_adjuster(
    assessment: Assessment,
    outcome: Outcome,
    decided_fen: int,
    large_from_fen: int,
    small_up_to_fen: int | None,
    is_grave: bool = False,
) -> bool:
    """Two adjusters from `large_from_fen` on (DESIGN 8: 20,000 yuan), and whoever takes more than `small_up_to_fen` (3,000 yuan; None:
    nothing that is taken needs a second one) from what the terms would pay, for the receipts as they were read or as they were
    corrected. A refusal is weighed by what the receipts come to as well, which nobody knows of one whose total is not read; that of a
    death, a disability or a critical illness (`is_grave`) always takes two: before anything is established the terms pay nothing, and
    there need be no receipt."""
    payable_fen = max(assessment.settlement.payable_fen, assessment.read_payable_fen)
    if payable_fen >= large_from_fen:
        return True
    if small_up_to_fen is None:
        return False
    if outcome == "refused":
        is_unknown = is_grave or assessment.unread_totals > 0
        return is_unknown or max(payable_fen, assessment.claimed_fen) > small_up_to_fen
    return payable_fen - decided_fen > small_up_to_fen


def decided_sum(assessment: Assessment, outcome: Outcome, lines: Sequence[DecidedLine] | None) -> int:
    """In fen, of an order that the rules allow."""
    if outcome == "full":
        return assessment.settlement.payable_fen
    return sum(line.payable_fen for line in lines or ()) if outcome == "partial" else 0
