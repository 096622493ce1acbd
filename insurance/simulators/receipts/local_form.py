"""Forms that differ from the national pattern: sections in an order of their own, other labels, extra lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.detailtable import Detail, DetailTable, draw_details
from insurance.simulators.receipts.fonts import Face
from insurance.simulators.receipts.inks import RED, Ink, Press
from insurance.simulators.receipts.itemtable import Table, draw_items
from insurance.simulators.receipts.sheet import FIELDS
from insurance.simulators.receipts.spec import Printed

# (label, key of the value), key None: the label alone
Labelling = tuple[str, str | None]


@dataclass(frozen=True)
class LocalForm:
    """`head` and `info` are rows of (label, key); a section's columns start at shares of the width. `sections` is the order
    from top to bottom."""

    title: str
    head: Sequence[Sequence[Labelling]]
    info: Sequence[Sequence[Labelling]]
    foot: Sequence[Labelling]
    table: Table | DetailTable
    sections: tuple[str, ...] = ("title", "head", "items", "total", "info", "foot")
    capitals_label: str = "金额合计（大写）"
    total_label: str = "（小写）"
    total_prefix: str = ""
    remark: str | None = None
    remark_label: str = "备注："
    side_title: str | None = "其他信息"
    width: int = 1654
    margin: int = 70
    size: int = 22
    title_size: int = 44
    line_height: int = 43
    head_at: tuple[float, ...] = (0.01, 0.63)
    info_at: tuple[float, ...] = (0.045, 0.29, 0.53, 0.77)
    total_at: float = 0.62
    least_items_height: int = 220
    ink: Ink = RED
    paper: Ink = (255, 255, 255)
    press: Press = "laser"
    title_face: Face = "kai"
    label_face: Face = "kai"
    value_face: Face = "song"
    qr_side: int = 160
    qr_left: bool = False
    seal: tuple[str, str] = ("全国统一票据监制章", "财政部监制")
    frame: bool = True


def draw_local(
    form: LocalForm, printed: Printed, values: Mapping[str, str], rng: Random, details: Mapping[int, Sequence[Detail]]
) -> Canvas:
    """`values` answers the keys that are no field of the truth; `details` are the sub-lines by index of the item."""
    known = {**printed.extras, **values}
    known |= {name: value for name, value in printed.fields.items() if isinstance(value, str) and name not in values}
    drawing = _Drawing(form, printed, known, rng, details)
    return drawing.finish()


class _Drawing:
    """Goes down the page; `y` is where the next section begins."""

    def __init__(
        self,
        form: LocalForm,
        printed: Printed,
        values: Mapping[str, str],
        rng: Random,
        details: Mapping[int, Sequence[Detail]],
    ) -> None:
        self.form, self.printed, self.values, self.rng, self.details = form, printed, values, rng, details
        self.canvas = Canvas(form.width, 4000, form.paper, form.press, form.label_face, form.value_face)
        self.left, self.right = form.margin, form.width - form.margin
        self.y = 60.0

    def finish(self) -> Canvas:
        sections = {
            "title": self._title,
            "head": self._head,
            "items": self._items,
            "total": self._total,
            "info": self._info,
            "remark": self._remark,
            "foot": self._foot,
        }
        inside = [name for name in self.form.sections if name in ("items", "total", "info", "remark")]
        for name in self.form.sections:
            top = self.y
            sections[name]()
            if name in inside and self.form.frame:
                self.canvas.box(self.left, top, self.right, self.y, self.form.ink, 2)
        self.canvas.height = round(self.y + 40)
        return self.canvas

    def _title(self) -> None:
        form, canvas = self.form, self.canvas
        middle = form.width / 2
        canvas.text(middle, self.y + 50, form.title, form.title_size, form.ink, form.title_face, "mm")
        if form.seal[0]:
            canvas.seal(middle + self.rng.randrange(-60, 60), self.y + 62, 120, 78, *form.seal)
        if self.printed.qr:
            x = self.left + 20 if form.qr_left else self.right - form.qr_side - 30
            canvas.qr(round(x), 50, form.qr_side, self.printed.qr)
        # the code stands beside the title, and above a head that reaches below it
        self.y += max(120, form.qr_side + 12) if form.qr_left or form.head_at[-1] > 0.65 else 120

    def _rows(self, rows: Sequence[Sequence[Labelling]], starts: Sequence[float], size: int) -> None:
        wide = self.right - self.left
        for row in rows:
            for start, (label, key) in zip(starts, row, strict=False):
                self._pair(self.left + wide * start, self.y + self.form.line_height / 2, label, key, size)
            self.y += self.form.line_height

    def _pair(self, x: float, y: float, label: str, key: str | None, size: int) -> None:
        value = self.values.get(key, "") if key else ""
        field = key if key in FIELDS else None
        self.canvas.pair(x, y, label, value, size, self.form.ink, field)

    def _head(self) -> None:
        self._rows(self.form.head, self.form.head_at, self.form.size + 1)
        self.y += 10

    def _items(self) -> None:
        form, items = self.form, self.printed.fields["items"]
        top = self.y
        if isinstance(form.table, DetailTable):
            end = draw_details(self.canvas, items, self.details, form.table, (self.left, self.right), top, form.ink)
        else:
            table = form.table.between(self.left, self.right)
            draw_items(self.canvas, items, table, top, form.ink, self.rng)
            end = top + table.head_height + table.row_height * (-(-len(items) // table.columns) + 0.4)
        self.y = max(end, top + form.least_items_height)

    def _total(self) -> None:
        form, height = self.form, 60
        y = self.y + height / 2
        wide = self.right - self.left
        self._pair(self.left + 16, y, form.capitals_label, "total_upper", form.size + 2)
        end = self.canvas.text(
            self.left + wide * form.total_at, y, form.total_label, form.size + 2, form.ink, form.label_face
        )
        shown = form.total_prefix + self.values["total"]
        self.canvas.text(end + 6, y, shown, form.size + 2, field="total")
        self.y += height

    def _info(self) -> None:
        form, top = self.form, self.y
        self.y += 12
        self._rows(form.info, form.info_at, form.size - 1)
        self.y += 12
        if form.side_title:
            x = self.left + 50
            self.canvas.line(x, top, x, self.y, form.ink)
            step = min((self.y - top) / (len(form.side_title) + 0.6), 46)
            for i, character in enumerate(form.side_title):
                self.canvas.text(
                    self.left + 25, top + step * (i + 0.8), character, form.size, form.ink, form.label_face, "mm"
                )

    def _remark(self) -> None:
        form = self.form
        end = self.canvas.text(self.left + 16, self.y + 28, form.remark_label, form.size, form.ink, form.label_face)
        self.canvas.text(end + 6, self.y + 28, form.remark or "", form.size - 1)
        self.y += 56

    def _foot(self) -> None:
        form, wide = self.form, self.right - self.left
        y = self.y + 36
        for start, (label, key) in zip((0.008, 0.56, 0.8), form.foot, strict=False):
            self._pair(self.left + wide * start, y, label, key, form.size)
        at = (self.left + wide * self.rng.uniform(0.2, 0.34), y - self.rng.uniform(0, 24))
        self.canvas.seal(*at, 84, 84, self.printed.spec.hospital, "收费专用章", star=True)
        self.y += 84
