"""How a group of unseen layouts is mixed: six in ten files show one layout in a class of the sample set, the others a scene."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from insurance.simulators.receipts.forgery import forge_in_turn
from insurance.simulators.receipts.known import SMALL, WEIGHTS, spread
from insurance.simulators.receipts.labelled import Class, Labelled, label_file, label_sheet
from insurance.simulators.receipts.scenes import Scene, several
from insurance.simulators.receipts.sheet import Sheet

_SEVERAL = ("two_above", "two_beside", "page_of_two", "pdf_several")
_ORDER = ("class", "class", "scene", "class", "several", "class", "scene", "class", "class", "scene")
_TAMPERED_EVERY = 10
# pixels that a character needs
_LEAST_LETTER = 9.6


@dataclass(frozen=True)
class Mixture:
    """`layouts` draw sheets; `text_layer` are those that exist as PDF, `narrow` those that lie side by side, `tall` whole
    pages, of which a photo shows one; `national` draws a known layout."""

    group: str
    layouts: Mapping[str, Callable[[Random], Sheet]]
    text_layer: tuple[str, ...]
    narrow: tuple[str, ...]
    national: Callable[[Random], Sheet]
    scenes: Mapping[str, Scene]
    tall: tuple[str, ...] = ()

    def draw(self, count: int, seed: int) -> Iterator[Labelled]:
        """`count` files, the same for the same seed."""
        names = list(self.layouts)
        turns = {"class": 0, "scene": 0, "several": 0}
        classes = spread(WEIGHTS, count, Random(f"{self.group}-{seed}"))
        for i in range(count):
            rng = Random(f"{self.group}-{seed}-{i}")
            kind = _ORDER[i % len(_ORDER)]
            turn = turns[kind]
            turns[kind] += 1
            if kind == "class":
                yield self._classed(names[turn % len(names)], turn, classes[i], rng, i)
            elif kind == "scene":
                yield self._scene(turn, rng, i)
            else:
                yield self._several(_SEVERAL[turn % len(_SEVERAL)], rng, i)

    def _classed(self, name: str, turn: int, how: Class, rng: Random, i: int) -> Labelled:
        sheet = self.layouts[name](rng)
        if turn % _TAMPERED_EVERY == _TAMPERED_EVERY - 1:
            forge_in_turn(sheet, turn // _TAMPERED_EVERY, rng, code_legible=how not in SMALL)
        if how == "pdf_text" and name not in self.text_layer:
            how = "phone"
        if how == "wechat900" and _too_small(sheet):
            how = "wechat1280"
        return label_sheet(sheet, how, rng, self._stem(i, how, name), self.group)

    def _scene(self, turn: int, rng: Random, i: int) -> Labelled:
        how = list(self.scenes)[turn % len(self.scenes)]
        sheet = self.national(rng) if rng.random() < 0.5 else self.layouts[rng.choice(list(self.layouts))](rng)
        content = self.scenes[how](sheet, rng)
        return label_file(content, [sheet], how, self._stem(i, how, sheet.layout), self.group)

    def _several(self, how: str, rng: Random, i: int) -> Labelled:
        narrow = how == "two_beside" and rng.random() < 0.6
        names = self.narrow if narrow else self.text_layer if how == "pdf_several" else tuple(self.layouts)
        wide = [name for name in names if narrow or name not in self.narrow + self.tall]
        draws = [
            self.national if rng.random() < 0.5 and not narrow else self.layouts[rng.choice(wide)] for _ in range(2)
        ]
        if how == "pdf_several" and rng.random() < 0.5:
            draws.append(self.layouts[rng.choice(wide)])
        return several([draw(rng) for draw in draws], how, rng, self._stem(i, how, "several"), self.group)

    def _stem(self, i: int, how: str, layout: str) -> str:
        return f"{i:03d}_{self.group}_{how}_{layout}"


def _too_small(sheet: Sheet) -> bool:
    """Whether nobody could read the fields of the sheet in a picture of 900 by 675."""
    width, height = sheet.canvas.width, sheet.canvas.height
    scale = min(900 / max(width, height), 675 / min(width, height))
    return scale * 0.94 * min(mark.size for mark in sheet.canvas.marks if mark.field) < _LEAST_LETTER
