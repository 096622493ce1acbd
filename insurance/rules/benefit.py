"""Settlement of a claim (理算): an event and its receipts become the sum that each coverage pays, step by step (DESIGN 8)."""

from collections.abc import Mapping, Sequence

from insurance.rules.days import age_on
from insurance.rules.disability import disability_steps
from insurance.rules.event import ClaimReceipt, Cover, Event
from insurance.rules.grounds import Claim, happened, refused, why_not
from insurance.rules.medical import family_loss, medical_steps
from insurance.rules.money import yuan
from insurance.rules.settlement import Line, NotPayable, Settlement, Step
from insurance.rules.terms import Coverage, ProductTerms
from insurance.rules.worksheet import Worksheet

__all__ = ["ClaimReceipt", "Cover", "Event", "Line", "NotPayable", "Settlement", "Step", "settle"]


def settle(
    terms: ProductTerms,
    cover: Cover,
    event: Event,
    receipts: Sequence[ClaimReceipt],
    *,
    other_insurer_paid_fen: int = 0,
    other_death_benefit_fen: int = 0,
    used_fen: Mapping[str, int] | None = None,
) -> Settlement:
    """What each coverage of `terms` pays for one event.

    `used_fen`: what each coverage already paid in this policy year, by coverage id. `other_insurer_paid_fen`: what other insurers
    paid for the same costs. `other_death_benefit_fen`: death benefits of other contracts. Never raises: input that can't be
    (see `settlement_problems`) counts for nothing.
    """
    claim = Claim(terms, cover, event, tuple(r for r in receipts if r.date >= event.date))
    reasons = {c.coverage_id: why_not(claim, c) for c in terms.coverages}
    open_coverages = [c for c in terms.coverages if reasons[c.coverage_id] is None]
    sheet = Worksheet(terms, used_fen or {})
    _pay_disability(sheet, claim, open_coverages)
    _pay_critical_illness(sheet, open_coverages)
    not_needed = _pay_medical(sheet, claim, open_coverages, other_insurer_paid_fen)
    _pay_death(sheet, claim, open_coverages, other_death_benefit_fen)
    lines = sheet.lines()
    return Settlement(
        payable_fen=sum(line.payable_fen for line in lines),
        lines=lines,
        not_payable=tuple(n for c in terms.coverages if (n := reasons[c.coverage_id] or not_needed.get(c.coverage_id))),
    )


def _pay_disability(sheet: Worksheet, claim: Claim, coverages: Sequence[Coverage]) -> None:
    if happened(claim.event, "disability"):
        for coverage in coverages:
            if "disability" in coverage.pays:
                sheet.pay(coverage, disability_steps(coverage, claim.event))


def _pay_critical_illness(sheet: Worksheet, coverages: Sequence[Coverage]) -> None:
    for coverage in coverages:
        if "critical_illness" in coverage.pays:
            sheet.pay(coverage, [Step("一次性给付保额", coverage.limit_fen)])


def _pay_medical(
    sheet: Worksheet, claim: Claim, coverages: Sequence[Coverage], other_insurer_paid_fen: int
) -> dict[str, NotPayable]:
    """Receipts first, then what a limit cut off, then the indemnity principle: all payers together never exceed the loss.
    Returns the coverages that stood ready for a cut-off amount and were not needed."""
    paid: dict[str, int] = {}
    cut_off: dict[str, int] = {}
    not_needed: dict[str, NotPayable] = {}
    for coverage in (c for c in coverages if "medical" in c.pays):
        steps = _indemnity_steps(claim, coverage, cut_off)
        if steps:
            paid[coverage.coverage_id] = sheet.pay(coverage, steps)
            cut_off[coverage.coverage_id] = sum(step.amount_fen for step in steps) - paid[coverage.coverage_id]
        else:
            not_needed[coverage.coverage_id] = refused(
                coverage, "not_needed", "前一项医疗保障的保额够用，不需要动用本项"
            )
    allowed = family_loss(claim.receipts) - other_insurer_paid_fen
    sheet.cut_last_first(paid, allowed, f"其他保险已赔{yuan(other_insurer_paid_fen)}元，合计不超过实际损失")
    return not_needed


def _indemnity_steps(claim: Claim, coverage: Coverage, cut_off: Mapping[str, int]) -> list[Step]:
    """From receipts, or from what the limit of the coverage before cut off; none when it cut off nothing."""
    if coverage.medical:
        return medical_steps(coverage.medical, claim.event, claim.receipts_of(coverage))
    first = claim.terms.coverage(coverage.overflow_of) if coverage.overflow_of else None
    over = cut_off.get(first.coverage_id) if first else None
    return [Step(f"{first.label}保额以外的部分", over)] if first and over else []


def _pay_death(sheet: Worksheet, claim: Claim, coverages: Sequence[Coverage], other_death_benefit_fen: int) -> None:
    """Each death sum that applies, then the sum accepted at issue, then the minors' cap by the age at death."""
    died_on = claim.event.died_on
    if died_on is None:
        return
    paid = {
        c.coverage_id: sheet.pay(c, [Step("身故保险金，按保额", c.limit_fen)])
        for c in coverages
        if any(trigger in c.pays for trigger in ("death", "sudden_death"))
    }
    accepted = claim.cover.death_limit_fen
    if accepted is not None:
        paid = sheet.cut_last_first(paid, accepted, f"投保时同意的身故保险金合计{yuan(accepted)}元")
    cap = claim.terms.minors_death_cap(age_on(claim.cover.insured_birth_date, died_on))
    if cap:
        label = f"未满{cap.below_age}周岁身故保险金限额{yuan(cap.cap_fen)}元，各保险公司合计"
        sheet.cut_last_first(paid, cap.cap_fen - other_death_benefit_fen, label)
