"""Tampering as forgers do it: a patch in nearly the paper's colour over what was printed, and other figures on it in nearly
the right letters. Whatever else shows the old value (QR, capitals, charges) stays."""

import re
from collections.abc import Callable
from random import Random
from typing import Literal

from PIL import Image, ImageDraw

from insurance.rules.capitals import parse_capitals, write_capitals
from insurance.simulators.receipts.canvas import Box, Mark
from insurance.simulators.receipts.fonts import Face
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.sheet import Sheet

Tampering = Literal["total_lower", "total_both", "item", "capitals", "date", "bill_no"]
TAMPERINGS: tuple[Tampering, ...] = ("total_lower", "total_both", "item", "capitals", "date", "bill_no")

_DATE = re.compile(r"\d{4}[-/.年]?\d{1,2}[-/.月]?(\d{1,2})")
_SUM = re.compile(r"\d[\d,]*\.\d\d")
_NEAR: dict[Face, tuple[Face, ...]] = {
    "song": ("song", "song", "ming"),
    "hei": ("hei", "zen"),
    "ming": ("ming", "song"),
    "kai": ("kai", "wenkai"),
}


def forge(sheet: Sheet, how: Tampering, rng: Random) -> None:
    """Change what `sheet` prints, in its picture, its marks and its fields; `sheet.tampered` tells what was done. Raises
    ValueError when the sheet prints nothing that could be changed so."""
    sheet.tampered = how
    match how:
        case "item":
            charged = [i for i, item in enumerate(sheet.fields["items"]) if not item["amount"].startswith("-")]
            chosen = rng.choice(charged)
            item = sheet.fields["items"][chosen]
            item["amount"] = _print_sum(sheet, f"items.{chosen}.amount", grown(item["amount"], rng), rng)
            sheet.tampered = f"item:{item['name']}"
        case "total_lower":
            sheet.fields["total"] = _print_sum(sheet, "total", grown(sheet.fields["total"], rng), rng)
        case "total_both":
            sheet.fields["total"] = _print_sum(sheet, "total", grown(sheet.fields["total"], rng), rng)
            _print_capitals(sheet, sheet.fields["total"], rng)
        case "capitals":
            _print_capitals(sheet, grown(sheet.fields["total"], rng), rng)
        case "date":
            _print_day(sheet, rng)
        case "bill_no":
            number = _other_digit(sheet.fields["bill_no"], rng)
            old, sheet.fields["bill_no"] = sheet.fields["bill_no"], number
            _replace(sheet, "bill_no", lambda text: text.replace(old, number), rng)


def forge_in_turn(sheet: Sheet, turn: int, rng: Random, *, code_legible: bool = True) -> None:
    """The first way from `turn` on that this sheet allows: a day or number only beside a code that still tells the old one, and
    that comes through as a picture."""
    code = sheet.qr if sheet.qr and code_legible else ""
    forge(sheet, next(how for i in range(6) if _possible(sheet, how := TAMPERINGS[(turn + i) % 6], code)), rng)


def _possible(sheet: Sheet, how: Tampering, code: str) -> bool:
    match how:
        case "date":
            return str(sheet.fields["date"]).replace("-", "") in code
        case "bill_no":
            return sheet.fields["bill_no"] is not None and sheet.fields["bill_no"] in code
        case "item":
            return bool(sheet.fields["items"])
        case "capitals":
            return sheet.fields["total_upper"] is not None and sheet.fields["total"] is not None
        case "total_both":
            return len(sheet.fields["items"]) > 0 and sheet.fields["total_upper"] is not None
    return sheet.fields["total_upper"] is not None or bool(sheet.fields["items"])


def grown(amount: str, rng: Random) -> str:
    """A larger sum: another first figure, or one more in front."""
    larger = [d for d in "23456789" if d > amount[0]]
    if larger and rng.random() < 0.6:
        return rng.choice(larger) + amount[1:]
    return rng.choice("123456789") + amount


def _print_sum(sheet: Sheet, field: str, amount: str, rng: Random) -> str:
    def rewrite(text: str) -> str:
        commas = "," in text
        return _SUM.sub(f"{float(amount):,.2f}" if commas else amount, text)

    _replace(sheet, field, rewrite, rng)
    return amount


def _print_capitals(sheet: Sheet, amount: str, rng: Random) -> None:
    old, new = sheet.fields["total_upper"], write_capitals(int(amount.replace(".", "")))
    if parse_capitals(old) is None:
        raise ValueError("the capitals of this receipt cannot be changed")
    if "圆" in old:
        new = new.replace("元", "圆")
    sheet.fields["total_upper"] = new
    _replace(sheet, "total_upper", lambda text: text.replace(old, new), rng)


def _print_day(sheet: Sheet, rng: Random) -> None:
    """Another day of the same month: its figures are the last of the printed date."""
    date = sheet.fields["date"]
    day = rng.choice([d for d in range(10, 29) if d != int(date[-2:])])
    sheet.fields["date"] = f"{date[:-2]}{day}"
    last = [mark for mark in sheet.canvas.marks if mark.field == "date"][-1]
    whole = _DATE.search(last.text)
    text = last.text[: whole.start(1)] + str(day) + last.text[whole.end(1) :] if whole else str(day)
    _patch(sheet, last, text, rng)


def _other_digit(number: str, rng: Random) -> str:
    place = rng.randrange(len(number) - 4, len(number))
    return number[:place] + rng.choice([d for d in "0123456789" if d != number[place]]) + number[place + 1 :]


def _replace(sheet: Sheet, field: str, rewrite: Callable[[str], str], rng: Random) -> None:
    marks = [mark for mark in sheet.canvas.marks if mark.field == field]
    if not marks:
        raise ValueError(f"{field} is not printed")
    for mark in marks:
        _patch(sheet, mark, rewrite(mark.text), rng)


def _patch(sheet: Sheet, mark: Mark, text: str, rng: Random) -> None:
    """Cover the mark and print `text` over the patch; it keeps the end that the mark's column keeps."""
    canvas = sheet.canvas
    x0, y0, x1, y1 = mark.box
    shade = rng.randrange(-7, 3)
    paper = (canvas.paper[0] + shade, canvas.paper[1] + shade, canvas.paper[2] + shade - 2)
    canvas.stroke(lambda sheet: _cover(sheet, (x0 - 3, y0 - 3, x1 + 3, y1 + 3), paper))
    canvas.marks.remove(mark)
    size = max(mark.size + rng.choice((-1, 0, 0, 1)), 10)
    face = rng.choice(_NEAR.get(mark.face, (mark.face,)))
    faded = rng.randrange(-6, 26)
    ink = (mark.ink[0] + faded, mark.ink[1] + faded, mark.ink[2] + faded)
    lift = rng.uniform(-1.5, 1.5)
    right = mark.field is not None and mark.field.startswith("items.")
    at = x1 if right else x0
    canvas.text(at, (y0 + y1) / 2 + lift, text, size, ink, face, "rm" if right else "lm", mark.field)


def _cover(sheet: Image.Image, box: Box, paper: Ink) -> None:
    ImageDraw.Draw(sheet).rectangle(box, fill=tuple(max(min(v, 255), 0) for v in paper))
