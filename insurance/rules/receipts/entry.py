"""A reading becomes a receipt of a case (CaseReceipt), and one that is read again keeps what people corrected."""

from dataclasses import replace
from typing import Any

from insurance.rules.case import CaseReceipt
from insurance.rules.receipts.likeness import alike, likeness
from insurance.rules.receipts.reading import FIELD_NAMES, ReceiptReading
from insurance.rules.receipts.recheck import rechecked

_BESIDE = ("category", "social_insurance_settled", "treated_on")


def enter(document_id: str, ordinal: int, reading: ReceiptReading, key: bytes) -> CaseReceipt:
    """`key` is for the hashes of its likeness. What had to be assumed is named in `assumed`."""
    fields, extras, basis = reading.fields, reading.extras, reading.basis
    paid_by_funds = any(amount not in (None, "0.00") for amount in (fields.pool_pay, fields.other_pay))
    type_unclear = extras.insurance_type is not None or "insurance_type" in basis.unread
    assumed = {
        "category": reading.kind is None,
        "social_insurance_settled": not paid_by_funds and reading.settled is None and type_unclear,
    }
    return CaseReceipt(
        receipt_id=f"{document_id}-{ordinal}",
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


def read_again(known: CaseReceipt, again: CaseReceipt) -> CaseReceipt:
    """A newer reading of a receipt that the case has. What a person amended stays, with who, when and why; checks are made
    anew on what counts now. Where the newer reading has nothing in common with an amended receipt it found them in another
    order, and the amended one stays whole."""
    if not known.amendments:
        return again
    if not _one_paper(known, again):
        return known
    amended = {amendment.field for amendment in known.amendments}
    kept: dict[str, Any] = {name: getattr(known.fields, name) for name in FIELD_NAMES if name in amended}
    beside: dict[str, Any] = {name: getattr(known, name) for name in _BESIDE if name in amended}
    if "date" in amended and "treated_on" not in amended:
        beside["treated_on"] = again.treated_on if again.treated_on != again.fields.date else known.fields.date
    merged = replace(again, fields=replace(again.fields, **kept), amendments=known.amendments, **beside)
    return rechecked(merged)


def _one_paper(known: CaseReceipt, again: CaseReceipt) -> bool:
    told = ("bill_no", "check_code", "total", "date")
    return alike(known.likeness, again.likeness) or any(
        getattr(again.fields, name) is not None and getattr(again.fields, name) == getattr(fields, name)
        for fields in (known.fields, known.read_fields)
        for name in told
    )
