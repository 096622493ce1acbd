"""A reading becomes a receipt of a case (CaseReceipt), and one that is read again keeps what people corrected."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from insurance.rules.case import CaseReceipt
from insurance.rules.receipts.likeness import alike, likeness
from insurance.rules.receipts.reading import FIELD_NAMES, ReceiptReading
from insurance.rules.receipts.recheck import rechecked

_BESIDE = ("category", "social_insurance_settled", "treated_on")
# figures of a number that two readings of one print may differ in
MISREAD = 2


def enter(document_id: str, ordinal: int, reading: ReceiptReading, key: bytes) -> CaseReceipt:
    """`key` is for the hashes of its likeness. What had to be assumed is named in `assumed`."""
    fields, extras, basis = reading.fields, reading.extras, reading.basis
    paid_by_funds = any(amount not in (None, "0.00") for amount in (fields.pool_pay, fields.other_pay))
    type_unclear = extras.insurance_type is not None or "insurance_type" in basis.unread
    assumed = {
        "category": reading.kind is None,
        "social_insurance_settled": not paid_by_funds and reading.settled is None and type_unclear,
        "treated_on": _day_unread(reading),
    }
    return CaseReceipt(
        receipt_id=_id(document_id, ordinal),
        document_id=document_id,
        ordinal=ordinal,
        fields=fields,
        read_fields=fields,
        confidence=reading.confidence,
        checks=reading.checks,
        boxes=reading.boxes,
        category=reading.kind or "outpatient",
        social_insurance_settled=paid_by_funds or bool(reading.settled),
        treated_on=extras.stay_from or extras.visit_date or fields.date,
        extras=extras,
        codes=basis.codes,
        items_whole=basis.items_whole,
        assumed=tuple(name for name, is_so in assumed.items() if is_so),
        likeness=likeness(basis.prints, fields, key),
    )


def _day_unread(reading: ReceiptReading) -> bool:
    """A day of visit or admission is printed and says nothing: the day of issue is no more than a guess at it."""
    unread, admitted = reading.basis.unread, reading.extras.stay_from
    return "stay" in unread or (admitted is None and ("admitted" in unread or "visit_date" in unread))


def read_again(known: Sequence[CaseReceipt], found: Sequence[CaseReceipt]) -> tuple[CaseReceipt, ...]:
    """A newer reading of a document: `known` are the receipts that the case has of it, `found` those of the reading. Gives what
    stands now of each that was found, then those of before that are superseded; a known one that is not given stays.

    A receipt keeps its place, whatever the order in which they were found, and what a person amended stays with it, with who,
    when and why. What is surely none of the known ones takes the place of one that nobody amended, or else a new one. What was
    known and is not found any more never was a receipt, unless a person amended it or the reading found nothing at all."""
    again = _known_again([receipt for receipt in known if not receipt.superseded], found)
    matched = {receipt.receipt_id for receipt in again.values()}
    open_places = [r.ordinal for r in known if not r.amendments and r.receipt_id not in matched]
    taken = {r.ordinal for r in known}
    new_places = (ordinal for ordinal in count() if ordinal not in taken)
    stands = []
    for receipt in found:
        if former := again.get(receipt.receipt_id):
            stands.append(_merged(former, _at(receipt, former.ordinal)))
            continue
        at = receipt.ordinal if receipt.ordinal in open_places else next(iter(open_places), None)
        if at is not None:
            open_places.remove(at)
        stands.append(_at(receipt, next(new_places) if at is None else at))
    standing = {receipt.receipt_id for receipt in stands}
    gone = [r for r in known if found and not (r.amendments or r.superseded or r.receipt_id in standing)]
    return (*stands, *(replace(receipt, superseded=True) for receipt in gone))


def _at(receipt: CaseReceipt, ordinal: int) -> CaseReceipt:
    return replace(receipt, receipt_id=_id(receipt.document_id, ordinal), ordinal=ordinal)


def _id(document_id: str, ordinal: int) -> str:
    return f"{document_id}-{ordinal}"


def _merged(known: CaseReceipt, again: CaseReceipt) -> CaseReceipt:
    """Checks are made anew on what counts now."""
    if not known.amendments:
        return again
    amended = {amendment.field for amendment in known.amendments}
    kept: dict[str, Any] = {name: getattr(known.fields, name) for name in FIELD_NAMES if name in amended}
    beside: dict[str, Any] = {name: getattr(known, name) for name in _BESIDE if name in amended}
    if "date" in amended and "treated_on" not in amended:
        beside["treated_on"] = again.treated_on if again.treated_on != again.fields.date else known.fields.date
    merged = replace(again, fields=replace(again.fields, **kept), amendments=known.amendments, **beside)
    return rechecked(merged)


def _known_again(known: Sequence[CaseReceipt], found: Sequence[CaseReceipt]) -> dict[str, CaseReceipt]:
    """By the id of one that was found, the known one that it surely is. What fits two is not sure."""
    again: dict[str, CaseReceipt] = {}
    for is_same in (_same_number, _same_check_code, _alike, _same_sum_and_day):
        matched = {receipt.receipt_id for receipt in again.values()}
        former = [r for r in known if r.receipt_id not in matched]
        newer = [r for r in found if r.receipt_id not in again]
        pairs = [(one, other) for one in former for other in newer if is_same(one, other)]
        for one, other in pairs:
            if sum(one is a or other is b for a, b in pairs) == 1:
                again[other.receipt_id] = one
    former = [r for r in known if r not in again.values()]
    newer = [r for r in found if r.receipt_id not in again]
    if len(known) == len(found) and len(former) == len(newer) == 1 and _may_be(former[0], newer[0]):
        again[newer[0].receipt_id] = former[0]
    return again


def _may_be(known: CaseReceipt, again: CaseReceipt) -> bool:
    """Of the last ones that are left in one file: a number of which a figure was misread, or none, with the same day or sum."""
    numbers = known.fields.bill_no, again.fields.bill_no
    if None not in numbers and differing(*numbers) > MISREAD:
        return False
    return _same(known, again, "date") or _same(known, again, "total")


def differing(one: str | None, other: str | None) -> int:
    """At how many places; all of them when one is longer."""
    one, other = one or "", other or ""
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else max(len(one), len(other))


def _same(known: CaseReceipt, again: CaseReceipt, name: str) -> bool:
    """As it was read before, or as a person put it right."""
    value = getattr(again.fields, name)
    return value is not None and value in (getattr(known.fields, name), getattr(known.read_fields, name))


def _same_number(known: CaseReceipt, again: CaseReceipt) -> bool:
    return _same(known, again, "bill_no")


def _same_check_code(known: CaseReceipt, again: CaseReceipt) -> bool:
    return _same(known, again, "check_code")


def _alike(known: CaseReceipt, again: CaseReceipt) -> bool:
    return alike(known.likeness, again.likeness)


def _same_sum_and_day(known: CaseReceipt, again: CaseReceipt) -> bool:
    """Two receipts of one visit share the day, and perhaps the sum as well: their numbers tell them apart."""
    numbered = None not in (known.fields.bill_no, again.fields.bill_no)
    return not numbered and _same(known, again, "total") and _same(known, again, "date")
