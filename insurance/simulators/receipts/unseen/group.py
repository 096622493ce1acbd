"""Every layout in every way it reaches us, in turn: 42 files show each layout once in each."""

from collections.abc import Callable, Iterator
from random import Random

from insurance.simulators.receipts.forgery import forge_in_turn
from insurance.simulators.receipts.labelled import Class, Labelled, label_file, label_sheet
from insurance.simulators.receipts.scenes import SCENES, several
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.unseen.dental import dental_receipt
from insurance.simulators.receipts.unseen.discharge import discharge_receipt
from insurance.simulators.receipts.unseen.kiosk import kiosk_slip
from insurance.simulators.receipts.unseen.long_invoice import long_invoice
from insurance.simulators.receipts.unseen.ruled import ruled_receipt
from insurance.simulators.receipts.unseen.township import township_receipt

# seven ways and six layouts have no divisor in common: counting on through both meets every pair
UNSEEN_LAYOUTS: dict[str, Callable[[Random], Sheet]] = {
    "township_receipt": township_receipt,
    "ruled_receipt": ruled_receipt,
    "kiosk_slip": kiosk_slip,
    "vat_long": long_invoice,
    "discharge_receipt": discharge_receipt,
    "dental_receipt": dental_receipt,
}
_TALL = ("kiosk_slip", "dental_receipt")
_CLASSES: tuple[Class, ...] = ("clean", "scan200", "phone", "wechat1280")
_SCENES = ("screen", "glare")
_WAYS = (*_CLASSES, *_SCENES, "two")
_TAMPERED_EVERY = 11


def unseen(count: int, seed: int) -> Iterator[Labelled]:
    """`count` files, the same for the same seed; one in eleven of those in a class of the sample set is forged."""
    names = list(UNSEEN_LAYOUTS)
    classed = 0
    for i in range(count):
        rng = Random(f"unseen-{seed}-{i}")
        name, how = names[i % len(names)], _WAYS[i % len(_WAYS)]
        sheet = UNSEEN_LAYOUTS[name](rng)
        if how == "two":
            yield _two(name, sheet, rng, i)
        elif how in _SCENES:
            content = SCENES[how](sheet, rng)
            yield label_file(content, [sheet], how, _stem(i, how, name), "unseen")
        else:
            classed += 1
            turn, left = divmod(classed, _TAMPERED_EVERY)
            if left == 0:
                forge_in_turn(sheet, turn - 1, rng, code_legible=how != "wechat1280")
            yield label_sheet(sheet, _CLASSES[_WAYS.index(how)], rng, _stem(i, how, name), "unseen")


def _two(name: str, sheet: Sheet, rng: Random, i: int) -> Labelled:
    """With another of its shape: upright ones lie side by side, broad ones one above the other."""
    tall = name in _TALL
    other = rng.choice([other for other in UNSEEN_LAYOUTS if (other in _TALL) == tall and other != name])
    how = "two_beside" if tall else "two_above"
    return several([sheet, UNSEEN_LAYOUTS[other](rng)], how, rng, _stem(i, how, name), "unseen")


def _stem(i: int, how: str, layout: str) -> str:
    return f"{i:03d}_unseen_{how}_{layout}"
