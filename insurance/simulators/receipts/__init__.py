"""Drawn receipts with their truth, for tests, measurements and the demo. No real person, visit or number is in them."""

from collections.abc import Sequence
from datetime import date

from insurance.simulators.receipts.forgery import Tampering
from insurance.simulators.receipts.forms import draw
from insurance.simulators.receipts.invention import invent
from insurance.simulators.receipts.photo import STYLES, Style, photograph
from insurance.simulators.receipts.spec import LAYOUTS, Layout, ReceiptSpec

__all__ = [
    "LAYOUTS",
    "STYLES",
    "Layout",
    "ReceiptSpec",
    "Style",
    "Tampering",
    "draw",
    "draw_receipt",
    "invent",
    "photograph",
]


def draw_receipt(
    *,
    payer: str,
    date: date,
    items: Sequence[tuple[str, int]],
    pool_pay_fen: int = 0,
    other_pay_fen: int = 0,
    account_pay_fen: int = 0,
    self_expense_fen: int = 0,
    layout: Layout = "outpatient",
    seed: int = 1,
    style: Style = "phone",
    insurance_type: str | None = None,
    stay_from: "date | None" = None,
    tampered: Tampering | None = None,
) -> bytes:
    """One receipt as the file that a parent sends. `items` are (name, fen); what the funds and the account leave is cash.
    Raises `FontMissing` where no Chinese font is installed."""
    settled = pool_pay_fen > 0 or other_pay_fen > 0
    spec = ReceiptSpec(
        payer=payer,
        date=date,
        items=tuple(items),
        layout=layout,
        pool_pay_fen=pool_pay_fen,
        other_pay_fen=other_pay_fen,
        account_pay_fen=account_pay_fen,
        self_expense_fen=self_expense_fen,
        insurance_type=insurance_type or ("城乡居民医保" if settled else "自费"),
        stay_from=stay_from,
        tampered=tampered,
        seed=seed,
    )
    image, _ = draw(spec)
    return photograph(image, style, seed)
