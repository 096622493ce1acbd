"""Scenes around any sheet: a screen, glare, a hard shadow, a finger; and several receipts in one file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np

from insurance.simulators.receipts.camera import invent_shot, photograph_sheet
from insurance.simulators.receipts.degrade import jpeg
from insurance.simulators.receipts.fingers import place_finger
from insurance.simulators.receipts.glare import glare
from insurance.simulators.receipts.labelled import Labelled, label_file
from insurance.simulators.receipts.pdf import as_pdf
from insurance.simulators.receipts.screen import photograph_screen
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.together import photograph_together, scan_together

# draws the file of one scene; may empty fields of the sheet that nobody can read in it
Scene = Callable[[Sheet, Random], bytes]


def on_screen(sheet: Sheet, rng: Random) -> bytes:
    return jpeg(photograph_screen(sheet.image, rng), rng.randrange(80, 92))


def with_glare(sheet: Sheet, rng: Random) -> bytes:
    lit = np.asarray(glare(sheet, rng))
    shot = replace(invent_shot(rng, upright=_tall(sheet)), shadow=0.1)
    return jpeg(photograph_sheet(lit, shot, rng), rng.randrange(80, 92))


def in_shadow(sheet: Sheet, rng: Random) -> bytes:
    shot = replace(invent_shot(rng, upright=_tall(sheet)), shadow=rng.uniform(0.5, 0.68))
    return jpeg(photograph_sheet(np.asarray(sheet.image), shot, rng), rng.randrange(80, 92))


def held_by_finger(sheet: Sheet, rng: Random) -> bytes:
    shot = invent_shot(rng, upright=_tall(sheet))
    finger = place_finger(sheet, rng)
    fingers = [] if finger is None else [finger]
    return jpeg(photograph_sheet(np.asarray(sheet.image), shot, rng, fingers=fingers), rng.randrange(80, 92))


SCENES: dict[str, Scene] = {
    "screen": on_screen,
    "glare": with_glare,
    "shadow": in_shadow,
    "finger": held_by_finger,
}


def several(sheets: Sequence[Sheet], how: str, rng: Random, stem: str, group: str) -> Labelled:
    """`two_beside`, `two_above` (photos), `page_of_two` (a copy), `pdf_several` (a page each)."""
    if how == "pdf_several":
        return label_file(as_pdf([sheet.canvas for sheet in sheets]), sheets, how, stem, group)
    images = [sheet.image for sheet in sheets]
    if how == "page_of_two":
        return label_file(jpeg(scan_together(images, rng), 84), sheets, how, stem, group)
    photo = photograph_together(images, "beside" if how == "two_beside" else "above", rng)
    return label_file(jpeg(photo, rng.randrange(82, 92)), sheets, how, stem, group)


def _tall(sheet: Sheet) -> bool:
    return sheet.canvas.height > sheet.canvas.width
