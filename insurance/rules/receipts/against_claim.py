"""One receipt against the claim that it is part of: whose it is, its days, and whether what a sum stands on is proved.

Each finding is a reason for a person to look, in words for a family; none refuses anything (R8, R9, DESIGN 7).
"""

from collections.abc import Iterator
from datetime import date

from insurance.rules.case import CaseReceipt, Finding
from insurance.rules.errors import Invalid
from insurance.rules.money import parse_yuan
from insurance.rules.receipts.certainty import CERTAIN
from insurance.rules.receipts.names import masked_agrees, resemblance
from insurance.rules.receipts.reading import AMOUNT_FIELDS

# what a settlement is computed from, and by which a receipt is known again
DECIDING_FIELDS = ("bill_no", "date", "total", "pool_pay", "other_pay", "self_expense")
_MOST_FEN = 100_000_000_00
# the region of a number and the year of birth, or more
_TELLING = 6
LABELS = {
    "bill_code": "票据代码",
    "bill_no": "票据号码",
    "check_code": "校验码",
    "payer": "交款人",
    "date": "开票日期",
    "total_upper": "大写金额",
    "total": "合计金额",
    "pool_pay": "医保统筹基金支付",
    "other_pay": "其他支付",
    "account_pay": "个人账户支付",
    "cash_pay": "个人现金支付",
    "self_pay": "个人自付",
    "self_expense": "个人自费",
    "hospital": "收款单位",
    "items": "收费项目",
    "treated_on": "就诊或住院日期",
}


def unread(receipt: CaseReceipt) -> Iterator[Finding]:
    """A field feeds a decision by itself only when its checks prove it, or a person entered it."""
    unsure = tuple(name for name in DECIDING_FIELDS if not proved(receipt, name))
    if receipt.treated_on is None or ("treated_on" in receipt.assumed and not receipt.is_amended("treated_on")):
        unsure = (*unsure, "treated_on")
    if unsure:
        named = "、".join(LABELS[name] for name in unsure)
        yield _finding("receipts_read", receipt, f"的{named}看不清或没有把握，由理赔员对照原件核对", unsure)


def fen_of(amount: str | None) -> int | None:
    """None for what was not read, and for what no patient's receipt can count with: below zero (a red-letter receipt is never
    paid) or beyond a hundred million yuan."""
    try:
        fen = parse_yuan(amount) if amount is not None else -1
    except Invalid:
        return None
    return fen if 0 <= fen <= _MOST_FEN else None


def proved(receipt: CaseReceipt, name: str) -> bool:
    value = getattr(receipt.fields, name)
    if value is None or (name in AMOUNT_FIELDS and fen_of(value) is None):
        return False
    return receipt.confidence.get(name, 0.0) >= CERTAIN or receipt.is_amended(name)


def unproven(receipt: CaseReceipt) -> Iterator[Finding]:
    """Every check of the receipt itself that failed, under its own code, and parts that exceed their whole."""
    for check in receipt.checks:
        if not check.ok and check.level in ("error", "warning"):
            yield _finding(check.code, receipt, f"：{check.explanation}")
    f = receipt.fields
    total, *parts = (fen_of(amount) for amount in (f.total, f.pool_pay, f.other_pay, f.self_expense))
    if total is not None and sum(part or 0 for part in parts) > total:
        fields = ("total", "pool_pay", "other_pay", "self_expense")
        yield _finding("parts_exceed_total", receipt, "的统筹、其他支付与个人自费之和超过合计金额", fields)


def payer(receipt: CaseReceipt, insured_name: str, insured_number: str) -> Iterator[Finding]:
    """R8: the payer is the insured. A partly hidden number that agrees is told beside a name that does not."""
    printed = receipt.fields.payer
    beside = "；证件号码的可见部分一致" if masked_agrees(receipt.extras.payer_id, insured_number) else ""
    match resemblance(printed, insured_name) if printed else None:
        case None:
            yield _finding("payer_unread", receipt, f"上的姓名看不清，由理赔员核对{beside}", ("payer",))
        case "one_character":
            words = f"上的姓名与被保险人只差一个形近的字，可能是打印或识别所致，由理赔员核对{beside}"
            yield _finding("payer_one_character", receipt, words, ("payer",))
        case "other":
            words = f"上的姓名不是被保险人，请核对交的是不是孩子本人的票据{beside}"
            yield _finding("payer_other_person", receipt, words, ("payer",))


def payer_number(receipt: CaseReceipt, insured_number: str) -> Iterator[Finding]:
    """For a person who looks anyway: a number that differs is no evidence by itself (DOMAIN 5.7), for children are registered under a
    parent's number as well."""
    if masked_agrees(receipt.extras.payer_id, insured_number) is False:
        clear = _is_clear(receipt)
        words = "请核对交的是不是孩子本人的票据，或登记的是不是监护人的证件" if clear else "可能看错，请核对"
        yield _finding("payer_number_differs", receipt, f"上证件号码的可见部分与被保险人不同，{words}", ("payer",))


def _is_clear(receipt: CaseReceipt) -> bool:
    number = receipt.extras.payer_id or ""
    return receipt.extras.payer_id_clear and len(number) - number.count("*") >= _TELLING


def days(receipt: CaseReceipt, event_day: date, received_on: date | None) -> Iterator[Finding]:
    """R9: not before what happened, and not after the file came in. The receipt's own order is one of its checks."""
    treated = receipt.treated_on
    if treated is not None and treated < event_day.isoformat():
        yield _finding("treated_before_event", receipt, "的就诊日期早于出险日期", ("treated_on",))
    printed = (("treated_on", treated), ("date", receipt.fields.date))
    if received_on is not None:
        later = tuple(name for name, day in printed if day is not None and day > received_on.isoformat())
        if later:
            yield _finding("dated_in_future", receipt, "上的日期晚于收到材料的日期，由理赔员核对", later)


def _finding(code: str, receipt: CaseReceipt, words: str, fields: tuple[str, ...] = ()) -> Finding:
    return Finding(code, f"{named(receipt)}{words}", receipt.receipt_id, fields)


def named(receipt: CaseReceipt) -> str:
    """`票据（尾号1648）`, so that a family with several knows which."""
    number = receipt.fields.bill_no
    return f"票据（尾号{number[-4:]}）" if number is not None and len(number) > 4 else "一张票据"
