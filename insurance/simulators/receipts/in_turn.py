"""How a small group is mixed: every layout in every way it reaches us, in turn; as many files as layouts times ways show each
layout once in each."""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from insurance.simulators.receipts.forgery import forge_in_turn
from insurance.simulators.receipts.labelled import Class, Labelled, label_file, label_sheet
from insurance.simulators.receipts.scenes import SCENES
from insurance.simulators.receipts.sheet import Sheet

Layouts = Mapping[str, Callable[[Random], Sheet]]

_CLASSES: tuple[Class, ...] = ("clean", "scan200", "phone", "wechat1280")
_WAYS = (*_CLASSES, "screen", "glare")
_TAMPERED_EVERY = 7


def in_turn(group: str, layouts: Layouts, count: int, seed: int) -> Iterator[Labelled]:
    """`count` files, the same for the same seed; one in seven of those in a class of the sample set is forged."""
    names = list(layouts)
    classed = 0
    for i in range(count):
        rng = Random(f"{group}-{seed}-{i}")
        name, how = names[i % len(names)], _WAYS[i % len(_WAYS)]
        sheet = layouts[name](rng)
        stem = f"{i:03d}_{group}_{how}_{name}"
        if how in SCENES:
            yield label_file(SCENES[how](sheet, rng), [sheet], how, stem, group)
            continue
        classed += 1
        turn, left = divmod(classed, _TAMPERED_EVERY)
        if left == 0:
            forge_in_turn(sheet, turn - 1, rng, code_legible=how != "wechat1280")
        yield label_sheet(sheet, _CLASSES[_WAYS.index(how)], rng, stem, group)
