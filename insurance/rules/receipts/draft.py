"""A first reading of one receipt, before any proof: what each print says, where it stands, how sure the engine was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.reading import Box, Extras, Item


@dataclass
class Value:
    """What one print says: the plain string (None: not of its field's shape), where it stands, how sure the engine was."""

    text: str | None
    raw: str
    box: Box
    score: float
    sure_label: bool = True
    # two looks at the print gave the same
    agreed: bool = False
    line: Line | None = None


@dataclass
class Draft:
    """A first reading of one receipt, before any proof."""

    values: dict[str, Value] = field(default_factory=dict)
    # labels that were seen, whether or not a value could be read behind them
    labelled: dict[str, Box] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    item_values: tuple[tuple[Value | None, Value | None], ...] = ()
    items_whole: bool = False
    extras: Extras = field(default_factory=Extras)
    lines: Sequence[Line] = ()

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value.text if value else None
