"""The sheet on which a settlement is worked out: steps by coverage, held to each coverage's remaining sum (剩余保额)."""

from collections.abc import Mapping, Sequence

from insurance.rules.money import yuan
from insurance.rules.settlement import Line, Step
from insurance.rules.terms import Coverage, ProductTerms


class Worksheet:
    def __init__(self, terms: ProductTerms, used_fen: Mapping[str, int]) -> None:
        self._terms = terms
        self._used = {c.coverage_id: max(0, used_fen.get(c.coverage_id, 0)) for c in terms.coverages}
        self._steps: dict[str, list[Step]] = {}

    def left(self, coverage: Coverage) -> int:
        """What the coverage can still pay: its own sum and, where it draws on another's, that one's too."""
        gone = sum(self._gone(c) for c in self._terms.coverages if coverage.coverage_id in (c.coverage_id, c.draws_on))
        own = max(0, coverage.limit_fen - gone)
        parent = self._terms.coverage(coverage.draws_on) if coverage.draws_on else None
        return min(own, self.left(parent)) if parent else own

    def pay(self, coverage: Coverage, steps: Sequence[Step]) -> int:
        """Enter what a coverage pays, cut to its remaining sum. Returns the fen that stay after the cut."""
        wanted, left = sum(step.amount_fen for step in steps), self.left(coverage)
        self._steps.setdefault(coverage.coverage_id, []).extend(steps)
        if wanted > left:
            self._add(coverage.coverage_id, f"超出剩余保额{yuan(left)}元的部分", left - wanted)
        return min(wanted, left)

    def cut_last_first(self, amounts: Mapping[str, int], allowed_fen: int, label: str) -> dict[str, int]:
        """Take from the last of `amounts` (fen by coverage id, in order) what they together exceed `allowed_fen` by.
        Returns the amounts that stay."""
        over = sum(amounts.values()) - max(0, allowed_fen)
        stay = dict(amounts)
        for coverage_id, amount in reversed(list(amounts.items())):
            taken = min(over, amount)
            if taken > 0:
                self._add(coverage_id, label, -taken)
                stay[coverage_id] -= taken
                over -= taken
        return stay

    def payable(self, coverage_id: str) -> int:
        return sum(step.amount_fen for step in self._steps.get(coverage_id, ()))

    def lines(self) -> tuple[Line, ...]:
        return tuple(self._line(c) for c in self._terms.coverages if c.coverage_id in self._steps)

    def _line(self, coverage: Coverage) -> Line:
        return Line(
            coverage_id=coverage.coverage_id,
            label=coverage.label,
            clause=coverage.clause,
            payable_fen=self.payable(coverage.coverage_id),
            steps=tuple(self._steps[coverage.coverage_id]),
            limit_fen=coverage.limit_fen,
            limit_left_fen=self.left(coverage),
        )

    def _gone(self, coverage: Coverage) -> int:
        return self._used[coverage.coverage_id] + self.payable(coverage.coverage_id)

    def _add(self, coverage_id: str, label: str, amount_fen: int) -> None:
        self._steps[coverage_id].append(Step(label, amount_fen))
