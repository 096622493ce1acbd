"""Ruled tables of labels and values, and sums of funds that have no field of their own."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import FEES
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import FIELDS
from insurance.simulators.receipts.spec import Layout, Printed, ReceiptSpec, print_out, yuan

# label, value, and the field that it is
Cell = tuple[str, str, str | None]


def printed_with_funds(
    rng: Random, layout: Layout, funds: int, *, detailed: bool | None = False
) -> tuple[Printed, list[str]]:
    """A receipt, and what `funds` further funds paid of what would be cash; every field is what the spec says until a form
    leaves it out."""
    spec = invent_known(rng, layout, detailed=detailed)
    printed = print_out(spec)
    left = spec.cash_pay_fen
    paid = []
    for _ in range(funds):
        part = int(left * rng.uniform(0.05, 0.3)) if spec.pool_pay_fen and rng.random() < 0.6 else 0
        left -= part
        paid.append(yuan(part))
    printed.fields["cash_pay"] = yuan(left)
    return printed, paid


def leave_out(printed: Printed, *names: str) -> None:
    """These fields the form does not print."""
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"{name} is no field")
        printed.fields[name] = None


def ruled(
    canvas: Canvas,
    rows: Sequence[Sequence[Cell]],
    edges: Sequence[float],
    top: float,
    ink: Ink,
    *,
    size: int = 23,
    height: float = 50,
    drop: float = 0,
    centred: bool = False,
) -> float:
    """Rows of cells between `edges`, label and value taking a cell each; gives the lower edge."""
    for i, row in enumerate(rows):
        y = top + i * height
        canvas.line(edges[0], y, edges[-1], y, ink, 1)
        for j, (label, value, field) in enumerate(row):
            x, middle, end = edges[2 * j], edges[2 * j + 1], edges[2 * j + 2]
            at = ((x + middle) / 2, "mm") if centred else (x + 10, "lm")
            canvas.text(at[0], y + height / 2, label, size, ink, canvas.label_face, at[1])
            at = ((middle + end) / 2, "mm") if centred else (middle + 10, "lm")
            canvas.text(at[0], y + height / 2 + drop, value, size, anchor=at[1], field=field)
    bottom = top + len(rows) * height
    canvas.line(edges[0], bottom, edges[-1], bottom, ink, 1)
    for x in edges:
        canvas.line(x, top, x, bottom, ink, 1)
    return bottom


def heads_and_values(
    canvas: Canvas, cells: Sequence[Cell], left: float, right: float, top: float, ink: Ink, drop: float = 0
) -> float:
    """One row of heads and under each its value; gives the lower edge."""
    wide = (right - left) / len(cells)
    for i, (label, value, field) in enumerate(cells):
        middle = left + (i + 0.5) * wide
        canvas.text(middle, top + 24, label, 21, ink, canvas.label_face, "mm")
        canvas.text(middle, top + 68 + drop, value, 23, anchor="mm", field=field)
        canvas.line(left + i * wide, top, left + i * wide, top + 92, ink, 1)
    for y in (top, top + 46, top + 92):
        canvas.line(left, y, right, y, ink, 1)
    canvas.line(right, top, right, top + 92, ink, 1)
    return top + 92


def wrapped(text: str, letters: int) -> list[str]:
    """A name over as many lines as it needs."""
    return [text[i : i + letters] for i in range(0, len(text), letters)]


def in_print_order(spec: ReceiptSpec) -> ReceiptSpec:
    """With the kinds of charges in the order of the national form, as they are printed beforehand."""
    return replace(spec, items=tuple(sorted(spec.items, key=lambda item: FEES["outpatient"].index(item[0]))))


def renamed(spec: ReceiptSpec, names: Sequence[str]) -> ReceiptSpec:
    """The same sums under other names of charges."""
    return replace(spec, items=tuple((name, fen) for name, (_, fen) in zip(names, spec.items, strict=False)))
