"""Five layouts in six ways: thirty files show each layout once in each."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.forgery import forge_in_turn
from insurance.simulators.receipts.fresh.papers import in_one_line, label_column, values_below
from insurance.simulators.receipts.fresh.rolls import shop_roll, ward_bill
from insurance.simulators.receipts.labelled import Class, Labelled, label_file, label_sheet
from insurance.simulators.receipts.scenes import SCENES
from insurance.simulators.receipts.sheet import Sheet

FRESH_LAYOUTS: dict[str, Callable[[Random], Sheet]] = {
    "in_one_line": in_one_line,
    "shop_roll": shop_roll,
    "label_column": label_column,
    "ward_bill": ward_bill,
    "values_below": values_below,
}
_CLASSES: tuple[Class, ...] = ("clean", "scan200", "phone", "wechat1280")
_WAYS = (*_CLASSES, "screen", "glare")
_TAMPERED_EVERY = 7


def fresh(count: int, seed: int) -> Iterator[Labelled]:
    """`count` files, the same for the same seed; one in seven of those in a class of the sample set is forged."""
    names = list(FRESH_LAYOUTS)
    classed = 0
    for i in range(count):
        rng = Random(f"fresh-{seed}-{i}")
        name, how = names[i % len(names)], _WAYS[i % len(_WAYS)]
        sheet = FRESH_LAYOUTS[name](rng)
        stem = f"{i:03d}_fresh_{how}_{name}"
        if how in SCENES:
            yield label_file(SCENES[how](sheet, rng), [sheet], how, stem, "fresh")
            continue
        classed += 1
        turn, left = divmod(classed, _TAMPERED_EVERY)
        if left == 0:
            forge_in_turn(sheet, turn - 1, rng, code_legible=how != "wechat1280")
        yield label_sheet(sheet, _CLASSES[_WAYS.index(how)], rng, stem, "fresh")
