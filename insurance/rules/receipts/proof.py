"""From lines to a reading: fields as printed, what the QR code fills in, the checks, and how far each field may be believed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from insurance.rules.receipts.checks import QR_FIELDS, check_receipt
from insurance.rules.receipts.confidence import rate
from insurance.rules.receipts.extraction import Draft, form_of
from insurance.rules.receipts.qr import QrFields, parse_qr
from insurance.rules.receipts.reading import FIELD_NAMES, Box, ReceiptFields, ReceiptReading

_SETTLED = ("居民", "职工", "医疗保险", "医保", "公费", "新农合", "城乡")
_UNSETTLED = ("自费", "普通", "全自费", "非医保", "现金")


def prove(draft: Draft, payloads: Sequence[str] = (), page: int = 0) -> ReceiptReading:
    """The reading that a draft and the QR codes of its page support."""
    codes = [code for code in map(parse_qr, payloads) if code is not None]
    fields, filled = _fill(_fields(draft), codes)
    checks = check_receipt(fields, draft.extras, codes, draft.items_whole)
    confidence = rate(fields, _scores(draft), checks, codes)
    for name in filled:
        # nothing printed was read beside it, so nothing proves it
        confidence[name] = 0.9
    return ReceiptReading(
        fields=fields,
        confidence=confidence,
        checks=checks,
        boxes=_boxes(draft),
        kind=form_of(draft),
        settled=_settled(draft.extras.insurance_type),
        extras=draft.extras,
        page=page,
        box=_around([line.box for line in draft.lines]),
    )


def _fields(draft: Draft) -> ReceiptFields:
    texts = {name: draft.text(name) for name in FIELD_NAMES if name != "items"}
    return ReceiptFields(items=draft.items, **cast(Any, texts))


def _fill(fields: ReceiptFields, codes: Sequence[QrFields]) -> tuple[ReceiptFields, list[str]]:
    """The QR code fills only what could not be read (DESIGN 7)."""
    filled: dict[str, str] = {}
    for code in codes:
        for name in QR_FIELDS:
            told = getattr(code, name)
            if told is not None and getattr(fields, name) is None and not (name == "total" and code.total_may_differ):
                filled.setdefault(name, told)
    return replace(fields, **cast(Any, filled)), list(filled)


def _scores(draft: Draft) -> dict[str, float]:
    scores = {name: v.score * (1 if v.sure_label else 0.8) for name, v in draft.values.items()}
    prints = [part.score if part else 0.0 for pair in draft.item_values for part in pair]
    return scores | {"items": min(prints, default=0.0)}


def _boxes(draft: Draft) -> dict[str, Box]:
    boxes = {name: v.box for name, v in draft.values.items() if name in FIELD_NAMES}
    rows = [part.box for pair in draft.item_values for part in pair if part]
    whole = _around(rows)
    return boxes | ({"items": whole} if whole else {})


def _around(boxes: Sequence[Box]) -> Box | None:
    if not boxes:
        return None
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _settled(insurance_type: str | None) -> bool | None:
    if insurance_type is None:
        return None
    if any(word in insurance_type for word in _UNSETTLED):
        return False
    return True if any(word in insurance_type for word in _SETTLED) else None
