"""Indemnity of medical costs (费用补偿): from receipts to the steps of one coverage's line (DESIGN 8, DOMAIN 3.2)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from insurance.rules.event import ClaimReceipt, Event
from insurance.rules.money import round_half_up, yuan
from insurance.rules.settlement import Settlement, Step
from insurance.rules.terms import Band, MedicalTerms, ProductTerms

_DEDUCTIBLE = "免赔额"


@dataclass(frozen=True)
class Portion:
    """The receipts of one day with one kind of settlement, taken together, so that splitting a receipt changes nothing.
    The deductions never exceed the total."""

    day: date
    settled: bool
    total: int
    pool: int
    other: int
    self_expense: int

    @property
    def loss(self) -> int:
        return self.total - self.pool - self.other

    @property
    def in_scope(self) -> int:
        return self.loss - self.self_expense


def portions(receipts: Iterable[ClaimReceipt], *, cut_self_expense: bool) -> list[Portion]:
    """In date order, on one day the unsettled first: the order in which a deductible is borne."""
    in_order = sorted(receipts, key=_day_and_settlement)
    return [
        _portion(day, settled, list(same), cut_self_expense)
        for (day, settled), same in groupby(in_order, _day_and_settlement)
    ]


def _day_and_settlement(receipt: ClaimReceipt) -> tuple[date, bool]:
    return receipt.date, receipt.settled


def _portion(day: date, settled: bool, receipts: Sequence[ClaimReceipt], cut_self_expense: bool) -> Portion:
    total = sum(r.total_fen for r in receipts)
    pool = min(total, sum(r.pool_pay_fen for r in receipts))
    other = min(total - pool, sum(r.other_pay_fen for r in receipts))
    self_expense = min(total - pool - other, sum(r.self_expense_fen for r in receipts)) if cut_self_expense else 0
    return Portion(day, settled, total, pool, other, self_expense)


def family_loss(receipts: Iterable[ClaimReceipt]) -> int:
    """What the family carries of all its receipts, in fen: total less the pool's and other payments."""
    by_category = sorted(receipts, key=lambda r: r.category)
    return sum(
        p.loss for _, same in groupby(by_category, lambda r: r.category) for p in portions(same, cut_self_expense=False)
    )


def timely(terms: MedicalTerms, event: Event, receipt: ClaimReceipt) -> bool:
    """Treatment within the days after the accident; the accident's own day is not counted (民法典 201)."""
    return terms.days_after_accident is None or receipt.date <= event.date + timedelta(days=terms.days_after_accident)


def medical_steps(terms: MedicalTerms, event: Event, receipts: Sequence[ClaimReceipt]) -> list[Step]:
    """From the receipts' total down to what the ratios leave, before the coverage's limit. Rounded half up once."""
    parts = portions((r for r in receipts if timely(terms, event, r)), cut_self_expense=bool(terms.self_expense_cut))
    late = sum(r.total_fen for r in receipts if not timely(terms, event, r))
    shares = _Shares(terms, event)
    borne = shares.enter(parts)
    deductions = [
        Step(f"意外发生{terms.days_after_accident}日后的治疗", -late),
        Step("医保统筹基金支付", -sum(p.pool for p in parts)),
        Step("其他支付", -sum(p.other for p in parts)),
        Step(f"个人自费（{terms.self_expense_cut}）", -sum(p.self_expense for p in parts)),
        Step(
            f"{_DEDUCTIBLE}（每次{'住院' if terms.deductible_per == 'stay' else '事故'}{yuan(terms.deductible_fen)}元）",
            -borne,
        ),
    ]
    gross = Step(f"票据金额合计（{len(receipts)}张）", late + sum(p.total for p in parts))
    return [gross, *(step for step in [*deductions, *shares.steps()] if step.amount_fen)]


def deductible_borne(terms: ProductTerms, settlement: Settlement) -> int:
    """What a settlement took as the deductible of its accident, in fen, as its worksheet says; a stay's own is left out."""
    by_accident = {c.coverage_id for c in terms.coverages if c.medical and c.medical.deductible_per == "accident"}
    lines = (line for line in settlement.lines if line.coverage_id in by_accident)
    return -sum(step.amount_fen for line in lines for step in line.steps if step.label.startswith(_DEDUCTIBLE))


def portion_payments(
    terms: MedicalTerms, event: Event, receipts: Sequence[ClaimReceipt]
) -> list[tuple[Portion, Fraction]]:
    """What the deductible and the ratios leave of each portion, in exact fen. They add up to the sum that `medical_steps` rounds."""
    parts = portions((r for r in receipts if timely(terms, event, r)), cut_self_expense=bool(terms.self_expense_cut))
    shares = _Shares(terms, event)
    shares.enter(parts)
    return list(zip(parts, shares.of_parts, strict=True))


class _Shares:
    """Amounts in scope, net of the deductible, by kind of settlement and band. `of_parts`: the exact sum of each part, in order."""

    def __init__(self, terms: MedicalTerms, event: Event) -> None:
        self._terms = terms
        self._taken_before = event.deductible_taken_fen if terms.deductible_per == "accident" else 0
        self._bases: dict[tuple[bool, int], int] = {}
        self.of_parts: list[Fraction] = []

    def enter(self, parts: Sequence[Portion]) -> int:
        """Spread the parts over the bands. Returns the deductible that was borne, in fen."""
        if self._terms.deductible_per == "accident":
            return self._enter_unit(parts)
        return sum(self._enter_unit(list(stay)) for _, stay in groupby(parts, lambda p: p.day))

    def _enter_unit(self, parts: Sequence[Portion]) -> int:
        """One accident or one stay: one deductible, and bands from their lowest, for each kind of settlement."""
        to_bear = deductible = max(0, self._terms.deductible_fen - self._taken_before)
        reached = {False: 0, True: 0}
        for part in parts:
            borne = min(to_bear, part.in_scope)
            to_bear -= borne
            start = reached[part.settled]
            reached[part.settled] = start + part.in_scope
            bands, exact = self._bands(part.settled), Fraction(0)
            for index, base in _in_bands(bands, start + borne, start + part.in_scope):
                self._bases[part.settled, index] = self._bases.get((part.settled, index), 0) + base
                exact += Fraction(base * bands[index].percent, 100)
            self.of_parts.append(exact)
        return deductible - to_bear

    def _bands(self, settled: bool) -> tuple[Band, ...]:
        return self._terms.settled if settled else self._terms.unsettled

    def steps(self) -> Iterator[Step]:
        """What the family keeps of each band. Rounding the running sum keeps the total at one rounding."""
        exact, paid = Fraction(0), 0
        for (settled, index), base in sorted(self._bases.items()):
            band = self._bands(settled)[index]
            exact += Fraction(base * band.percent, 100)
            share = round_half_up(exact) - paid
            paid += share
            yield Step(_share_label(settled, band, base), share - base)


def _in_bands(bands: Sequence[Band], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of the stretch from `start` to `end` (fen) that fall into each band, by its index."""
    low = 0
    for index, band in enumerate(bands):
        high = end if band.up_to_fen is None else band.up_to_fen
        size = min(end, high) - max(start, low)
        if size > 0:
            yield index, size
        low = high


def _share_label(settled: bool, band: Band, base: int) -> str:
    kind = "经医保结算" if settled else "未经医保结算"
    return f"{kind}的{yuan(base)}元按{band.percent}%赔付，其余由个人承担"
