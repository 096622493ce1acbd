"""Surrender value (退保金额): the part of the premium for days not used (DESIGN 8; DOMAIN 3.3; 银保监办发〔2021〕106号 art. 5)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from insurance.rules.days import last_day_of_term
from insurance.rules.money import round_half_up
from insurance.rules.settlement import Step
from insurance.rules.terms import ProductTerms


@dataclass(frozen=True)
class SurrenderValue:
    """The steps add up to `refund_fen`. Cover ends at 24:00 of `cover_ends_on`; None before its effect: there was none."""

    refund_fen: int
    steps: tuple[Step, ...]
    cover_ends_on: date | None


def surrender_value(
    terms: ProductTerms, premium_fen: int, effective_date: date, requested_on: date, claim_paid: bool
) -> SurrenderValue:
    """What the applicant gets back for a request of that day. Rounded half up once; 0 after a paid claim or the term's end."""
    last_day = last_day_of_term(effective_date, terms.term_years)
    steps = (
        Step("已交保费", premium_fen),
        *_deductions(terms, premium_fen, effective_date, last_day, requested_on, claim_paid),
    )
    cover_ends_on = None if requested_on < effective_date else min(requested_on, last_day)
    return SurrenderValue(sum(step.amount_fen for step in steps), steps, cover_ends_on)


def _deductions(
    terms: ProductTerms, premium_fen: int, first_day: date, last_day: date, requested_on: date, claim_paid: bool
) -> tuple[Step, ...]:
    rule = terms.surrender
    if claim_paid and rule.zero_after_paid_claim:
        return (Step("本保单已赔付过保险金，按条款不退保费", -premium_fen),)
    if requested_on < first_day:
        return ()
    if requested_on > last_day:
        return (Step("保险期间已满，没有可退的保费", -premium_fen),)
    term = (last_day - first_day).days + 1
    elapsed = (requested_on - first_day).days + (1 if rule.request_day_counts else 0)
    kept = round_half_up(Fraction(premium_fen * rule.kept_percent, 100))
    refund = round_half_up(Fraction(premium_fen * rule.kept_percent * (term - elapsed), 100 * term))
    return (
        Step(f"扣除费用{100 - rule.kept_percent}%", kept - premium_fen),
        Step(f"已经过{elapsed}天，共{term}天", refund - kept),
    )
