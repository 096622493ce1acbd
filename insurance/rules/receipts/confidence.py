"""How far a field may be believed: 0.99 and above means certain, which takes a proof beside the engine's own score.

A name has no proof on the receipt itself, so 交款人 and 收款单位 are never certain here, however clear they look.
"""

from collections.abc import Collection, Mapping, Sequence

from insurance.rules.receipts.checks import QR_FIELDS
from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import FIELD_NAMES, PAYERS, Check, ReceiptFields
from insurance.rules.receipts.text import to_fen
from insurance.rules.receipts.vocabulary import ITEM_NAMES

CERTAIN = 0.995
# below this the least sure character of a value is as likely wrong as not worth telling
SURE = 0.75
# nothing on the receipt proves a name, so more is asked of its print; long names lose a character more easily
SURE_OF_NAMES = {"payer": 0.75, "hospital": 0.9}
# what two looks at the print agree on, or what a contradicted print must be to stand
CLEAR = 0.9
_UNPROVED = 0.98
_CONTRADICTED = 0.5
_TOTAL_PROOFS = ("capitals_equal_total", "items_equal_total", "payers_equal_total")
_OWN_PARTS = ("self_pay", "self_expense")
_SUMS = (*_TOTAL_PROOFS, "own_parts_agree")
_WITHOUT_OWN_MONEY = ("pool_pay", "other_pay", "self_pay", "self_expense")
_TOUCHED = {
    "capitals_equal_total": ("total", "total_upper"),
    "items_equal_total": ("total", "items"),
    "payers_equal_total": ("total", *PAYERS),
    "own_parts_agree": ("self_pay", "self_expense"),
    "qr_agrees": QR_FIELDS,
    "code_year": ("bill_code", "date"),
    "days_in_order": ("date",),
}


def rate(
    fields: ReceiptFields,
    scores: Mapping[str, float],
    checks: Sequence[Check],
    qr: Sequence[QrFields],
    left_open: Collection[str] = (),
) -> dict[str, float]:
    """Confidence of every field; 0 for a field without a value. `left_open`: the fields of which the print does not show clearly what
    a sum can't prove: whose it is, what was charged, in which words the capitals say it."""
    ok = {check.code: check.ok for check in checks}
    proved = _proved(fields, ok, qr, scores) - set(left_open)
    doubted = contradicted(checks)
    rated = {}
    for name in FIELD_NAMES:
        value = getattr(fields, name)
        score = min(scores.get(name, 0.0), _UNPROVED)
        if value is None or value == ():
            rated[name] = 0.0
        elif name in doubted:
            rated[name] = min(score, _CONTRADICTED)
        else:
            rated[name] = CERTAIN if name in proved else score
        rated[name] = round(rated[name], 3)
    return rated


def contradicted(checks: Sequence[Check]) -> set[str]:
    """The fields that some check which failed stands on."""
    return {name for check in checks if not check.ok for name in _TOUCHED.get(check.code, ())}


def supported(fields: ReceiptFields, checks: Sequence[Check]) -> set[str]:
    """The fields that a sum or the QR code bears out, and nothing contradicts. That is less than a proof of the total, but
    two prints that are read wrong do not agree."""
    told = {name for check in checks if check.ok for name in _TOUCHED.get(check.code, ()) if check.code in _SUMS}
    return (told - contradicted(checks)) | _whole_without_own_money(fields)


def _whole_without_own_money(fields: ReceiptFields) -> set[str]:
    """R2 less R3: what the funds paid and the two parts of one's own share make the total. Then these are read right, whatever
    stands at 个人账户 and 个人现金; that they don't make it says nothing."""
    parts = [getattr(fields, name) for name in _WITHOUT_OWN_MONEY]
    if fields.total is None or None in parts or sum(map(to_fen, parts)) != to_fen(fields.total):
        return set()
    return set(_WITHOUT_OWN_MONEY)


def _proved(
    fields: ReceiptFields, ok: Mapping[str, bool], qr: Sequence[QrFields], scores: Mapping[str, float]
) -> set[str]:
    told = {name for code in qr for name in _told_by(code, fields)}
    if all(code.total_may_differ for code in qr) and not ok.get("capitals_equal_total"):
        # a sum without tax is printed on an invoice as well
        told.discard("total")
    proved = told - {"total"}
    witnesses = sum(ok.get(code, False) for code in _TOTAL_PROOFS) + ("total" in told)
    against = any(ok.get(code) is False for code in (*_TOTAL_PROOFS, "qr_agrees"))
    if witnesses < 2 or against:
        return proved
    proved.add("total")
    if ok.get("capitals_equal_total"):
        proved.add("total_upper")
    if ok.get("payers_equal_total") and not _exchanged(fields):
        proved.update(PAYERS)
        if ok.get("own_parts_agree"):
            proved.update(_OWN_PARTS)
    if ok.get("items_equal_total") and all(item.name in ITEM_NAMES for item in fields.items):
        proved.add("items")
    return {name for name in proved if name in told or scores.get(name, 0.0) >= 0.6}


def _told_by(code: QrFields, fields: ReceiptFields) -> set[str]:
    """What is printed as the code says; nothing where the code is another receipt's."""
    both = {n for n in QR_FIELDS if getattr(code, n) is not None and getattr(fields, n) is not None}
    same = {n for n in both if getattr(code, n) == getattr(fields, n)}
    return same if both - same <= ({"total"} if code.total_may_differ else set()) else set()


def _exchanged(fields: ReceiptFields) -> bool:
    """R3 fails as read and holds when a fund's sum changes places with one of one's own: 统筹 and 现金 may be read into each other's."""
    parts = [getattr(fields, name) for name in (*PAYERS, *_OWN_PARTS)]
    if any(p is None for p in parts):
        return False
    pool, other, account, cash, self_pay, self_expense = map(to_fen, parts)
    over = account + cash - self_pay - self_expense
    return over != 0 and over in {own - fund for own in (account, cash) for fund in (pool, other)}
