"""Five layouts in six ways."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.fresh.papers import in_one_line, label_column, values_below
from insurance.simulators.receipts.fresh.rolls import shop_roll, ward_bill
from insurance.simulators.receipts.in_turn import in_turn
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.sheet import Sheet

FRESH_LAYOUTS: dict[str, Callable[[Random], Sheet]] = {
    "in_one_line": in_one_line,
    "shop_roll": shop_roll,
    "label_column": label_column,
    "ward_bill": ward_bill,
    "values_below": values_below,
}


def fresh(count: int, seed: int) -> Iterator[Labelled]:
    return in_turn("fresh", FRESH_LAYOUTS, count, seed)
