"""The table of charges: heads, and lines in print order row by row; sums end right-aligned under their heads."""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink


@dataclass(frozen=True)
class Table:
    """Heads and where their middles are, as shares of one column's width; None: no such column."""

    left: float = 0
    right: float = 0
    columns: int = 2
    name: str = "项目名称"
    amount: str = "金额（元）"
    quantity: str | None = "数量/单位"
    remark: str | None = "备注"
    own_pay: str | None = None
    name_at: float = 0.22
    quantity_at: float = 0.5
    amount_at: float = 0.72
    extra_at: float = 0.91
    head_height: int = 60
    row_height: int = 42
    size: int = 22

    def between(self, left: float, right: float) -> "Table":
        return replace(self, left=left, right=right)


def draw_items(
    canvas: Canvas,
    items: list[dict[str, Any]],
    table: Table,
    top: float,
    ink: Ink,
    rng: Random,
    drop: float = 0,
    own_share: float = 1.0,
) -> None:
    """`own_share` is what of each sum the patient pays, where the table has a column for that."""
    separators = rng.random() < 0.4
    width = (table.right - table.left) / table.columns
    for column in range(table.columns):
        _heads(canvas, table, table.left + column * width, width, top, ink)
    canvas.line(table.left, top + table.head_height, table.right, top + table.head_height, ink)
    for i, item in enumerate(items):
        x = table.left + i % table.columns * width
        y = top + table.head_height + table.row_height * (0.76 + i // table.columns) + drop
        canvas.text(x + 14, y, item["name"], table.size, field=f"items.{i}.name")
        if table.quantity:
            quantity = f"{rng.randrange(1, 4)}/{rng.choice('次盒项支')}" if "单位" in table.quantity else "1"
            canvas.text(x + width * table.quantity_at, y, quantity, table.size, anchor="mm")
        shown = thousands(item["amount"]) if separators else item["amount"]
        edge = x + width * (table.amount_at + 0.08)
        canvas.text(edge, y, shown, table.size, anchor="rm", field=f"items.{i}.amount")
        if table.own_pay:
            own = f"{float(item['amount']) * own_share:.2f}"
            canvas.text(x + width * (table.extra_at + 0.07), y, own, table.size, anchor="rm")


def _heads(canvas: Canvas, table: Table, x: float, width: float, top: float, ink: Ink) -> None:
    heads = (
        (table.name, table.name_at),
        (table.quantity, table.quantity_at),
        (table.amount, table.amount_at),
        (table.own_pay or table.remark, table.extra_at),
    )
    for head, share in heads:
        if head:
            canvas.text(x + width * share, top + table.head_height / 2, head, table.size, ink, canvas.label_face, "mm")


def thousands(amount: str) -> str:
    return f"{Decimal(amount):,.2f}"
