"""From lines to a reading: fields as printed, what the QR code fills in, the checks, and how far each field may be believed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from insurance.rules.receipts.checks import QR_FIELDS, check_receipt
from insurance.rules.receipts.confidence import CERTAIN, CLEAR, SURE, SURE_OF_NAMES, contradicted, rate, supported
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.extraction import form_of
from insurance.rules.receipts.open_questions import open_questions
from insurance.rules.receipts.qr import QrFields, parse_qr
from insurance.rules.receipts.reading import FIELD_NAMES, PAYERS, Basis, Box, Check, Item, ReceiptFields, ReceiptReading
from insurance.rules.receipts.text import fen_of_capitals, looks_like_another, plain, to_fen
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS

SURE_NAME = 0.6
_CLEAR_CHARGE = 0.8
_NUMBERS, _MORE_THAN_AGREED = ("bill_code", "bill_no", "check_code", "date"), 0.95
# what contradicts a total that two others bear out
_BEYOND_DOUBT = 0.98
_OPEN_END = re.compile(r"[元圆圓角]$")
_NUMBERED = re.compile(r"\d.*\d.*\d")
_SETTLED = ("居民", "职工", "医疗保险", "医保", "公费", "新农合", "城乡")
_UNSETTLED = ("自费", "普通", "全自费", "非医保", "现金")


def prove(draft: Draft, payloads: Sequence[str] = (), page: int = 0) -> ReceiptReading:
    """The reading that a draft and the QR codes of its page support."""
    codes = [code for code in map(parse_qr, payloads) if code is not None]
    draft = _without_unclear_days(draft, codes)
    scores = _scores(draft)
    fields, filled = _fill(_without_unproved(_fields(draft), draft, scores, codes), draft, codes)
    checks = check_receipt(fields, draft.extras, codes, draft.items_whole)
    if fields.total is None and "total" in draft.labelled:
        checks = (*checks, Check("total_unclear", False, "小写合计金额看不清，请对照原件核对", "warning"))
    confidence = rate(fields, scores, checks, codes, open_questions(draft))
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
        basis=_basis(draft, codes),
    )


def _basis(draft: Draft, codes: Sequence[QrFields]) -> Basis:
    return Basis(
        prints=tuple(text for line in draft.lines if _NUMBERED.search(text := plain(line.text))),
        codes=tuple(codes),
        items_whole=draft.items_whole,
        unread=tuple(sorted(name for name in draft.labelled if draft.text(name) is None)),
    )


def _without_unproved(
    fields: ReceiptFields, draft: Draft, scores: dict[str, float], codes: Sequence[QrFields]
) -> ReceiptFields:
    """A value that the engine is not sure of counts only when arithmetic or the QR code says the same; one that either of
    them contradicts counts only when its print is clear."""
    checks = check_receipt(fields, draft.extras, codes, draft.items_whole)
    confidence = rate(fields, dict.fromkeys(scores, 1.0), checks, codes)
    borne_out = supported(fields, checks) | {name for name, sure in confidence.items() if sure >= CERTAIN}
    unsure = {n for n in scores.keys() & set(FIELD_NAMES) if scores[n] < _asked(n, draft)} - borne_out
    if looks_like_another(fields.check_code, [code.check_code for code in codes]):
        unsure.add("check_code")
    summed = supported(fields, checks)
    doubted = contradicted(checks) - summed - {"total", "total_upper", "items"}
    ok = {check.code: check.ok for check in checks}
    for name in doubted:
        # that two looks agree makes no print clear; but who paid may be all that contradicts a forged total, unless one's own
        # parts bear that out
        alone = name in PAYERS and not ok.get("items_equal_total") and "self_expense" not in summed
        clear = scores.get(name, 0.0) if alone else _clearness(name, draft)
        asked = _BEYOND_DOUBT if name in PAYERS and _borne_out_twice(ok) else CLEAR
        if clear < asked and getattr(fields, name) is not None:
            unsure.add(name)
    if _capitals_break_off(fields, ok):
        unsure.add("total_upper")
    if _date_stands_elsewhere(fields, draft):
        unsure.discard("date")
    added_up = ok.get("items_equal_total")
    if _charges_are_at_fault(ok):
        fields = replace(fields, items=tuple(_clear_item(n, a) for n, a in draft.cells))
        unsure.discard("items")
    if "items" in unsure:
        unsure.remove("items")
        if not added_up:
            fields = replace(fields, items=tuple(_sure_item(n, a) for n, a in draft.cells))
    return replace(fields, **cast(Any, dict.fromkeys(unsure)))


def _without_unclear_days(draft: Draft, codes: Sequence[QrFields]) -> Draft:
    """A day of visit or stay that would contradict the day of issue counts only when its print is clear."""
    checks = check_receipt(_fields(draft), draft.extras, codes, draft.items_whole)
    if not any(check.code == "days_in_order" and not check.ok for check in checks):
        return draft
    prints = {"visit_date": ("visit_date",), "stay": ("stay_from", "stay_to")}
    unclear = [day for name, days in prints.items() if _clearness(name, draft) < CLEAR for day in days]
    return replace(draft, extras=replace(draft.extras, **cast(Any, dict.fromkeys(unclear))))


def _clearness(name: str, draft: Draft) -> float:
    value = draft.values.get(name)
    return value.clearness if value else 0.0


def _borne_out_twice(ok: Mapping[str, bool]) -> bool:
    """The charges and the capitals make the total: of who paid something was read wrong (a figure that stands twice, once)."""
    return all(ok.get(code, False) for code in ("items_equal_total", "capitals_equal_total"))


def _capitals_break_off(fields: ReceiptFields, ok: Mapping[str, bool]) -> bool:
    """Without 整 they end where the figures, which something else bears out, go on by less than a yuan: a fold or reflection hides
    the rest. Capitals that lost their beginning are what a figure put before the total leaves as well, and stay."""
    match = _OPEN_END.search(fields.total_upper or "")
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper and match else None
    others = [ok[code] for code in ("items_equal_total", "payers_equal_total", "qr_agrees") if code in ok]
    if match is None or upper is None or fields.total is None or not others or not all(others):
        return False
    return 0 < to_fen(fields.total) - upper < (10 if match[0] == "角" else 100)


def _charges_are_at_fault(ok: Mapping[str, bool]) -> bool:
    """The charges do not make the total that those who paid do make: one of the charges was read wrong, or is not what it was."""
    return not ok.get("items_equal_total", True) and ok.get("payers_equal_total", False) and ok.get("qr_agrees", True)


def _clear_item(name: Value | None, amount: Value | None) -> Item:
    """What may contradict a total that is borne out: a clear print."""
    sure = _sure_item(name, amount)
    return sure if amount and amount.clearness >= _CLEAR_CHARGE else replace(sure, amount=None)


def _asked(name: str, draft: Draft) -> float:
    value = draft.values.get(name)
    if value is None or not value.agreed:
        return SURE_OF_NAMES.get(name, SURE)
    # two looks at a number that is small in print make the same mistake, and no arithmetic shows it
    return _MORE_THAN_AGREED if name in _NUMBERS and value.clearness < SURE else CLEAR


def _date_stands_elsewhere(fields: ReceiptFields, draft: Draft) -> bool:
    """The day of issue is printed again as the day of the visit, the end of the stay, or the head of the serial number."""
    extras = draft.extras
    serial = (extras.serial_no or "").startswith(fields.date.replace("-", "")) if fields.date else False
    return fields.date is not None and (fields.date in (extras.visit_date, extras.stay_to) or serial)


def _sure_item(name: Value | None, amount: Value | None) -> Item:
    return Item(
        name.text if name and name.score >= SURE_NAME else None,
        amount.text if amount and amount.score >= SURE else None,
    )


def _fields(draft: Draft) -> ReceiptFields:
    texts = {name: draft.text(name) for name in FIELD_NAMES if name != "items"}
    return ReceiptFields(items=draft.items, **cast(Any, texts))


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
