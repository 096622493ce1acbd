"""A first reading of one receipt, before any proof: what each print says, where it stands, how sure the engine was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.reading import Box, Extras, Item
from insurance.rules.receipts.text import to_fen


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

    @property
    def clearness(self) -> float:
        """How sure the engine was of the print itself, whatever agrees with it."""
        return self.score if self.looked is None else self.looked

    @property
    def owned(self) -> float:
        """How surely the page says whose the value is: nothing says it where no label was read, or a damaged one."""
        return self.label if self.sure_label else 0.0


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
    def items(self) -> tuple[Item, ...]:
        return tuple(Item(name.text if name else None, sum_.text if sum_ else None) for name, sum_ in self.cells)

    def adds_up(self, total: str | None) -> bool:
        """Every sum is read, and with the tax of an invoice they make this total."""
        sums = [item.amount for item in self.items]
        if total is None or not sums or None in sums:
            return False
        return sum(to_fen(s) for s in (*sums, self.extras.tax) if s is not None) == to_fen(total)
