"""Whether what a PDF's text layer tells stands on the page that people see: white ink, a box or a picture over it take it away."""

from collections.abc import Sequence

from PIL import Image

from insurance.adapters.ports import PageReader
from insurance.rules.receipts.against_claim import DECIDING_FIELDS
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.layout import Line

# shades between paper and print, of 255: less is no print
_CONTRAST = 40
# of a line's height, around it
_MARGIN = 0.2


def is_visible(drafts: Sequence[Draft], page: Image.Image, reader: PageReader) -> bool:
    """There is ink where each value stands, and the engine sees no other figures where those do that decide. `page` in the
    pixels of the drafts."""
    values = [value for draft in drafts for value in draft.values.values()]
    cells = [value for draft in drafts for cell in draft.cells for value in cell if value]
    lines = {value.line for value in [*values, *cells] if value.line}
    if not all(_has_ink(line, page) for line in lines):
        return False
    telling = {
        value.line for draft in drafts for name, value in draft.values.items() if name in DECIDING_FIELDS and value.line
    }
    return all(_reads_the_same(line, page, reader) for line in telling)


def _has_ink(line: Line, page: Image.Image) -> bool:
    darkest, lightest = _crop(line, page, 0).convert("L").getextrema()
    return bool(lightest - darkest >= _CONTRAST)  # type: ignore[operator]


def _reads_the_same(line: Line, page: Image.Image, reader: PageReader) -> bool:
    seen = _figures(reader.read_line(_crop(line, page, _MARGIN)).text)
    return not seen or seen == _figures(line.text)


def _figures(text: str) -> str:
    return "".join(character for character in text if character.isdecimal() and character.isascii())


def _crop(line: Line, page: Image.Image, margin: float) -> Image.Image:
    left, top, right, bottom = line.box
    more = margin * (bottom - top)
    x, y = max(int(left - more), 0), max(int(top - more), 0)
    return page.crop((x, y, max(round(right + more), x + 1), max(round(bottom + more), y + 1)))
