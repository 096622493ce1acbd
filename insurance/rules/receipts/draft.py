"""A first reading of one receipt, before any proof: what each print says, where it stands, how sure the engine was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.reading import FIELD_NAMES, Box, Extras, Item, ReceiptFields
from insurance.rules.receipts.text import parse_amount, plain_print, to_fen

_NOT_FAR = 0.02


@dataclass
class Value:
    """What one print says: the plain string (None: not of its field's shape), where it stands, how sure the engine was."""

    text: str | None
    raw: str
    box: Box
    score: float
    sure_label: bool = True
    # how sure the engine was of what in the label tells it from another field's
    label: float = 1.0
    # two looks at the print gave the same; how sure the surer of them was
    agreed: bool = False
    looked: float | None = None
    line: Line | None = None
    # what two looks at the print said, where they differ and neither counts by itself
    looks: tuple[str, ...] = ()

    @property
    def clearness(self) -> float:
        """How sure the engine was of the print itself, whatever agrees with it."""
        return self.score if self.looked is None else self.looked

    @property
    def owned(self) -> float:
        """How surely the page says whose the value is: nothing says it where no label was read, or a damaged one."""
        return self.label if self.sure_label else 0.0

    @property
    def next_guesses(self) -> tuple[str, ...]:
        """Of a sum, what it would say with one of its figures read as the engine's next guess, where that is not far behind."""
        if self.line is None or self.text is None or not self.line.seconds:
            return ()
        read = plain_print(self.line.text, self.line.scores, self.line.seconds)
        start = read.text.find(self.text)
        if start < 0:
            return ()
        places = ((i, *read.seconds[start + i]) for i in range(len(self.text)))
        likely = [(i, second[:1]) for i, second, chance in places if chance >= _NOT_FAR]
        told = [self.text[:i] + second + self.text[i + 1 :] for i, second in likely]
        return tuple(sum_ for sum_ in told if parse_amount(sum_) == sum_)


Cell = tuple[Value | None, Value | None]


@dataclass
class Draft:
    """A first reading of one receipt, before any proof."""

    values: dict[str, Value] = field(default_factory=dict)
    # labels that were seen, whether or not a value could be read behind them
    labelled: dict[str, Box] = field(default_factory=dict)
    # what funds without a field of their own paid (大病保险, 医疗救助)
    further_funds: list[Value] = field(default_factory=list)
    # name and sum of each line of charges
    cells: tuple[Cell, ...] = ()
    # every name found its sum and every sum its name
    items_whole: bool = False
    extras: Extras = field(default_factory=Extras)
    lines: Sequence[Line] = ()

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value.text if value else None

    @property
    def fields(self) -> ReceiptFields:
        texts = {name: self.text(name) for name in FIELD_NAMES if name != "items"}
        return ReceiptFields(items=self.items, **cast(Any, texts))

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(Item(name.text if name else None, sum_.text if sum_ else None) for name, sum_ in self.cells)

    def adds_up(self, total: str | None) -> bool:
        """Every sum is read, and with the tax of an invoice they make this total."""
        sums = [item.amount for item in self.items]
        if total is None or not sums or None in sums:
            return False
        return sum(to_fen(s) for s in (*sums, self.extras.tax) if s is not None) == to_fen(total)
