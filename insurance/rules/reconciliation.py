"""Reconciliation (对账): our movements of money of a day against the gateway's statement of it.

Either side may book around midnight, or late: what one day can't explain another one may. Days can be done again, and in any order.
Sums are fen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

DifferenceKind = Literal["missing_here", "missing_there", "amount_differs"]

# surrenders give money back under numbers of their own, also by transfer
SURRENDER = "su-"
# so do purchases by transfer, to accounts that families give; their orders are named after them
PURCHASE = "pu-"
REFUNDS = (SURRENDER, PURCHASE)


@dataclass(frozen=True)
class Booked:
    """One movement as one side has it, under the key of our books."""

    key: str
    amount_fen: int


@dataclass(frozen=True)
class Difference:
    """`missing_here`: the gateway moved it, we know nothing of it; `missing_there`: we say it moved, the statement does not."""

    kind: DifferenceKind
    key: str
    ours_fen: int | None
    theirs_fen: int | None


@dataclass(frozen=True)
class Reconciled:
    """`matched`: keys that both sides have with one sum, here or on another day; `explained`: differences of other days that this
    one, or what our books have come to know since, explains."""

    matched: int
    differences: tuple[Difference, ...]
    explained: tuple[Difference, ...]


def our_key(kind: str, number: str, trade_no: str) -> str:
    """Under which key our books have a line of the statement; for one of an unknown kind a key that they never have."""
    match kind:
        case "payment":
            return f"in:{trade_no}"
        case "refund":
            return f"back:{number if number.startswith(SURRENDER) else trade_no}"
        case "transfer":
            return f"back:{number}" if number.startswith(REFUNDS) else f"out:{number}"
        case _:
            return f"unknown:{number}"


def reconcile(
    ours: Iterable[Booked],
    theirs: Iterable[Booked],
    elsewhere: Iterable[Difference] = (),
    in_our_books: Mapping[str, int] | None = None,
) -> Reconciled:
    """`elsewhere`: differences of other days that are open or have a key of this day. `in_our_books`: what we have come to know,
    on whatever day, of the keys that were missing here. A key that one side has twice counts with the sum of both."""
    here, there, elsewhere = _sums(ours), _sums(theirs), tuple(elsewhere)
    explained = tuple(d for d in elsewhere if _explains(d, here, there, in_our_books or {}))
    explained_keys = {d.key for d in explained}
    matched, differences = 0, []
    for key in sorted({*here, *there}):
        found = _difference(key, here.get(key), there.get(key))
        if found is None or (found.kind != "amount_differs" and key in explained_keys):
            matched += 1
        else:
            differences.append(found)
    return Reconciled(matched, tuple(differences), explained)


def _explains(
    difference: Difference, here: Mapping[str, int], there: Mapping[str, int], in_our_books: Mapping[str, int]
) -> bool:
    key = difference.key
    match difference.kind:
        case "missing_here":
            return difference.theirs_fen in (here.get(key), in_our_books.get(key))
        case "missing_there":
            return difference.ours_fen == there.get(key)
        case _:
            return False


def _difference(key: str, ours: int | None, theirs: int | None) -> Difference | None:
    if ours == theirs:
        return None
    if ours is None:
        return Difference("missing_here", key, None, theirs)
    if theirs is None:
        return Difference("missing_there", key, ours, None)
    return Difference("amount_differs", key, ours, theirs)


def _sums(booked: Iterable[Booked]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in booked:
        sums[one.key] += one.amount_fen
    return sums
