"""Corrections (更正) of a receipt: the new value counts, the read one stays, and the amendment says who, when and why."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, get_args

from insurance.rules.case import Amendment, CaseReceipt, Category
from insurance.rules.errors import Invalid
from insurance.rules.money import parse_yuan, yuan
from insurance.rules.receipts.reading import AMOUNT_FIELDS
from workflows.messages import Correction

TEXT_FIELDS = ("bill_code", "bill_no", "check_code", "payer", "total_upper", "hospital")
CATEGORIES = get_args(Category)


class NotCorrectable(Exception):
    """A field that no receipt has, or a value that can't be printed there."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code)
        self.code, self.field, self.message = code, field, message


def amend(receipt: CaseReceipt, correction: Correction, at: datetime) -> CaseReceipt:
    """The receipt with the new values and an amendment for each field that changed. Raises `NotCorrectable`."""
    if not correction.fields:
        raise NotCorrectable("nothing_to_correct", "fields", "没有要更正的内容")
    for field, value in sorted(correction.fields.items()):
        receipt = _amended(receipt, field, value, correction, at)
    return receipt


def _amended(receipt: CaseReceipt, field: str, value: str | None, correction: Correction, at: datetime) -> CaseReceipt:
    old, changed = _apply(receipt, field, value)
    person = correction.actor.subject
    amendment = Amendment(field, old, value, correction.reason, person, at)
    return replace(changed, amendments=(*receipt.amendments, amendment))


def _apply(receipt: CaseReceipt, field: str, value: str | None) -> tuple[str | None, CaseReceipt]:
    """The old value, and the receipt with the new one."""
    if field == "category":
        if value not in CATEGORIES:
            raise NotCorrectable("invalid_value", "fields.category", "票据类别不在列表中")
        return receipt.category, _replaced(receipt, category=value)
    if field == "social_insurance_settled":
        if value not in ("true", "false"):
            raise NotCorrectable("invalid_value", f"fields.{field}", "请填写 true 或 false")
        return str(receipt.social_insurance_settled).lower(), _replaced(
            receipt, social_insurance_settled=value == "true"
        )
    if field == "treated_on":
        return receipt.treated_on, _replaced(receipt, treated_on=_day(field, value))
    if field not in (*TEXT_FIELDS, *AMOUNT_FIELDS, "date"):
        raise NotCorrectable("unknown_field", f"fields.{field}", "票据没有这个字段")
    printed = _printed(field, value)
    old = getattr(receipt.fields, field)
    changed: dict[str, Any] = {field: printed}
    receipt = _replaced(receipt, fields=replace(receipt.fields, **changed))
    if field == "date" and receipt.treated_on in (None, old):
        receipt = _replaced(receipt, treated_on=printed)
    return old, receipt


def _replaced(receipt: CaseReceipt, **changes: Any) -> CaseReceipt:
    return replace(receipt, **changes)


def _printed(field: str, value: str | None) -> str | None:
    if value is None:
        return None
    if field == "date":
        return _day(field, value)
    if field in AMOUNT_FIELDS:
        return _amount(field, value)
    return value


def _day(field: str, value: str | None) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if value is not None else None
    except ValueError:
        raise NotCorrectable("invalid_date", f"fields.{field}", "日期应为 YYYY-MM-DD") from None


def _amount(field: str, value: str) -> str:
    try:
        fen = parse_yuan(value)
    except Invalid:
        fen = -1
    if fen < 0:
        raise NotCorrectable("invalid_amount", f"fields.{field}", "金额应为不小于 0 的两位小数")
    return yuan(fen)
