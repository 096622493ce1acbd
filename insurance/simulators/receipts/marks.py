"""Group `marks`: receipts that were reversed (红冲) or declared void (作废), by a stamp or by negative sums, and honest ones
with stamps that mean no such thing."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from insurance.simulators.receipts.electronic import electronic_form
from insurance.simulators.receipts.known import WEIGHTS, invent_known, spread
from insurance.simulators.receipts.labelled import Class, Labelled, label_sheet
from insurance.simulators.receipts.older import older_form
from insurance.simulators.receipts.sheet import AMOUNT_FIELDS, Sheet
from insurance.simulators.receipts.spec import LAYOUTS, Printed, print_out, yuan
from insurance.simulators.receipts.stamps import SEAL, draw_stamp

_BLUE = (40, 60, 170)


def marks(count: int, seed: int) -> Iterator[Labelled]:
    """`count` files: stamped void, stamped reversed, red-letter, and harmlessly stamped ones in turn."""
    kinds: tuple[tuple[str, Callable[[Random], Sheet]], ...] = (
        ("void_stamp", void_stamp),
        ("red_letter", red_letter),
        ("harmless_stamp", harmless_stamp),
        ("red_stamp", red_stamp),
    )
    for i, drawn in enumerate(spread(WEIGHTS, count, Random(f"marks-{seed}"))):
        rng = Random(f"marks-{seed}-{i}")
        name, draw = kinds[i % len(kinds)]
        sheet = draw(rng)
        # a PDF has no stamp on it: its text layer would not tell
        how: Class = "phone" if drawn == "pdf_text" and name != "red_letter" else drawn
        yield label_sheet(sheet, how, rng, f"{i:03d}_marks_{how}_{name}", "marks")


def void_stamp(rng: Random) -> Sheet:
    """作废 across the middle."""
    sheet = _sheet(rng, _printed(rng))
    sheet.mark = "void"
    _stamp(sheet, rng.choice(("作废", "作　废", "此票作废")), rng.randrange(70, 120), rng)
    return sheet


def red_stamp(rng: Random) -> Sheet:
    """A receipt that was reversed later, and is stamped so."""
    sheet = _sheet(rng, _printed(rng))
    sheet.mark = "red_letter"
    _stamp(sheet, rng.choice(("已红冲", "红冲", "已冲红")), rng.randrange(54, 90), rng)
    return sheet


def red_letter(rng: Random) -> Sheet:
    """The reversing receipt itself: every sum negative, 负 before the capitals, the reversed number told."""
    printed = _printed(rng)
    fields: dict[str, Any] = printed.fields
    for name in AMOUNT_FIELDS:
        fields[name] = _negative(fields[name])
    for item in fields["items"]:
        item["amount"] = _negative(item["amount"])
    fields["total_upper"] = f"{rng.choice(('负', '负', '（负数）'))}{fields['total_upper']}"
    sheet = _sheet(rng, printed)
    sheet.mark = "red_letter"
    sheet.canvas.text(330, 110, "（红字）", 30, SEAL, "hei")
    reversed_no = f"{rng.randrange(10**8):010d}"
    sheet.canvas.text(90, 60, f"红冲原票据号码：{reversed_no}", 21, SEAL, "hei")
    sheet.true_total = f"-{yuan(printed.spec.total_fen)}"
    return sheet


def harmless_stamp(rng: Random) -> Sheet:
    """现金收讫 and the like."""
    sheet = _sheet(rng, _printed(rng))
    _stamp(sheet, rng.choice(("现金收讫", "收讫", "门诊收费", "复印件与原件一致")), rng.randrange(30, 48), rng)
    return sheet


def _printed(rng: Random) -> Printed:
    return print_out(invent_known(rng, rng.choice(LAYOUTS)))


def _sheet(rng: Random, printed: Printed) -> Sheet:
    spec = printed.spec
    canvas = older_form(printed) if spec.paper else electronic_form(printed)
    style = None if spec.paper else spec.qr_style
    return Sheet(canvas, printed.fields, spec.layout, yuan(spec.total_fen), printed.qr, style)


def _stamp(sheet: Sheet, words: str, size: int, rng: Random) -> None:
    width, height = sheet.canvas.width, sheet.canvas.height
    at = (width * rng.uniform(0.35, 0.75), height * rng.uniform(0.42, 0.58))
    angle, ink = rng.uniform(-25, 25), SEAL if sheet.mark or rng.random() < 0.6 else _BLUE
    sheet.canvas.stroke(lambda paper: draw_stamp(paper, at, words, size, angle, ink))
    sheet.notes.append(f"stamp: {words}")


def _negative(amount: str | None) -> str | None:
    return f"-{amount}" if amount and amount.strip("0.") else amount
