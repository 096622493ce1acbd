"""Corrections (更正) of a receipt: the new value counts, the read one stays, and the amendment says who, when and why."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, get_args

from insurance.rules.capitals import parse_capitals
from insurance.rules.case import Amendment, CaseReceipt, Category
from insurance.rules.errors import Invalid
from insurance.rules.money import parse_yuan, yuan
from insurance.rules.receipts.reading import AMOUNT_FIELDS, Item
from insurance.rules.receipts.recheck import rechecked
from insurance.rules.receipts.text import fen_of_capitals
from workflows.messages import Correction

CATEGORIES = get_args(Category)
# more than any hospital bill: a point was forgotten
_MOST_FEN = 100_000_000_00
_EARLIEST = date(2000, 1, 1)
_MOST_ITEMS = 200


class NotCorrectable(Exception):
    """A field that no receipt has, or a value that can't be printed there."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code)
        self.code, self.field, self.message = code, field, message


def amend(receipt: CaseReceipt, correction: Correction, at: datetime) -> CaseReceipt:
    """The receipt with the new values, an amendment for each of them, and every check made again. A value may be confirmed as
    it is: who does so says that the receipt is there, whatever a newer reading found. Raises `NotCorrectable`."""
    if not correction.fields:
        raise NotCorrectable("nothing_to_correct", "fields", "没有要更正的内容")
    for field, value in sorted(correction.fields.items()):
        receipt = _amended(receipt, field, value, correction, at)
    return rechecked(replace(receipt, superseded=False))


def _amended(receipt: CaseReceipt, field: str, value: str | None, correction: Correction, at: datetime) -> CaseReceipt:
    known = shown(receipt)
    if field not in known:
        raise NotCorrectable("unknown_field", f"fields.{field}", "票据没有这个字段，或它不能更正")
    read = _READERS[field]
    new = None if value is None and field not in _NEVER_EMPTY else read(f"fields.{field}", value or "")
    amendment = Amendment(field, known[field], new, correction.reason, correction.actor.subject, at)
    return replace(_with(receipt, field, new), amendments=(*receipt.amendments, amendment))


def shown(receipt: CaseReceipt) -> dict[str, str | None]:
    """Everything that can be corrected, as it counts now."""
    printed = {name: getattr(receipt.fields, name) for name in _READERS if hasattr(receipt.fields, name)}
    settled = "true" if receipt.social_insurance_settled else "false"
    return printed | {
        "items": _as_text([{"name": item.name, "amount": item.amount} for item in receipt.fields.items]),
        "category": receipt.category,
        "social_insurance_settled": settled,
        "treated_on": receipt.treated_on,
    }


def _with(receipt: CaseReceipt, field: str, value: Any) -> CaseReceipt:
    if field == "social_insurance_settled":
        return replace(receipt, social_insurance_settled=value == "true")
    if field == "items":
        value = tuple(Item(**line) for line in json.loads(value))
    changed: dict[str, Any] = {field: value}
    if field in ("category", "treated_on"):
        return replace(receipt, **changed)
    if field == "date" and receipt.treated_on in (None, receipt.fields.date):
        receipt = replace(receipt, treated_on=value)
    return replace(receipt, fields=replace(receipt.fields, **changed))


# --- what can be printed in a field ------------------------------------------------------------------------------------


def _number(field: str, value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{4,32}", value):
        raise NotCorrectable("invalid_value", field, "应为4到32位数字或字母，不含空格")
    return value


def _code(field: str, value: str) -> str:
    if not re.fullmatch(r"\d{4,32}", value, re.ASCII):
        raise NotCorrectable("invalid_value", field, "应为4到32位数字，不含空格")
    return value


def _name(field: str, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise NotCorrectable("invalid_value", field, "请按票面填写，看不到时留空")
    return value.strip()


def _capitals(field: str, value: str) -> str:
    # what was taken before is taken for ever: a recorded correction is made again when its process is replayed
    if fen_of_capitals(value) is None and parse_capitals(value) is None:
        raise NotCorrectable("invalid_value", field, "应为大写金额，如 壹佰元整")
    return value


def _amount(field: str, value: str) -> str:
    fen = _fen(value)
    if fen is None or fen < 0:
        raise NotCorrectable("invalid_amount", field, "金额应为不小于 0 的两位小数，如 128.50")
    return yuan(fen)


def _charge(field: str, value: str) -> str:
    """One line of the charges: a discount (优惠) or a red-letter (红字) one is below zero."""
    fen = _fen(value)
    if fen is None:
        raise NotCorrectable("invalid_amount", field, "金额应为两位小数，如 128.50，优惠或冲减如 -12.00")
    return yuan(fen)


def _fen(value: str) -> int | None:
    try:
        fen = parse_yuan(value) if re.search(r"\.\d\d$", value) else None
    except Invalid:
        return None
    return fen if fen is not None and abs(fen) < _MOST_FEN else None


def _day(field: str, value: str) -> str:
    try:
        day = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else date.min
    except ValueError:
        day = date.min
    if day < _EARLIEST:
        raise NotCorrectable("invalid_date", field, "日期应为 YYYY-MM-DD")
    return day.isoformat()


def _items(field: str, value: str) -> str:
    """A JSON list of `{name, amount}`: the whole list of charges, in the order of the paper."""
    try:
        # only lists can be cut
        lines = json.loads(value)[:]
        pairs = [(line["name"], line["amount"]) for line in lines]
    except (ValueError, TypeError, KeyError):
        raise NotCorrectable("invalid_value", field, "收费项目应为列表，每项有名称和金额") from None
    if len(pairs) > _MOST_ITEMS or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise NotCorrectable("invalid_value", field, "收费项目每项应有名称和金额，最多200项")
    return _as_text([{"name": _name(field, name), "amount": _charge(field, amount)} for name, amount in pairs])


def _as_text(lines: list[dict[str, Any]]) -> str:
    return json.dumps(lines, ensure_ascii=False)


def _category(field: str, value: str) -> str:
    if value not in CATEGORIES:
        raise NotCorrectable("invalid_value", field, "票据类别不在列表中")
    return value


def _flag(field: str, value: str) -> str:
    if value not in ("true", "false"):
        raise NotCorrectable("invalid_value", field, "请填写 true 或 false")
    return value


_NEVER_EMPTY = ("category", "social_insurance_settled", "items")
_READERS: dict[str, Callable[[str, str], str]] = {
    "bill_code": _code,
    **dict.fromkeys(("bill_no", "check_code"), _number),
    **dict.fromkeys(("payer", "hospital"), _name),
    "total_upper": _capitals,
    **dict.fromkeys(AMOUNT_FIELDS, _amount),
    **dict.fromkeys(("date", "treated_on"), _day),
    "items": _items,
    "category": _category,
    "social_insurance_settled": _flag,
}
