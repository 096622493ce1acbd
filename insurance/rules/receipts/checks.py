"""What arithmetic and form prove of a reading (rules R1-R11, DOMAIN 5.5). A contradiction is reported, never mended."""

import re
from collections.abc import Sequence
from dataclasses import replace

from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import AMOUNT_FIELDS, PAYERS, Check, Extras, Level, ReceiptFields
from insurance.rules.receipts.text import fen_of_capitals, to_fen

# until April 2018; in fen, what rounding each line may add up to
_HIGHEST_RATE, _ROUNDED = 17, 10
QR_FIELDS = ("bill_code", "bill_no", "check_code", "date", "total")


def check_receipt(
    fields: ReceiptFields, extras: Extras, qr: Sequence[QrFields], items_whole: bool
) -> tuple[Check, ...]:
    """Every rule that the reading has enough for. A rule without its numbers says nothing. Where the figures of the total
    can't be read, its capitals are held against the rest."""
    stated = fields if fields.total is not None else replace(fields, total=_from_capitals(fields))
    found = [
        _items_sum(stated, extras, items_whole),
        _payers_sum(stated, extras),
        _own_parts(fields),
        _deposits(fields, extras),
        _capitals(fields),
        _shape_of_numbers(fields),
        _qr_agrees(stated, extras, qr),
        _code_year(fields),
        _days_in_order(fields, extras),
        _void(extras),
        _not_negative(fields),
    ]
    return tuple(check for check in found if check is not None)


def _from_capitals(fields: ReceiptFields) -> str | None:
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper else None
    return _yuan(upper) if upper is not None else None


def _compare(code: str, left: int, right: int, words: str, level: Level = "error") -> Check:
    ok = left == right
    sign = "等于" if ok else "不等于"
    return Check(code, ok, f"{words}:{_yuan(left)} 元{sign} {_yuan(right)} 元".replace(":", "："), level)


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _items_sum(fields: ReceiptFields, extras: Extras, whole: bool) -> Check | None:
    """R1: the items add up to the total, on an invoice together with the tax. Only a list that was read whole can
    contradict; where the tax is not read, only a total that no rate of tax explains."""
    amounts = [to_fen(item.amount) for item in fields.items if item.amount is not None]
    if fields.total is None or not whole or len(amounts) != len(fields.items):
        return None
    if extras.tax_unread and extras.tax is None and _may_be_taxed(sum(amounts), to_fen(fields.total)):
        return None
    tax = to_fen(extras.tax) if extras.tax is not None else 0
    words = "各项目金额之和与合计" if extras.tax is None else "各项目金额与税额之和与价税合计"
    return _compare("items_equal_total", sum(amounts) + tax, to_fen(fields.total), words)


def _may_be_taxed(net: int, total: int) -> bool:
    """The total is the net sum and at most the highest rate of it (增值税暂行条例 第二条)."""
    return net <= total and 100 * (total - _ROUNDED) <= (100 + _HIGHEST_RATE) * net


def _payers_sum(fields: ReceiptFields, extras: Extras) -> Check | None:
    """R2: pool + other + account + cash = total. Funds that have a line of their own (大病保险, 医疗救助) are part of 其他支付 on
    some papers and beside it on others."""
    parts = [getattr(fields, name) for name in PAYERS]
    if fields.total is None or any(p is None for p in parts):
        return None
    paid, total = sum(map(to_fen, parts)), to_fen(fields.total)
    further = sum(to_fen(amount) for amount in extras.further_funds if amount is not None)
    beside = paid != total and paid + further == total
    if paid != total and not beside and None in extras.further_funds:
        return None
    words = "统筹、其他、个人账户、个人现金支付之和与合计"
    return _compare("payers_equal_total", paid + further if beside else paid, total, words)


def _own_parts(fields: ReceiptFields) -> Check | None:
    """R3: account + cash = 自付 + 自费; fails on honest receipts too."""
    parts = [fields.account_pay, fields.cash_pay, fields.self_pay, fields.self_expense]
    if any(p is None for p in parts):
        return None
    account, cash, self_pay, self_expense = (to_fen(p) for p in parts if p is not None)
    return _compare(
        "own_parts_agree", account + cash, self_pay + self_expense, "个人账户与现金支付之和与自付自费之和", "warning"
    )


