"""Which values count: one that the engine is not sure of only when arithmetic or the QR code says the same, and one that either of
them contradicts only when its print is clear. What does not count is left out and never replaced; the total itself, which a
forger changes, is left out for nothing but its own print."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from insurance.rules.capitals import write_capitals
from insurance.rules.receipts.checks import check_receipt
from insurance.rules.receipts.confidence import CERTAIN, CLEAR, SURE, SURE_OF_NAMES, contradicted, rate, supported
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import FIELD_NAMES, PAYERS, Check, Item, ReceiptFields
from insurance.rules.receipts.text import fen_of_capitals, looks_like_another, to_fen

SURE_NAME = 0.6
_CLEAR_CHARGE = 0.8
_NUMBERS, _MORE_THAN_AGREED = ("bill_code", "bill_no", "check_code", "date"), 0.95
# what contradicts a total that two others bear out
_BEYOND_DOUBT = 0.98
_OPEN_END = re.compile(r"[元圆圓角]$")
_DAYS_PRINTED = {
    "visit_date": ("visit_date",),
    "stay": ("stay_from", "stay_to"),
    "admitted": ("stay_from",),
    "discharged": ("stay_to",),
}
Outcomes = Mapping[str, bool]


def without_unproved(
    fields: ReceiptFields, draft: Draft, scores: dict[str, float], codes: Sequence[QrFields]
) -> ReceiptFields:
    """The fields that count. `scores`: how sure the engine was of each."""
    checks = check_receipt(fields, draft.extras, codes, draft.items_whole)
    ok = {check.code: check.ok for check in checks}
    confidence = rate(fields, dict.fromkeys(scores, 1.0), checks, codes)
    borne_out = supported(fields, checks) | {name for name, sure in confidence.items() if sure >= CERTAIN}
    unsure = {n for n in scores.keys() & set(FIELD_NAMES) if scores[n] < _asked(n, draft)} - borne_out
    if looks_like_another(fields.check_code, [code.check_code for code in codes]):
        unsure.add("check_code")
    # what is left out anyway contradicts nothing
    told = replace(fields, **cast(Any, dict.fromkeys(unsure & {*PAYERS, "self_pay", "self_expense"})))
    unsure |= _unclear_and_contradicted(
        told, draft, scores, check_receipt(told, draft.extras, codes, draft.items_whole)
    )
    if not unsure & set(PAYERS):
        unsure |= _payers_at_fault(fields, draft, ok)
    if not ok.get("capitals_equal_total", True) and _capitals_are_cut(fields, draft, ok, codes):
        unsure.add("total_upper")
    if _date_stands_elsewhere(fields, draft):
        unsure.discard("date")
    items = _items_that_count(fields, draft, ok, unsure="items" in unsure)
    return replace(fields, **cast(Any, dict.fromkeys(unsure - {"items"})), items=items)


def with_the_look_that_adds_up(draft: Draft, codes: Sequence[QrFields]) -> Draft:
    """Of one payer two looks read different sums: the one that makes the total counts, where the capitals bear the total out and
    every other payer is read. It is a print that was read, and never certain. Where neither does, another is wrong: none of them
    counts that is not clear."""
    fields = draft.fields
    differing = [name for name in PAYERS if name in draft.values and draft.values[name].looks]
    unread = {name for name in PAYERS if getattr(fields, name) is None and name in draft.labelled} - set(differing)
    checks = {check.code: check.ok for check in check_receipt(fields, draft.extras, codes, draft.items_whole)}
    if len(differing) != 1 or unread or draft.further_funds or not checks.get("capitals_equal_total"):
        return draft
    others = [told for name in PAYERS if (told := getattr(fields, name)) is not None]
    missing = to_fen(fields.total or "0.00") - sum(map(to_fen, others))
    value = draft.values[differing[0]]
    fitting = [look for look in value.looks if to_fen(look) == missing]
    if len(fitting) == 1:
        return replace(draft, values=draft.values | {differing[0]: replace(value, text=fitting[0])})
    unclear = {n: v for n in PAYERS if (v := draft.values.get(n)) and v.clearness < CLEAR}
    return replace(draft, values=draft.values | {name: replace(v, text=None) for name, v in unclear.items()})


def without_unclear_days(draft: Draft, codes: Sequence[QrFields]) -> Draft:
    """A day of visit or stay that would contradict the day of issue counts only when its print is clear."""
    checks = check_receipt(draft.fields, draft.extras, codes, draft.items_whole)
    if not any(check.code == "days_in_order" and not check.ok for check in checks):
        return draft
    unclear = [
        day
        for name, days in _DAYS_PRINTED.items()
        if name in draft.values and _clearness(name, draft) < CLEAR
        for day in days
    ]
    return replace(draft, extras=replace(draft.extras, **cast(Any, dict.fromkeys(unclear))))


def _unclear_and_contradicted(
    fields: ReceiptFields, draft: Draft, scores: Mapping[str, float], checks: Sequence[Check]
) -> set[str]:
    """Who paid may be all that contradicts a forged total: there two looks that agree make a print clear, unless the charges make
    the total or one's own parts bear the payers out."""
    ok = {check.code: check.ok for check in checks}
    summed = supported(fields, checks)
    found = set()
    for name in contradicted(checks) - summed - {"total", "total_upper", "items"}:
        alone = name in PAYERS and not ok.get("items_equal_total") and "self_expense" not in summed
        clear = scores.get(name, 0.0) if alone else _clearness(name, draft)
        asked = _BEYOND_DOUBT if name in PAYERS and _borne_out_twice(ok) else CLEAR
        if clear < asked and getattr(fields, name) is not None:
            found.add(name)
    return found


