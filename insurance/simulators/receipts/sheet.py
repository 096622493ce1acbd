"""A drawn receipt with the truth about it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image

from insurance.simulators.receipts.canvas import Canvas

AMOUNT_FIELDS = ("total", "pool_pay", "other_pay", "account_pay", "cash_pay", "self_pay", "self_expense")
FIELDS = ("bill_code", "bill_no", "check_code", "payer", "date", "total_upper", *AMOUNT_FIELDS, "hospital", "items")


@dataclass
class Sheet:
    """`fields` holds what is printed (None: not printed, or not legible); amounts are yuan strings with two decimals.
    `mark`: a red-letter receipt (红冲) or one declared void (作废)."""

    canvas: Canvas
    fields: dict[str, Any]
    layout: str
    true_total: str
    qr: str | None = None
    qr_style: str | None = None
    tampered: str | None = None
    mark: Literal["red_letter", "void"] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def image(self) -> Image.Image:
        return self.canvas.image

    def truth(self) -> dict[str, Any]:
        """The keys of a truth file that do not depend on how the receipt was photographed."""
        return {
            "layout": self.layout,
            "tampered": self.tampered,
            "qr": self.qr,
            "qr_style": self.qr_style,
            "true_total_from_items_before_tampering": self.true_total,
            "fields": self.fields,
            "texts": self.canvas.texts,
            "turned_ccw": 0,
            "mark": self.mark,
            "notes": self.notes,
        }


def no_fields() -> dict[str, Any]:
    """Every field, none printed."""
    return {name: [] if name == "items" else None for name in FIELDS}
