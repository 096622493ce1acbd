"""From lines to a reading: fields as printed, what the QR code fills in, the checks, and how far each field may be believed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from insurance.rules.receipts.checks import QR_FIELDS, check_receipt
from insurance.rules.receipts.confidence import rate
from insurance.rules.receipts.doubt import with_the_look_that_adds_up, without_unclear_days, without_unproved
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.extraction import form_of
from insurance.rules.receipts.open_questions import open_questions
from insurance.rules.receipts.qr import QrFields, parse_qr
from insurance.rules.receipts.reading import FIELD_NAMES, Basis, Box, Check, ReceiptFields, ReceiptReading
from insurance.rules.receipts.text import fen_of_capitals, looks_like_another, plain, to_fen
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS

_NUMBERED = re.compile(r"\d.*\d.*\d")
_SETTLED = ("居民", "职工", "医疗保险", "医保", "公费", "新农合", "城乡")
_UNSETTLED = ("自费", "普通", "全自费", "非医保", "现金")


def prove(draft: Draft, payloads: Sequence[str] = (), page: int = 0) -> ReceiptReading:
    """The reading that a draft and the QR codes of its page support."""
    codes = [code for code in map(parse_qr, payloads) if code is not None]
    draft = with_the_look_that_adds_up(without_unclear_days(draft, codes), codes)
    scores = _scores(draft)
    fields, filled = _fill(without_unproved(draft.fields, draft, scores, codes), draft, codes)
    checks = check_receipt(fields, draft.extras, codes, draft.items_whole)
    if fields.total is None and "total" in draft.labelled:
        checks = (*checks, Check("total_unclear", False, "小写合计金额看不清，请对照原件核对", "warning"))
    confidence = rate(fields, scores, checks, codes, open_questions(draft))
    for name in filled:
        # nothing printed was read beside it, so nothing proves it
        confidence[name] = 0.9
    for name in [name for name in confidence if name in draft.values and draft.values[name].looks]:
        confidence[name] = min(confidence[name], 0.9)
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
        basis=_basis(draft, codes),
    )


def _basis(draft: Draft, codes: Sequence[QrFields]) -> Basis:
    return Basis(
        prints=tuple(text for line in draft.lines if _NUMBERED.search(text := plain(line.text))),
        codes=tuple(codes),
        items_whole=draft.items_whole,
        unread=_unread(draft),
    )


def _unread(draft: Draft) -> tuple[str, ...]:
    """A day that was read and does not count is not read either."""
    extras = draft.extras
    days = {"visit_date": extras.visit_date, "stay": extras.stay_from, "admitted": extras.stay_from}
    return tuple(sorted(name for name in draft.labelled if draft.text(name) is None or days.get(name, "") is None))


def _fill(fields: ReceiptFields, draft: Draft, codes: Sequence[QrFields]) -> tuple[ReceiptFields, list[str]]:
    """The QR code fills only what could not be read (DESIGN 7). A total only when no print of it was found at all and the
    capitals say the same: the code still tells the old sum after a forger has changed the print."""
    filled: dict[str, str] = {}
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper else None
    for code in codes:
        for name in QR_FIELDS:
            told = getattr(code, name)
            if told is None or getattr(fields, name) is not None or _read_otherwise(name, told, draft):
                continue
            if name != "total" or (to_fen(told) == upper and "total" not in draft.labelled):
                filled.setdefault(name, told)
    return replace(fields, **cast(Any, filled)), list(filled)


def _read_otherwise(name: str, told: str, draft: Draft) -> bool:
    """The print was read, not clearly, as something else than the code tells: nobody knows which of the two is printed."""
    read = draft.text(name)
    return read is not None and read != told and not looks_like_another(read, [told])


def _scores(draft: Draft) -> dict[str, float]:
    scores = {name: v.score * (1 if _label_holds(name, v) else 0.9) for name, v in draft.values.items()}
    prints = [part.score if part else 0.0 for pair in draft.cells for part in pair]
    return scores | {"items": min(prints, default=0.0)}


def _label_holds(name: str, value: Value) -> bool:
    """The label was read, or twice alike; anybody's name may stand behind a damaged one, but one that ends as hospitals' do
    needs none."""
    if name == "hospital" and (value.text or "").endswith(HOSPITAL_KINDS):
        return True
    return value.sure_label or (value.agreed and name != "payer")


def _boxes(draft: Draft) -> dict[str, Box]:
    boxes = {name: v.box for name, v in draft.values.items() if name in FIELD_NAMES}
    rows = [part.box for pair in draft.cells for part in pair if part]
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