def _payers_at_fault(fields: ReceiptFields, draft: Draft, ok: Outcomes) -> set[str]:
    """The charges make the total and the payers don't: a sum that no label calls a payer's is none, and one that the engine's next
    guess would mend is unclear."""
    if ok.get("payers_equal_total", True) or not ok.get("items_equal_total") or fields.total is None:
        return set()
    told = {name: value for name in PAYERS if (value := draft.values.get(name)) and value.text is not None}
    missing = to_fen(fields.total) - sum(to_fen(value.text) for value in told.values() if value.text)
    return {name for name, value in told.items() if value.owned < CLEAR or _is_a_guess_away(value, missing)}


def _is_a_guess_away(value: Value, missing: int) -> bool:
    """One of its figures is not beyond doubt, and what it would be read as next makes the sum right."""
    text = value.text or "0.00"
    return any(to_fen(guess) - to_fen(text) == missing for guess in value.next_guesses)


def _clearness(name: str, draft: Draft) -> float:
    value = draft.values.get(name)
    return value.clearness if value else 0.0


def _borne_out_twice(ok: Outcomes) -> bool:
    """The charges and the capitals make the total: of who paid something was read wrong (a figure that stands twice, once)."""
    return all(ok.get(code, False) for code in ("items_equal_total", "capitals_equal_total"))


def _capitals_are_cut(fields: ReceiptFields, draft: Draft, ok: Outcomes, codes: Sequence[QrFields]) -> bool:
    return _capitals_break_off(fields, ok) or _capitals_lack_their_beginning(fields, draft, ok, codes)


def _capitals_break_off(fields: ReceiptFields, ok: Outcomes) -> bool:
    """Without 整 they end where the figures, which something else bears out, go on by less than a yuan: a fold or reflection hides
    the rest."""
    match = _OPEN_END.search(fields.total_upper or "")
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper and match else None
    others = [ok[code] for code in ("items_equal_total", "payers_equal_total", "qr_agrees") if code in ok]
    if match is None or upper is None or fields.total is None or not others or not all(others):
        return False
    return 0 < to_fen(fields.total) - upper < (10 if match[0] == "角" else 100)


def _capitals_lack_their_beginning(
    fields: ReceiptFields, draft: Draft, ok: Outcomes, codes: Sequence[QrFields]
) -> bool:
    """They are the end of those of the total. That is what a figure put before the total leaves as well, so that the QR code,
    which still tells the old sum then, must bear the total out beside the charges."""
    if fields.total is None or fields.total_upper is None or not ok.get("items_equal_total") or not ok.get("qr_agrees"):
        return False
    total = to_fen(fields.total)
    tax = to_fen(draft.extras.tax) if draft.extras.tax is not None else 0
    told = [to_fen(code.total) + (tax if code.total_may_differ else 0) for code in codes if code.total is not None]
    upper = fields.total_upper.replace("圆", "元").replace("正", "整")
    return total > 0 and total in told and write_capitals(total).endswith(upper) and ok.get("payers_equal_total", True)


def _items_that_count(fields: ReceiptFields, draft: Draft, ok: Outcomes, *, unsure: bool) -> tuple[Item, ...]:
    """Where the payers make the total and the charges don't, one of these was read wrong or is not what it was: the clear ones
    count. So they do where nothing else contradicts, but for one that the next guess would mend."""
    others = [ok[code] for code in ("payers_equal_total", "capitals_equal_total", "qr_agrees") if code in ok]
    if ok.get("items_equal_total", True):
        added_up = ok.get("items_equal_total")
        return tuple(_sure_item(n, a) for n, a in draft.cells) if unsure and not added_up else fields.items
    if ok.get("payers_equal_total", False) and ok.get("qr_agrees", True):
        return tuple(_clear_item(n, a) for n, a in draft.cells)
    counted = [_sure_item(n, a) for n, a in draft.cells] if unsure else list(fields.items)
    if others and all(others):
        missing = _missing(fields, draft)
        for i, (_, amount) in enumerate(draft.cells):
            if amount is not None and _is_a_guess_away(amount, missing):
                counted[i] = replace(counted[i], amount=None)
    return tuple(counted)


def _missing(fields: ReceiptFields, draft: Draft) -> int:
    """What the charges lack to make the total, in fen."""
    sums = [item.amount for item in fields.items] + [draft.extras.tax]
    return to_fen(fields.total or "0.00") - sum(to_fen(told) for told in sums if told is not None)


def _clear_item(name: Value | None, amount: Value | None) -> Item:
    """What may contradict a total that is borne out: a clear print."""
    sure = _sure_item(name, amount)
    return sure if amount and amount.clearness >= _CLEAR_CHARGE else replace(sure, amount=None)


def _sure_item(name: Value | None, amount: Value | None) -> Item:
    return Item(
        name.text if name and name.score >= SURE_NAME else None,
        amount.text if amount and amount.score >= SURE else None,
    )


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
