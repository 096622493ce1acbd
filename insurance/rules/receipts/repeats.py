"""The same receipt twice (DOMAIN 5.3, R10): by its number, by another amount under the same number, or by its likeness."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from insurance.rules.case import CaseReceipt
from insurance.rules.receipts.certainty import CERTAIN
from insurance.rules.receipts.likeness import Likeness, alike
from insurance.rules.receipts.reading import PAYERS
from insurance.rules.receipts.text import to_fen

_LIST = re.compile(r"清单|明细")
# what stands below the charges of each page of a list, and is none of them
_SUM_OF_PAGE = re.compile(r"(?:本页)?(?:小计|合计|总计)")

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
    """Receipts of one claim that only repeat the number of another of it, or whose file was given twice: {id of the copy: id of the one
    that counts}. It is the one of which more is certain that counts, and the first of equals: what is given twice is not paid
    twice. A list of a bill's charges is no bill, however certain."""
    found = annexes(receipts)
    receipts = [receipt for receipt in receipts if receipt.receipt_id not in found]
    best = sorted(receipts, key=lambda r: -sum(score >= CERTAIN for score in r.confidence.values()))
    marks = {receipt.receipt_id: mark_of(receipt) for receipt in best}
    for place, receipt in enumerate(best):
        for counted in best[:place]:
            is_known = _have_one_number(marks[counted.receipt_id], marks[receipt.receipt_id])
            is_known = is_known or _read_the_same(counted, receipt)
            if counted.receipt_id not in found and is_known:
                found[receipt.receipt_id] = counted.receipt_id
                break
    return found


def each_once(receipts: Sequence[CaseReceipt]) -> tuple[list[CaseReceipt], list[CaseReceipt]]:
    """Those that count, and those that only repeat one of them; both in their order. What a newer reading superseded is neither."""
    standing = [receipt for receipt in receipts if not receipt.superseded]
    copied = copies(standing)
    once = [receipt for receipt in standing if receipt.receipt_id not in copied]
    return once, [receipt for receipt in standing if receipt.receipt_id in copied]


def annexes(receipts: Sequence[CaseReceipt]) -> dict[str, str]:
    """Pages that list the charges of a bill of the same claim (医疗收费明细), under its number or headed so in its file: {id of the page:
    id of its bill}. They are no second receipt, as long as what they list, each by itself or all together, comes to its total."""
    lists = [receipt for receipt in receipts if _is_list(receipt)]
    found: dict[str, str] = {}
    for bill in receipts:
        total = bill.fields.total
        if total is None or bill in lists:
            continue
        pages = [page for page in lists if _is_of(bill, page)]
        listed = {page.receipt_id: fen for page in pages if (fen := _listed_fen(page, total)) is not None}
        parts = {page: fen for page, fen in listed.items() if fen != to_fen(total)}
        belong = listed if sum(parts.values()) == to_fen(total) else [page for page in listed if page not in parts]
        found = dict.fromkeys(belong, bill.receipt_id) | found
    return found


def _read_the_same(one: CaseReceipt, other: CaseReceipt) -> bool:
    """One file gives one reading, whether or not a number is printed; two papers differ in what is given out once."""
    return bool(one.likeness.numbers) and (one.likeness, one.read_fields) == (other.likeness, other.read_fields)


def _have_one_number(one: Mark, other: Mark) -> bool:
    return sameness(one, other) in ("same_receipt", "same_number_other_amount")


def _is_of(bill: CaseReceipt, page: CaseReceipt) -> bool:
    """Not every page of a long list says again whose it is."""
    if page.fields.bill_no is None:
        return _is_headed_so(page) and page.document_id == bill.document_id
    return _have_one_number(mark_of(bill), mark_of(page))


def _is_list(receipt: CaseReceipt) -> bool:
    """By its heading, or because it has no sum in capitals and names nobody who pays, as every bill does."""
    f = receipt.fields
    is_bare = f.total_upper is None and all(getattr(f, name) is None for name in PAYERS)
    return bool(f.items) and (is_bare or _is_headed_so(receipt))


def _is_headed_so(receipt: CaseReceipt) -> bool:
    return _LIST.search(receipt.extras.title or "") is not None


def _listed_fen(page: CaseReceipt, bill_total: str) -> int | None:
    """What its charges come to. None when one of them can't be read, or when the page itself prints another sum."""
    amounts = [item.amount for item in page.fields.items if not _SUM_OF_PAGE.match(item.name or "")]
    listed = sum(to_fen(amount) for amount in amounts if amount is not None)
    printed = page.fields.total
    says_so = printed is None or printed == bill_total or to_fen(printed) == listed
    return listed if says_so and None not in amounts else None
