"""What was read from one receipt. A field holds what is printed, or None when it can't be read; a wrong value is worse than none."""

from dataclasses import dataclass, field, fields
from typing import Literal

from insurance.rules.receipts.qr import QrFields

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the upright page."""

Level = Literal["error", "warning", "info"]
Form = Literal["outpatient", "inpatient"]


@dataclass(frozen=True)
class Item:
    """One line of charges (收费项目). `amount` as printed, two decimals, without separators."""

    name: str | None
    amount: str | None


@dataclass(frozen=True)
class ReceiptFields:
    """Amounts are strings with two decimals, dates `YYYY-MM-DD`; None is what is not printed or not readable."""

    bill_code: str | None = None
    bill_no: str | None = None
    check_code: str | None = None
    payer: str | None = None
    date: str | None = None
    total_upper: str | None = None
    total: str | None = None
    pool_pay: str | None = None
    other_pay: str | None = None
    account_pay: str | None = None
    cash_pay: str | None = None
    self_pay: str | None = None
    self_expense: str | None = None
    hospital: str | None = None
    items: tuple[Item, ...] = ()


FIELD_NAMES = tuple(f.name for f in fields(ReceiptFields))
PAYERS = ("pool_pay", "other_pay", "account_pay", "cash_pay")
"""Who paid: 统筹基金, other funds, the own account, cash. Together they are the total."""
AMOUNT_FIELDS = ("total", "pool_pay", "other_pay", "account_pay", "cash_pay", "self_pay", "self_expense")


@dataclass(frozen=True)
class Extras:
    """Other prints that the checks stand on: visit and stay dates, deposits of a stay, 医保类型, the masked identity number,
    the tax of an invoice (None on every other paper; `tax_unread`: it has some, which was not read), and what funds paid that
    have no field (大病保险, 医疗救助; None: not clear). `payer_id_clear`: each character of it was read clearly."""

    title: str | None = None
    serial_no: str | None = None
    visit_date: str | None = None
    stay_from: str | None = None
    stay_to: str | None = None
    prepaid: str | None = None
    topped_up: str | None = None
    refunded: str | None = None
    insurance_type: str | None = None
    payer_id: str | None = None
    void_mark: str | None = None
    tax: str | None = None
    further_funds: tuple[str | None, ...] = ()
    tax_unread: bool = False
    payer_id_clear: bool = False


@dataclass(frozen=True)
class Check:
    """One test of a reading (DOMAIN 5.5). `error` bars an automatic decision, `warning` asks for a person, `info` only tells."""

    code: str
    ok: bool
    explanation: str
    level: Level = "error"


@dataclass(frozen=True)
class Basis:
    """What checks are computed from again, and by which a receipt is known again: `prints`, the number-bearing lines as they
    were read; `codes`, what the QR codes told; `items_whole`, that no line of the charges is missing; `unread`, fields and
    extras whose label was found and whose value was not."""

    prints: tuple[str, ...] = ()
    codes: tuple[QrFields, ...] = ()
    items_whole: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceiptReading:
    """`kind` is by the printed form; `settled` is what 医保类型 says of social insurance (None: nothing);
    `box` is the receipt's own region, `page` counts from 0."""

    fields: ReceiptFields
    confidence: dict[str, float]
    checks: tuple[Check, ...] = ()
    boxes: dict[str, Box] = field(default_factory=dict)
    kind: Form | None = None
    settled: bool | None = None
    extras: Extras = field(default_factory=Extras)
    page: int = 0
    box: Box | None = None
    basis: Basis = field(default_factory=Basis)
