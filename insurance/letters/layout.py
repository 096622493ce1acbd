"""Where everything of a letter stands on its A4 pages (排版): texts and rules at places, in points from the top left corner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, zip_longest

from insurance.letters.fonts import LetterFont
from insurance.letters.letter import Block, Facts, Heading, Letter, Paragraph, QrCode, Table, chinese_day
from insurance.letters.lines import broken
from insurance.letters.qr import qr_squares

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP, BOTTOM = 62.0, 62.0, 56.0, 64.0
WIDTH = PAGE_WIDTH - LEFT - RIGHT
TITLE, HEADING, BODY, CELL, SMALL = 18.0, 12.0, 10.5, 9.5, 8.5
LEADING = 1.65
PADDING = 4.0
QR = 84.0


@dataclass(frozen=True)
class Text:
    """`y` is the baseline."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True)
class Rule:
    y: float
    x0: float
    x1: float
    thick: float


@dataclass(frozen=True)
class Box:
    """A dark rectangle; `x` and `y` are of its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Page:
    texts: list[Text] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def lay_out(letter: Letter, font: LetterFont) -> list[Page]:
    sheet = _Sheet(font)
    sheet.head(letter)
    for block in letter.blocks:
        sheet.block(block)
    sheet.signature(letter)
    for number, page in enumerate(sheet.pages, start=1):
        sheet.foot(page, letter, f"第{number}页 共{len(sheet.pages)}页")
    return sheet.pages


class _Sheet:
    """Pages that are filled from top to bottom."""

    def __init__(self, font: LetterFont) -> None:
        self._font = font
        self.pages = [Page()]
        self._y = TOP

    # --- parts of a letter --------------------------------------------------------------------------------------------

    def head(self, letter: Letter) -> None:
        self._lines(letter.issuer.name, CELL)
        self._rule(1.0)
        self._skip(14)
        for line in self._broken(letter.title, TITLE, WIDTH):
            self._line([(LEFT + (WIDTH - self._width(line, TITLE)) / 2, line)], TITLE)
        self._skip(2)
        self._line([(LEFT + WIDTH - self._width(number := f"编号：{letter.number}", SMALL), number)], SMALL)
        self._skip(6)

    def block(self, block: Block) -> None:
        match block:
            case Heading(text):
                self._skip(8)
                # a heading alone at the foot of a page says nothing
                self._need(6 * HEADING * LEADING)
                self._lines(text, HEADING)
                self._skip(2)
            case Paragraph(text, small):
                self._lines(text, SMALL if small else BODY)
                self._skip(3)
            case Facts(rows):
                self._facts(rows)
            case Table():
                self._table(block)
            case QrCode():
                self._qr_code(block)

    def signature(self, letter: Letter) -> None:
        self._skip(16)
        self._need(3 * BODY * LEADING)
        for text in (letter.issuer.name, chinese_day(letter.dated)):
            self._line([(LEFT + WIDTH - self._width(text, BODY), text)], BODY)

    def foot(self, page: Page, letter: Letter, pages: str) -> None:
        y = PAGE_HEIGHT - 36
        page.rules.append(Rule(y - 14, LEFT, LEFT + WIDTH, 0.4))
        page.texts.append(Text(LEFT, y, SMALL, f"客服热线 {letter.issuer.hotline}"))
        page.texts.append(Text(LEFT + WIDTH - self._width(pages, SMALL), y, SMALL, pages))

    def _facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Two pairs in a row."""
        for left, right in zip_longest(rows[::2], rows[1::2], fillvalue=("", "")):
            cells = [f"{name}：{value}" if name else "" for name, value in (left, right)]
            self._row(cells, [WIDTH / 2, WIDTH / 2], frozenset(), BODY)
        self._skip(4)

    def _table(self, table: Table) -> None:
        widths = [WIDTH * share / 100 for share in table.widths]
        self._skip(2)
        self._header(table, widths)
        for number, row in enumerate(table.rows, start=1):
            last = table.total and number == len(table.rows)
            if self._height(row, widths, CELL) > self._left:
                self._turn()
                self._header(table, widths)
            if last:
                self._rule(0.4)
            self._row(row, widths, table.amounts, CELL)
        self._rule(0.8)
        self._skip(6)

    def _header(self, table: Table, widths: Sequence[float]) -> None:
        # with one row at least
        self._need(3 * CELL * LEADING)
        self._rule(0.8)
        self._row(table.header, widths, table.amounts, CELL)
        self._rule(0.4)

    def _qr_code(self, code: QrCode) -> None:
        self._skip(6)
        self._need(QR)
        top, squares = self._y, qr_squares(code.content)
        side = QR / len(squares)
        for number, row in enumerate(squares):
            self.pages[-1].boxes += [Box(LEFT + x * side, top + number * side, n * side, side) for x, n in _runs(row)]
        for text in code.beside:
            for line in self._broken(text, CELL, WIDTH - QR - 14):
                self._line([(LEFT + QR + 14, line)], CELL)
        self._y = max(self._y, top + QR)

    # --- setting ------------------------------------------------------------------------------------------------------

    def _row(self, cells: Sequence[str], widths: Sequence[float], right: frozenset[int], size: float) -> None:
        """Cells side by side, as high as the highest; a row that is longer than what is left of the page goes on overleaf."""
        broken_cells = [self._broken(c, size, w - PADDING) for c, w in zip(cells, widths, strict=True)]
        starts = [LEFT + sum(widths[:column]) for column in range(len(widths))]
        for lines in zip_longest(*broken_cells, fillvalue=""):
            placed = []
            for column, text in enumerate(lines):
                indent = widths[column] - PADDING - self._width(text, size) if column in right else 0.0
                placed.append((starts[column] + indent, text))
            self._line(placed, size)

    def _height(self, cells: Sequence[str], widths: Sequence[float], size: float) -> float:
        rows = (len(self._broken(c, size, w - PADDING)) for c, w in zip(cells, widths, strict=True))
        return max(rows) * size * LEADING

    def _lines(self, text: str, size: float) -> None:
        for line in self._broken(text, size, WIDTH):
            self._line([(LEFT, line)], size)

    def _line(self, placed: Sequence[tuple[float, str]], size: float) -> None:
        self._need(size * LEADING)
        self._y += size * LEADING
        self.pages[-1].texts += [Text(x, self._y - size * 0.45, size, text) for x, text in placed if text]

    def _rule(self, thick: float) -> None:
        self.pages[-1].rules.append(Rule(self._y, LEFT, LEFT + WIDTH, thick))

    def _skip(self, height: float) -> None:
        self._y += height

    @property
    def _left(self) -> float:
        return PAGE_HEIGHT - BOTTOM - self._y

    def _need(self, height: float) -> None:
        if height > self._left:
            self._turn()

    def _turn(self) -> None:
        self.pages.append(Page())
        self._y = TOP

    def _broken(self, text: str, size: float, width: float) -> list[str]:
        return broken(self._font.printable(text), width, partial(self._font.width, size=size))

    def _width(self, text: str, size: float) -> float:
        return self._font.width(text, size)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark squares begin, and how many follow each other: one rectangle shows no seams."""
    start = 0
    for dark, squares in groupby(row):
        count = len(list(squares))
        if dark:
            yield start, count
        start += count
