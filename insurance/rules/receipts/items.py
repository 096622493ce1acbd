"""Lines of charges (收费项目): the table between its heads and the total, in one to three columns of name and sum.

Columns come from the heads, and where a head could not be read from the sums themselves, which stand under each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from statistics import median

from insurance.rules.receipts.labels import ITEM_HEADS, find_labels
from insurance.rules.receipts.layout import Placed, same_row
from insurance.rules.receipts.names_of_charges import names_above_sums, over_two_lines
from insurance.rules.receipts.pairs_in_rows import pairs_in_rows
from insurance.rules.receipts.shapes import SPECKS
from insurance.rules.receipts.text import parse_amount, to_fen
from insurance.rules.receipts.vocabulary import ITEM_NAMES

_AMOUNT_HEAD = re.compile(r"^[金全]额(\(元\)|元)?|额\(元\)$|^(应收|实收|应付|实付|小计|总价)(\(元\)|金额)?$|^收费金额")
# where a form prints what was asked beside what was taken, the latter counts
_TAKEN = re.compile(r"实[收付]")
_RIVAL_HEAD = re.compile(r"单价|原价|定价|收费标准|应收|优惠|折扣|税额|自付|自费|自负|统筹|医保")
_TOTAL = re.compile(r"合计|大写|小写|^合.?$")
_DETAILS = re.compile(r"以下[是为]|(?:费用|清单)?明细(?:如下|:|$)|清单项")
_MONEY = re.compile(r"-?[¥]?-?\d[\d,.:]*\d")
_NUMBER = re.compile(r"^\d{1,2}[.、)]")
_QUANTITY = re.compile(r"[×xX*]\d*[\d.]+$|\d[×xX]")
# 10ml*6支, 12粒/盒: the size of a package, printed below the name
_UNIT = r"(?:[mμu]?g|kg|m?l|iu|cm|mm|s|片|粒|支|袋|盒|瓶|丸|贴|包|枚|板)"
_SIZE = re.compile(rf"[\d.]+{_UNIT}(?:[*×x/:][\d.]*{_UNIT}?)*", re.IGNORECASE)
# how a social insurance pays for it, printed behind the sum
_CLASS = re.compile(r"[(]?[甲乙丙]类?[)]?|全?自费")
_STAMP = re.compile(r"作废|红冲|冲红|收讫|付讫|复印件|原件|专用章")
_HEAD = re.compile(
    r"^(?:[数教]量|单价|规格|单位|[金全]额|备注|税率|税额|序号|计量单位|收费标准|收费金额|牙位|应收|实收|折扣)"
)
# a head of names, perhaps with what stands beside them in the same column
_NAMES_HEAD = re.compile(
    r"(?:(?:编码|编号|序号|代码|项目|规格|类别|国标码)[/、]?)?(?:收费|费用|药品|商品|服务|诊疗|医疗|治疗|药品及诊疗|货物|检查)*(?:项目|名称|品名|项)+"
    r"(?:[/、(]?(?:规格|剂型|型号|单位|编码|类别)[)]?)*"
)
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z]{2}")

Pair = tuple[Placed | None, Placed | None]


@dataclass(frozen=True)
class Rows:
    """Name and sum of each line in reading order. `whole` says that every name found its sum and every sum its name."""

    pairs: tuple[Pair, ...]
    whole: bool


@dataclass(frozen=True)
class _Column:
    """Names begin about `names_from`, sums stand about `amount_x`; left of `after` lies another column."""

    names_from: float
    amount_x: float
    after: float
    # where the heads between name and sum begin (规格, 数量), and the middles of other columns of sums (单价, 税额)
    until: float = float("inf")
    rivals: tuple[float, ...] = ()

    @property
    def pitch(self) -> float:
        return self.amount_x - self.names_from


@dataclass(frozen=True)
class _Entry:
    y: float
    x: float
    pair: Pair


def read_items(page: Sequence[Placed]) -> Rows:
    """The pairs of the table, row by row, left to right; empty where there is no table."""
    above = names_above_sums(page)
    if above:
        entries = [_Entry(name.y, name.left, (name, sum_)) for name, sum_ in above]
        owned = [sum_ for _, sum_ in above]
        nobodys = [a for a in _amounts(page) if a not in owned and any(same_row(a, sum_) for sum_ in owned)]
        return Rows(tuple(e.pair for e in _reading_order(entries, above[0][0].height)), not nobodys)
    columns, head_y, height = _columns(page)
    if not columns:
        running = _in_running_text(page)
        if across_the_page := pairs_in_rows(_without_heads(page), _is_name):
            return Rows(across_the_page, True)
        columns, head_y, height = _column_without_heads(page)
        if not columns or any(name is sum_ for name, sum_ in running):
            return Rows(running, False)
    across = min(c.names_from - 0.5 * c.pitch for c in columns), max(c.amount_x for c in columns)
    below = [p for p in page if p.y > head_y + 0.5 * height and p.left < across[1] and p.right > across[0]]
    bottoms = [p.y for p in below if _ends_the_table(p)]
    bottom = min(bottoms, default=float("inf"))
    body = [p for p in page if head_y + 0.6 * height < p.y < bottom - 0.5 * height]
    columns, astray = _with_headless(columns, body)
    filled: list[list[_Entry]] = []
    whole = bool(bottoms) and not astray
    for column in columns:
        pairs, complete = _pairs(column, body)
        filled.append([_Entry((n or a).y, (n or a).left, (n, a)) for n, a in pairs])  # type: ignore[union-attr]
        whole = whole and complete
    entries = _in_order(filled, height)
    return Rows(tuple(entry.pair for entry in entries), whole and bool(entries))


def _in_running_text(page: Sequence[Placed]) -> tuple[Pair, ...]:
    """Where there is no table: known kinds of charges, each with the sum behind it (`西药费：12.00`)."""
    pairs: list[tuple[float, float, Pair]] = []
    for place in page:
        name, _, sum_ = place.print.text.partition(":")
        if _NUMBER.sub("", name) not in ITEM_NAMES:
            continue
        row = [p for p in page if p.left > place.left and p is not place and same_row(place, p)]
        nearest = place if sum_ else min(row, key=lambda p: p.left, default=None)
        if nearest is not None and parse_amount(sum_ or nearest.print.text) is not None:
            pairs.append((place.y, place.left, (place, nearest)))
    entries = [_Entry(y, x, pair) for y, x, pair in pairs]
    return tuple(e.pair for e in _reading_order(entries, min((p.height for p in page), default=1.0)))


def _ends_the_table(place: Placed) -> bool:
    """The total, what tells that details follow, or whatever has a label of its own: some papers print the total above the
    table."""
    labels = find_labels(place.print.text)
    return bool(_TOTAL.search(place.print.text) or _DETAILS.match(place.print.text)) or (
        bool(labels) and labels[0].start == 0
    )


def _is_name(place: Placed) -> bool:
    text = place.print.text
    if text.startswith(ITEM_HEADS) or _HEAD.search(text) or _SIZE.fullmatch(text) or _CLASS.fullmatch(text):
        return False
    return bool(_WORD.search(text)) and not _STAMP.search(text) and not _QUANTITY.search(text) and not find_labels(text)


def _heads_names(place: Placed) -> bool:
    return place.print.text.startswith(ITEM_HEADS) or bool(_NAMES_HEAD.fullmatch(place.print.text))


def _columns(page: Sequence[Placed]) -> tuple[list[_Column], float, float]:
    """By the heads of the first row that has a head of names and one of sums; its height on the page and its own."""
    names = [p for p in page if _heads_names(p)]
    for first in sorted(names, key=lambda p: p.y):
        row = sorted((p for p in page if same_row(first, p)), key=lambda p: p.left)
        starts = sorted(p.left for p in row if _heads_names(p))
        amount_heads = [p for p in row if _AMOUNT_HEAD.search(p.print.text)]
        if not amount_heads:
            continue
        columns = []
        for start, end in zip(starts, [*starts[1:], float("inf")], strict=True):
            heads = [p for p in amount_heads if start < p.left < end]
            heads.sort(key=lambda p: not _TAKEN.search(p.print.text))
            if heads:
                columns.append(_column(start, end, heads[0], row))
        return columns, first.y, first.height
    return [], 0.0, 0.0


def _column_without_heads(page: Sequence[Placed]) -> tuple[list[_Column], float, float]:
    """Some slips print no heads: names stand at one edge, sums at the other."""
    body = _without_heads(page)
    names, amounts = [p for p in body if _is_name(p)], _amounts(body)
    if not names or not amounts:
        return [], 0.0, 0.0
    edge, top = max(a.right for a in amounts), min(p.y for p in body) - names[0].height
    sums = [a.x for a in amounts if edge - a.right < 2 * a.height]
    return [_Column(min(n.left for n in names), median(sums), float("-inf"), until=min(sums))], top, names[0].height


def _without_heads(page: Sequence[Placed]) -> list[Placed]:
    """What stands between the last labelled line and the total."""
    totals = [p.y - 0.5 * p.height for p in page if _TOTAL.search(p.print.text)]
    rows = [p for p in page if p.y < min(totals, default=float("-inf"))]
    labelled = [p.y + 0.5 * p.height for p in rows if find_labels(p.print.text)]
    return [p for p in rows if p.y > max(labelled, default=float("inf"))]


def _column(start: float, end: float, amount: Placed, row: Sequence[Placed]) -> _Column:
    name = next(p for p in row if p.left == start)
    between = [p for p in row if name.right < p.left < amount.left]
    rivals = [p.x for p in row if start < p.left < end and p is not amount and _RIVAL_HEAD.search(p.print.text)]
    return _Column(
        names_from=start,
        amount_x=amount.x,
        after=max((p.right for p in row if p.right < start), default=float("-inf")),
        until=(name.right + between[0].left) / 2 if between else start + 0.5 * (amount.x - start),
        rivals=tuple(rivals),
    )


def _with_headless(columns: list[_Column], body: Sequence[Placed]) -> tuple[list[_Column], bool]:
    """A further column whose head is unreadable shows itself by sums under each other, each with a name left of it. Also,
    whether a sum with a name of its own is left that belongs to no column."""
    pitch = min(c.pitch for c in columns)
    found, astray = list(columns), False
    left = [a for a in _amounts(body) if all(abs(a.x - c.amount_x) > 0.5 * pitch for c in columns)]
    left.sort(key=lambda a: a.right)
    while left:
        group = [a for a in left if abs(a.right - left[0].right) < 0.4 * pitch]
        left = [a for a in left if a not in group]
        if _are_prices(group, columns, body):
            continue
        names = [name for a in group if (name := _left_of(a, body, found))]
        if len(names) == len(group):
            names_from = median(n.left for n in names)
            found.append(_Column(names_from, median(a.x for a in group), names_from - 0.3 * pitch))
        astray = astray or 0 < len(names) < len(group)
    return _parted(found), astray


def _are_prices(group: Sequence[Placed], columns: Sequence[_Column], body: Sequence[Placed]) -> bool:
    """Sums with further sums behind them in their rows, and no names between."""
    x = median(a.x for a in group)
    right = min((c.amount_x for c in columns if c.amount_x > x), default=None)
    if right is None or any(_is_name(p) and x < p.left < right for p in body):
        return False
    return all(any(same_row(a, other) and other.left > a.right for other in _amounts(body)) for a in group)


def _parted(columns: Sequence[_Column]) -> list[_Column]:
    """In order of their sums, each beginning behind the sums of the one before."""
    ordered = sorted(columns, key=lambda c: c.amount_x)
    behind = [float("-inf"), *(c.amount_x for c in ordered[:-1])]
    return [replace(c, after=max(c.after, before)) for c, before in zip(ordered, behind, strict=True)]


def _left_of(amount: Placed, body: Sequence[Placed], known: Sequence[_Column]) -> Placed | None:
    """The name that a sum without a head belongs to: in its row, right of the sums of the column before it."""
    after = max((c.amount_x for c in known if c.amount_x < amount.x), default=float("-inf"))
    row = [p for p in body if after < p.left < amount.left and same_row(amount, p)]
    sums = [p.right for p in row if parse_amount(p.print.text) is not None]
    names = [p for p in row if _is_name(p) and p.left > max(sums, default=after)]
    return min(names, key=lambda p: p.left, default=None)


def _amounts(body: Sequence[Placed]) -> list[Placed]:
    return [p for p in body if parse_amount(_figure(p)) is not None]


def _figure(place: Placed) -> str:
    """Without the dust around it."""
    return place.print.text.rstrip(".,:").lstrip(SPECKS)


def _pairs(column: _Column, body: Sequence[Placed]) -> tuple[list[Pair], bool]:
    height = max((p.height for p in body), default=1.0)
    pitch = column.pitch
    # names are printed left of their centred heads; sums right-aligned under theirs, personal shares further right
    names = [
        p for p in body
        if max(column.names_from - 0.75 * pitch, column.after) < p.left < column.until
        and _is_name(p) and p.right < column.amount_x + 0.2 * pitch
    ]  # fmt: skip
    amounts = [
        p for p in body
        if abs(p.x - column.amount_x) < min([0.3 * pitch, *(abs(p.x - rival) for rival in column.rivals)])
        and _MONEY.fullmatch(_figure(p))
    ]  # fmt: skip
    pairs: list[Pair] = []
    left = list(amounts)
    for name in over_two_lines(names, body, column.amount_x):
        near = [a for a in left if abs(a.y - name.y) < 0.7 * min(height, max(a.height, name.height))]
        best = min(near, key=lambda a: abs(a.y - name.y), default=None)
        if best is not None:
            left.remove(best)
        pairs.append((name, best))
    pairs = _without_parts(_with_sums_below(pairs, left)) + [(None, a) for a in left]
    readable = all(n is not None and a is not None and parse_amount(_figure(a)) is not None for n, a in pairs)
    return pairs, readable


def _with_sums_below(pairs: list[Pair], left: list[Placed]) -> list[Pair]:
    """On narrow slips a name has its sum in the row below, beside quantity and price: the first sum before the next name.
    Sums that found their name are taken out of `left`. One name without a sum does not make a paper such a slip."""
    if 2 * sum(amount is None for _, amount in pairs) <= len(pairs):
        return pairs
    joined: list[Pair] = []
    for i, (name, amount) in enumerate(pairs):
        if name is not None and amount is None:
            following = pairs[i + 1][0] if i + 1 < len(pairs) else None
            end = following.y if following is not None else name.y + 3 * name.height
            amount = min((a for a in left if name.y < a.y < end), key=lambda a: a.y, default=None)  # noqa: PLW2901
            if amount is not None:
                left.remove(amount)
        joined.append((name, amount))
    return joined


def _without_parts(pairs: list[Pair]) -> list[Pair]:
    """Some forms print under a charge what it is made of, indented: those lines add up to the charge and are no charges."""
    kept: list[Pair] = []
    at = 0
    while at < len(pairs):
        kept.append(pairs[at])
        at += 1 + _parts_of(pairs[at], pairs[at + 1 :])
    return kept


def _parts_of(whole: Pair, below: Sequence[Pair]) -> int:
    """How many of the lines below a charge are its parts: all as far as they are indented, when their sums make up its own."""
    name, amount = whole
    if name is None or amount is None or (total := parse_amount(amount.print.text)) is None:
        return 0
    indented = list(takewhile(lambda p: p[0] is not None and p[0].left - name.left > 0.5 * name.height, below))
    sums = [parse_amount(a.print.text) for _, a in indented if a]
    told = [to_fen(s) for s in sums if s is not None]
    return len(indented) if told and len(told) == len(indented) and sum(told) == to_fen(total) else 0


def _in_order(columns: Sequence[Sequence[_Entry]], height: float) -> list[_Entry]:
    """Row by row; column by column where that is how the form was filled: a column is two lines or more longer than the next."""
    filled = sorted((column for column in columns if column), key=lambda column: min(entry.x for entry in column))
    lengths = [len(column) for column in filled]
    complete = all(None not in entry.pair for column in filled for entry in column)
    if complete and lengths == sorted(lengths, reverse=True) and any(a - b > 1 for a, b in pairwise(lengths)):
        return [entry for column in filled for entry in sorted(column, key=lambda e: e.y)]
    return _reading_order([entry for column in columns for entry in column], height)


def _reading_order(entries: Sequence[_Entry], height: float) -> list[_Entry]:
    ordered: list[_Entry] = []
    row: list[_Entry] = []
    for entry in sorted(entries, key=lambda e: e.y):
        if row and entry.y - row[0].y > 0.6 * height:
            ordered += sorted(row, key=lambda e: e.x)
            row = []
        row.append(entry)
    return ordered + sorted(row, key=lambda e: e.x)
