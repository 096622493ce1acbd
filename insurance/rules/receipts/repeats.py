"""The same receipt twice (DOMAIN 5.3, R10): by its number, by another amount under the same number, or by its likeness."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from insurance.rules.case import CaseReceipt
from insurance.rules.receipts.certainty import CERTAIN
from insurance.rules.receipts.likeness import Likeness, alike

Sameness = Literal["same_receipt", "same_number_other_amount", "looks_alike"]


@dataclass(frozen=True)
class Mark:
    """By what a receipt is known again. None is what could not be read or is not printed. `bill_no_proved`: the QR code says
    the same number."""

    bill_code: str | None
    bill_no: str | None
    bill_no_proved: bool
    check_code: str | None
    date: str | None
    total: str | None
    likeness: Likeness = field(default_factory=Likeness)


def mark_of(receipt: CaseReceipt) -> Mark:
    f = receipt.fields
    is_certain = f.bill_no is not None and receipt.confidence.get("bill_no", 0.0) >= CERTAIN
    is_proved = is_certain and not receipt.is_amended("bill_no")
    return Mark(f.bill_code, f.bill_no, is_proved, f.check_code, f.date, f.total, receipt.likeness)


def sameness(one: Mark, other: Mark) -> Sameness | None:
    """How two receipts are the same; None when they are not, as far as can be told. The stronger finding comes first: a number
    is given out once, so that a second amount under it is one that somebody changed or misread. Two numbers that their QR codes
    prove are two receipts, however alike."""
    if one.bill_no is not None and one.bill_no == other.bill_no and not _other_series(one, other):
        if _differ(one.total, other.total):
            return "same_number_other_amount"
        return "same_receipt"
    if one.bill_no_proved and other.bill_no_proved:
        return None
    return "looks_alike" if alike(one.likeness, other.likeness) else None


def _other_series(one: Mark, other: Mark) -> bool:
    """Numbers without the same code repeat between provinces and printings: then the amount or the day must tell more, and a
    code that differs in one place was misread."""
    if one.bill_code is not None and one.bill_code == other.bill_code:
        return False
    alike_otherwise = [_same(a, b) for a, b in _beside(one, other)]
    if one.bill_code is None or other.bill_code is None or _one_place(one.bill_code, other.bill_code):
        return not any(alike_otherwise)
    return not all(alike_otherwise)


def _beside(one: Mark, other: Mark) -> Sequence[tuple[str | None, str | None]]:
    return (one.date, other.date), (one.total, other.total), (one.check_code, other.check_code)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _one_place(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def copies(receipts: Sequence[CaseReceipt]) -> dict[str, str]:
    """Receipts of one claim that only repeat the number of another of it: {id of the copy: id of the one that counts}. It is
    the one of which more is certain that counts, and the first of equals: what is given twice is not paid twice."""
    best = sorted(receipts, key=lambda r: -sum(score >= CERTAIN for score in r.confidence.values()))
    marks = {receipt.receipt_id: mark_of(receipt) for receipt in best}
    found: dict[str, str] = {}
    for place, receipt in enumerate(best):
        for counted in best[:place]:
            known = sameness(marks[counted.receipt_id], marks[receipt.receipt_id])
            if counted.receipt_id not in found and known in ("same_receipt", "same_number_other_amount"):
                found[receipt.receipt_id] = counted.receipt_id
                break
    return found


def each_once(receipts: Sequence[CaseReceipt]) -> tuple[list[CaseReceipt], list[CaseReceipt]]:
    """Those that count, and those that only repeat one of them; both in their order. What a newer reading superseded is neither."""
    standing = [receipt for receipt in receipts if not receipt.superseded]
    copied = copies(standing)
    once = [receipt for receipt in standing if receipt.receipt_id not in copied]
    return once, [receipt for receipt in standing if receipt.receipt_id in copied]
