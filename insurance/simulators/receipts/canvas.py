"""Paper to print on, in pixels at 200 dpi: what is printed is kept as marks, so that a picture, a picture without its words
(under the text layer of a PDF) and the place of each field can be made from one drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageDraw

from insurance.simulators.receipts.fonts import Face, font
from insurance.simulators.receipts.inks import BLACK, Ink, Press, press_text
from insurance.simulators.receipts.stamps import draw_qr, draw_seal

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """One printed string: where it is, and of which field (`total`, `items.2.amount`) it is the value."""

    text: str
    box: Box
    size: int
    ink: Ink
    face: Face
    field: str | None


class Canvas:
    """Remembers every printed string in `texts`, and with its place in `marks`."""

    def __init__(
        self,
        width: int,
        height: int,
        paper: Ink = (255, 255, 255),
        press: Press = "laser",
        label_face: Face = "hei",
        value_face: Face = "song",
    ) -> None:
        self.width, self.height, self.paper, self.press = width, height, paper, press
        self.label_face, self.value_face = label_face, value_face
        self.marks: list[Mark] = []
        self.codes: list[Box] = []
        # the words of seals and titles stay in the picture below a text layer
        self._strokes: list[tuple[bool, Callable[[Image.Image], None]]] = []

    @property
    def texts(self) -> list[str]:
        return [mark.text for mark in self.marks]

    @cached_property
    def image(self) -> Image.Image:
        """The finished sheet; nothing is printed on it afterwards."""
        return self._picture(with_words=True)

    def without_words(self) -> Image.Image:
        return self._picture(with_words=False)

    def _picture(self, *, with_words: bool) -> Image.Image:
        sheet = Image.new("RGB", (self.width, self.height), self.paper)
        for word, stroke in self._strokes:
            if with_words or not word:
                stroke(sheet)
        return sheet

    def boxes(self, field: str) -> list[Box]:
        """Where the values of a field are printed."""
        return [mark.box for mark in self.marks if mark.field == field]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        ink: Ink = BLACK,
        face: Face | None = None,
        anchor: str = "lm",
        field: str | None = None,
    ) -> float:
        """Print, in the face of values unless told, and give back the right edge."""
        face = face or self.value_face
        letters = font(face, size)
        if text:
            x0, y0, x1, y1 = letters.getbbox(text, anchor=anchor)
            self.marks.append(Mark(text, (x + x0, y + y0, x + x1, y + y1), size, ink, face, field))
            press = self.press if field or ink == BLACK else "laser"
            self._strokes.append((True, lambda sheet: press_text(sheet, (x, y), text, letters, ink, anchor, press)))
        return x + letters.getlength(text)

    def pair(
        self,
        x: float,
        y: float,
        label: str,
        value: str,
        size: int,
        ink: Ink,
        field: str | None = None,
        drop: float = 0,
    ) -> float:
        """A printed label and what was filled in behind it; `drop` is how far the printer missed the line."""
        end = self.text(x, y, label, size, ink, self.label_face)
        return self.text(end + size * 0.25 + drop, y + drop, value, size, field=field)

    def box(self, x0: float, y0: float, x1: float, y1: float, ink: Ink, width: int = 3) -> None:
        self.stroke(lambda sheet: ImageDraw.Draw(sheet).rectangle((x0, y0, x1, y1), outline=ink, width=width))

    def line(self, x0: float, y0: float, x1: float, y1: float, ink: Ink, width: int = 2) -> None:
        self.stroke(lambda sheet: ImageDraw.Draw(sheet).line((x0, y0, x1, y1), fill=ink, width=width))

    def dashes(self, x0: float, x1: float, y: float, ink: Ink, step: int = 14) -> None:
        for x in range(int(x0), int(x1), step):
            self.line(x, y, x + step * 0.6, y, ink)

    def seal(self, x: float, y: float, rx: int, ry: int, around: str, middle: str, star: bool = False) -> None:
        """A seal (监制章, 收费专用章) over what is printed below it."""
        self.stroke(lambda sheet: draw_seal(sheet, (x, y), (rx, ry), around, middle, star))

    def qr(self, x: int, y: int, side: int, payload: str) -> None:
        self.codes.append((x, y, x + side, y + side))
        self.stroke(lambda sheet: draw_qr(sheet, (x, y), side, payload))

    def stroke(self, draw: Callable[[Image.Image], None], *, word: bool = False) -> None:
        self._strokes.append((word, draw))