def _deposits(fields: ReceiptFields, extras: Extras) -> Check | None:
    """R4 (inpatient): prepaid + topped up - refunded = cash."""
    if fields.cash_pay is None or extras.prepaid is None or extras.topped_up is None or extras.refunded is None:
        return None
    balance = to_fen(extras.prepaid) + to_fen(extras.topped_up) - to_fen(extras.refunded)
    return _compare(
        "deposits_equal_cash", balance, to_fen(fields.cash_pay), "预缴加补缴减退费与个人现金支付", "warning"
    )


def _capitals(fields: ReceiptFields) -> Check | None:
    """R5: capitals = figures."""
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper else None
    if upper is None or fields.total is None:
        return None
    return _compare("capitals_equal_total", upper, to_fen(fields.total), "大写金额与小写金额")


def _shape_of_numbers(fields: ReceiptFields) -> Check | None:
    """R6: the national form has 8, 10 and 6 characters, an invoice 10 or 12, 8 or 20, and 20; older and local papers differ
    honestly, so this only informs."""
    shapes = (
        (fields.bill_code, r"\d{6}|\d{8}|\d{10}|\d{12}"),
        (fields.bill_no, r"\d{8,20}"),
        (fields.check_code, r"[0-9a-zA-Z]{4,6}|\d{20}"),
    )
    present = [(value, shape) for value, shape in shapes if value is not None]
    if not present:
        return None
    ok = all(re.fullmatch(shape, value) for value, shape in present)
    return Check(
        "number_shapes", ok, "票据代码、号码、校验码的位数" + ("符合常见格式" if ok else "与常见格式不同"), "info"
    )


def _qr_agrees(fields: ReceiptFields, extras: Extras, codes: Sequence[QrFields]) -> Check | None:
    """R6: the QR code says what is printed; of several each one."""
    names = {
        "bill_code": "票据代码",
        "bill_no": "票据号码",
        "check_code": "校验码",
        "date": "开票日期",
        "total": "合计金额",
    }
    told: set[str] = set()
    differing: set[str] = set()
    for code in codes:
        both = {n for n in QR_FIELDS if getattr(code, n) is not None and getattr(fields, n) is not None}
        if code.total != fields.total and _is_without_tax(code, fields, extras):
            both.discard("total")
        told |= both
        differing |= {n for n in both if getattr(code, n) != getattr(fields, n)}
    if not told:
        return None
    words = "二维码与票面不一致：" + "、".join(names[n] for n in QR_FIELDS if n in differing)
    return Check("qr_agrees", not differing, words if differing else "二维码与票面一致")


def _is_without_tax(code: QrFields, fields: ReceiptFields, extras: Extras) -> bool:
    """Old VAT types name the sum without tax (DOMAIN 5.4): the printed tax makes the difference, or one that was not read may."""
    if not code.total_may_differ or code.total is None or fields.total is None:
        return False
    net, total = to_fen(code.total), to_fen(fields.total)
    return _may_be_taxed(net, total) and (extras.tax is None or net + to_fen(extras.tax) == total)


def _code_year(fields: ReceiptFields) -> Check | None:
    """R7: an eight-digit code carries its year; it is that of issue or the one before."""
    if fields.bill_code is None or not re.fullmatch(r"\d{8}", fields.bill_code) or fields.date is None:
        return None
    age = int(fields.date[2:4]) - int(fields.bill_code[6:])
    words = "票据代码的年份与开票日期" + ("相符" if age in (0, 1) else "不符")
    return Check("code_year", age in (0, 1), words, "error" if age < 0 else "warning")


def _days_in_order(fields: ReceiptFields, extras: Extras) -> Check | None:
    """R9: visit and stay do not lie after the day of issue, and a stay does not end before it began."""
    days = [d for d in (extras.stay_from, extras.stay_to or extras.visit_date, fields.date) if d is not None]
    if len(days) < 2:
        return None
    ok = days == sorted(days)
    return Check("days_in_order", ok, "就诊、住院日期与开票日期" + ("先后相符" if ok else "先后矛盾"))


def _void(extras: Extras) -> Check | None:
    """R10: red-letter (红冲) and void (作废) marks."""
    return Check("not_void", False, f"票面有“{extras.void_mark}”字样") if extras.void_mark else None


def _not_negative(fields: ReceiptFields) -> Check | None:
    """R11: no sum is below zero, nor is one in capitals."""
    sums = [getattr(fields, n) for n in AMOUNT_FIELDS] + [item.amount for item in fields.items]
    upper = fen_of_capitals(fields.total_upper) if fields.total_upper else None
    if any(s is not None and s.startswith("-") for s in sums) or (upper is not None and upper < 0):
        return Check("amounts_not_negative", False, "票面有负数金额", "warning")
    return None
