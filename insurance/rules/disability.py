"""Disability benefit (伤残保险金) by the scale of ten grades (人身保险伤残评定标准 JR/T 0083-2013; DOMAIN 2.5)."""

from collections.abc import Sequence
from fractions import Fraction

from insurance.rules.event import Event
from insurance.rules.money import round_half_up
from insurance.rules.settlement import Step
from insurance.rules.terms import Coverage


def merged_grade(grades: Sequence[int]) -> int:
    """The grade of several injuries of one accident: the heaviest, one better when it occurs twice or more, never above 1."""
    heaviest = min(grades)
    return max(1, heaviest - 1) if grades.count(heaviest) > 1 else heaviest


def percent_of(grade: int) -> int:
    """Grade 1 pays 100 %, each further grade 10 points less, grade 10 pays 10 %."""
    return 110 - 10 * grade


def disability_steps(coverage: Coverage, event: Event) -> list[Step]:
    """The merged grade's part of the sum, less the part of a grade that the child had before."""
    grade, prior = merged_grade(event.disability_grades), event.prior_disability_grade
    amount = _part(coverage, grade)
    steps = [Step(f"伤残{grade}级，按保额的{percent_of(grade)}%", amount)]
    if prior is not None:
        steps.append(Step(f"减去原有伤残{prior}级对应的{percent_of(prior)}%", -min(amount, _part(coverage, prior))))
    return steps


def _part(coverage: Coverage, grade: int) -> int:
    return round_half_up(Fraction(coverage.limit_fen * percent_of(grade), 100))
