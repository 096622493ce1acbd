"""What a claim paid on which receipt (理赔分割): the sums of a 分割单, with which the family turns to a second insurer.

Each indemnity line is split over the receipts that counted in it, as the deductible and the ratios left them; what a limit, another
insurer's payment or an adjuster took from the line is borne in proportion. Lump sums belong to no receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from insurance.rules.event import ClaimReceipt, Event
from insurance.rules.medical import portion_payments, timely
from insurance.rules.terms import Coverage, ProductTerms


@dataclass(frozen=True)
class PaidLine:
    """What one coverage paid, in fen."""

    coverage_id: str
    paid_fen: int


@dataclass(frozen=True)
class ReceiptShare:
    """What was paid on one receipt, in all and by coverage; never more than its total less what others paid."""

    receipt: ClaimReceipt
    paid_fen: int
    lines: tuple[PaidLine, ...]


@dataclass(frozen=True)
class Apportionment:
    """`receipts` in the order given, `lump_sums` in the order of the terms; together they are the sum that was paid."""

    receipts: tuple[ReceiptShare, ...]
    lump_sums: tuple[PaidLine, ...]

    @property
    def indemnity_fen(self) -> int:
        return sum(share.paid_fen for share in self.receipts)

    @property
    def paid_fen(self) -> int:
        return self.indemnity_fen + sum(line.paid_fen for line in self.lump_sums)


class NotApportionable(ValueError):
    """A line pays more than its receipts' costs: it did not come from these receipts."""


def apportion(
    terms: ProductTerms, event: Event, receipts: Sequence[ClaimReceipt], paid_fen: Mapping[str, int]
) -> Apportionment:
    """`paid_fen`: what was paid, by coverage id. Exact to the fen: every line's shares add up to the line. Raises
    `NotApportionable`."""
    counted = [r for r in receipts if r.date >= event.date]
    left = [_loss(r) for r in counted]
    shares: list[list[PaidLine]] = [[] for _ in counted]
    lump_sums = []
    for coverage in terms.coverages:
        paid = paid_fen.get(coverage.coverage_id, 0)
        if paid <= 0:
            continue
        if "medical" not in coverage.pays:
            lump_sums.append(PaidLine(coverage.coverage_id, paid))
            continue
        for index, part in enumerate(largest_remainder(paid, _weights(terms, coverage, event, counted), left)):
            if part:
                left[index] -= part
                shares[index].append(PaidLine(coverage.coverage_id, part))
    split = zip(counted, shares, strict=True)
    return Apportionment(
        tuple(ReceiptShare(r, sum(line.paid_fen for line in lines), tuple(lines)) for r, lines in split),
        tuple(lump_sums),
    )


def largest_remainder(total_fen: int, weights: Sequence[Fraction], caps: Sequence[int]) -> list[int]:
    """`total_fen` in whole fen by `weights`: rounded down, and the fen that remain to the largest remainders, of equal ones to the
    first. No share exceeds its cap. Raises `NotApportionable` when the caps, or weights of nothing, leave no room."""
    whole = sum(weights)
    exact = [weight * total_fen / whole if whole else Fraction(0) for weight in weights]
    shares = [min(floor(share), cap) for share, cap in zip(exact, caps, strict=True)]
    by_remainder = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    to_give = total_fen - sum(shares)
    for index in by_remainder:
        if to_give and weights[index] and shares[index] < caps[index]:
            shares[index] += 1
            to_give -= 1
    for index in by_remainder:
        more = min(to_give, caps[index] - shares[index]) if weights[index] else 0
        shares[index] += more
        to_give -= more
    if to_give:
        raise NotApportionable
    return shares


def _weights(terms: ProductTerms, coverage: Coverage, event: Event, receipts: Sequence[ClaimReceipt]) -> list[Fraction]:
    """What each receipt brought to the line, in exact fen. A coverage that took over another's cut-off amount has its receipts."""
    medical = coverage.medical
    if medical is None:
        first = terms.coverage(coverage.overflow_of) if coverage.overflow_of else None
        return _weights(terms, first, event, receipts) if first else [Fraction(0)] * len(receipts)
    cut_self_expense = bool(medical.self_expense_cut)
    counted = [r.category in medical.categories and timely(medical, event, r) for r in receipts]
    own = [_in_scope(r, cut_self_expense) if counts else 0 for r, counts in zip(receipts, counted, strict=True)]
    weights = [Fraction(0)] * len(receipts)
    for portion, payment in portion_payments(medical, event, [r for r, c in zip(receipts, counted, strict=True) if c]):
        same = [
            i for i, r in enumerate(receipts) if counted[i] and (r.date, r.settled) == (portion.day, portion.settled)
        ]
        whole = sum(own[i] for i in same)
        for i in same:
            weights[i] = payment * own[i] / whole if whole else Fraction(0)
    return weights


def _loss(receipt: ClaimReceipt) -> int:
    return max(0, receipt.total_fen - receipt.pool_pay_fen - receipt.other_pay_fen)


def _in_scope(receipt: ClaimReceipt, cut_self_expense: bool) -> int:
    return max(0, _loss(receipt) - (receipt.self_expense_fen if cut_self_expense else 0))
