"""Group `known`: the four layouts of the national forms, in every degradation of the sample set."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from insurance.simulators.receipts.forgery import forge_in_turn
from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.invention import invent
from insurance.simulators.receipts.labelled import Class, Labelled, label_sheet
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import LAYOUTS, PROVINCES, Layout, ReceiptSpec

# how many of 66 files each class has in the sample set
WEIGHTS: dict[Class, int] = {
    "clean": 10,
    "scan200": 12,
    "phone": 11,
    "phone_turned": 6,
    "wechat1280": 6,
    "wechat900": 6,
    "crumpled": 9,
    "pdf_text": 6,
}
# too small for a dense code
SMALL: tuple[Class, ...] = ("wechat1280", "wechat900")
_TAMPERED_EVERY = 9


def known(count: int, seed: int) -> Iterator[Labelled]:
    """`count` files; one in nine is forged, each way in turn."""
    for i, (sheet, how, rng) in enumerate(known_sheets(count, seed)):
        yield label_sheet(sheet, how, rng, f"{i:03d}_{how}_{sheet.layout}", "known")


def known_sheets(count: int, seed: int) -> Iterator[tuple[Sheet, Class, Random]]:
    """What `known` degrades, and how, and with which chances."""
    for i, how in enumerate(spread(WEIGHTS, count, Random(f"known-{seed}"))):
        rng = Random(f"known-{seed}-{i}")
        sheet = draw_sheet(invent_known(rng, rng.choice(LAYOUTS[:2] if how == "pdf_text" else LAYOUTS)))
        turn, left = divmod(i, _TAMPERED_EVERY)
        if left == _TAMPERED_EVERY - 1:
            forge_in_turn(sheet, turn, rng, code_legible=how not in SMALL)
        yield sheet, how, rng


def spread(weights: dict[Class, int], count: int, rng: Random) -> list[Class]:
    """`count` classes in about the shares of `weights`."""
    pool = [name for name, weight in weights.items() for _ in range(weight)]
    chosen: list[Class] = []
    while len(chosen) < count:
        chosen += rng.sample(pool, len(pool))
    return chosen[:count]


def invent_known(rng: Random, layout: Layout, detailed: bool | None = None) -> ReceiptSpec:
    """A receipt with the differences between provinces and years that all honest ones have: letters, lengths of numbers,
    shape of the QR text. `detailed`: charges by name of the drug or service instead of by kind."""
    paper = layout.startswith("paper")
    year = rng.randrange(2013, 2021) if paper else rng.randrange(2019, 2026)
    day = dt.date(year, 1, 1) + dt.timedelta(days=rng.randrange(365))
    spec = invent(rng.randrange(10**9), day, layout=layout, detailed=detailed)
    return replace(
        spec,
        bill_code=_code(spec, rng),
        bill_no=f"{rng.randrange(10**8):0{rng.choice((8, 10, 10))}d}",
        check_code="".join(rng.choice("0123456789abcdef") for _ in range(rng.choice((4, 6, 6, 6)))),
        title_face=rng.choice(("kai", "kai", "song-bold")),
        label_face=rng.choice(("kai", "kai", "kai", "wenkai", "song", "hei")),
        value_face=rng.choice(("song", "ming", "ming", "hei")),
        press="dots" if paper and rng.random() < 0.7 else "laser",
        star=rng.random() < 0.8,
        own_pay_column=rng.random() < 0.6,
    )


def _code(spec: ReceiptSpec, rng: Random) -> str:
    """Eight figures with the year, or the six of the first years without it."""
    code = f"{PROVINCES[spec.province]}06{'02' if spec.inpatient else '01'}"
    return code if rng.random() < 0.15 else f"{code}{spec.date.year % 100:02d}"
