"""Two files for the question whether they show the same receipt: photographed twice, or two receipts that look alike."""

import datetime as dt
from dataclasses import replace
from random import Random

from PIL import Image

from insurance.simulators.receipts.degrade import DEGRADATIONS, Degradation, degrade
from insurance.simulators.receipts.dev.slips import draw_slip
from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.invention import DETAILED, FEES
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.spec import LAYOUTS, ReceiptSpec


def pairs(seed: int) -> tuple[bytes, bytes, bool]:
    """Two files and whether they show one receipt; half of the seeds give either answer."""
    rng = Random(f"pairs-{seed}")
    spec = invent_known(rng, rng.choice(LAYOUTS))
    same = rng.random() < 0.5
    slip = spec.layout == "paper_out" and rng.random() < 0.6
    first = _drawn(spec, slip, seed)
    second = first if same else _drawn(look_alike(spec, rng), slip, seed)
    one, other = _ways(rng)
    cropped = _crop(second, rng) if same and rng.random() < 0.4 else second
    return degrade(first, one, rng)[0], degrade(cropped, other, rng)[0], same


def _drawn(spec: ReceiptSpec, slip: bool, seed: int) -> Image.Image:
    """A slip from a heat printer has no number: only its likeness tells it."""
    sheet = draw_slip(spec, Random(f"slip-{seed}"), numbered=False) if slip else draw_sheet(spec)
    return sheet.image


def look_alike(spec: ReceiptSpec, rng: Random) -> ReceiptSpec:
    """Another visit of the same patient to the same hospital: the same form and letters, nearly the same charges, and numbers
    and a day of its own."""
    days = rng.choice((1, 3, 7, 14, 30))
    later = spec.date + dt.timedelta(days=days)
    # a code of eight figures ends with the year
    code = f"{spec.bill_code[:6]}{later:%y}" if spec.bill_code and len(spec.bill_code) == 8 else spec.bill_code
    items = list(spec.items)
    changed = rng.randrange(len(items))
    name, fen = items[changed]
    items[changed] = (name, fen + rng.choice((-50, 100, 250, 1000)) if fen > 100 else fen + 100)
    if rng.random() < 0.3:
        left = [other for other in FEES["outpatient"] + DETAILED if other not in dict(items)]
        items.append((rng.choice(left), rng.randrange(2_00, 40_00)))
    number = int(spec.bill_no or "0") + rng.randrange(3, 90_000)
    total, before = sum(fen for _, fen in items), spec.total_fen
    return replace(
        spec,
        date=later,
        items=tuple(items),
        bill_code=code,
        bill_no=f"{number:0{len(spec.bill_no or '0' * 10)}d}",
        check_code="".join(rng.choice("0123456789abcdef") for _ in spec.check_code or "000000"),
        pool_pay_fen=spec.pool_pay_fen * total // before,
        other_pay_fen=spec.other_pay_fen * total // before,
        account_pay_fen=spec.account_pay_fen * total // before,
        self_expense_fen=spec.self_expense_fen * total // before,
    )


def _ways(rng: Random) -> tuple[Degradation, Degradation]:
    one = rng.choice(DEGRADATIONS)
    return one, rng.choice([how for how in DEGRADATIONS if how != one])


def _crop(image: Image.Image, rng: Random) -> Image.Image:
    """A part of the sheet, its margins or a strip of it cut away."""
    width, height = image.size
    cut = [rng.uniform(0, 0.12) for _ in range(4)]
    box = (cut[0] * width, cut[1] * height, (1 - cut[2]) * width, (1 - cut[3]) * height)
    left, top, right, bottom = (round(edge) for edge in box)
    return image.crop((left, top, right, bottom))
