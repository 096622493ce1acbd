"""How much death cover a child may be given (保监发〔2015〕90号; DOMAIN 2.4): at the cap none, below it the difference."""

from dataclasses import dataclass
from datetime import date

from insurance.rules.days import age_on
from insurance.rules.settlement import Step
from insurance.rules.terms import Cause, Coverage, ProductTerms


@dataclass(frozen=True)
class DeathCover:
    """The calculation that goes into the contract; its steps add up to `accepted_fen`. `cap_fen` None: an adult, no cap.

    `product_fen`: the most that one death can bring under the product."""

    age: int
    cap_fen: int | None
    existing_fen: int
    product_fen: int
    accepted_fen: int
    steps: tuple[Step, ...]


def death_sum(terms: ProductTerms) -> int:
    """The most that one death can bring: the coverages of one cause together, a sudden death in place of what it replaces."""
    by_illness = _sum_of(terms, "illness")
    sudden = [by_illness - _replaced(terms, c) + c.limit_fen for c in terms.coverages if "sudden_death" in c.pays]
    return max(_sum_of(terms, "accident"), by_illness, *sudden)


def _sum_of(terms: ProductTerms, cause: Cause) -> int:
    return sum(c.limit_fen for c in terms.coverages if "death" in c.pays and cause in c.causes)


def _replaced(terms: ProductTerms, sudden: Coverage) -> int:
    return sum(c.limit_fen for c in terms.coverages if c.coverage_id == sudden.in_place_of)


def elsewhere_fen(told_fen: int, ours_then_fen: int) -> int:
    """The part of a told sum that other companies insure. Applicants are asked for all that the child has, here and elsewhere
    (保监发〔2015〕90号; DOMAIN 2.4, 4), so that what our own books had of the child when they were asked is in it. Ours are counted by
    the books, as they stand whenever somebody counts; this part counts beside them."""
    return max(0, told_fen - ours_then_fen)


def death_cover(terms: ProductTerms, insured_birth_date: date, first_day: date, existing_fen: int) -> DeathCover:
    """What may be accepted, by the age on the first day of cover and the death cover the child has elsewhere."""
    age, product = age_on(insured_birth_date, first_day), death_sum(terms)
    cap = terms.minors_death_cap(age)
    if cap is None:
        return DeathCover(age, None, existing_fen, product, product, (Step("本方案身故保额合计", product),))
    counted = min(existing_fen, cap.cap_fen)
    room = cap.cap_fen - counted
    steps = [Step(f"未满{cap.below_age}周岁身故保险金限额", cap.cap_fen), Step("已有的身故保额", -counted)]
    if room > product:
        steps.append(Step("超出本方案身故保额的部分", product - room))
    return DeathCover(age, cap.cap_fen, existing_fen, product, min(room, product), tuple(steps))
