"""Fields from lines: a value stands behind its label in the same line, or right of it in the same row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from insurance.rules.capitals import parse_capitals
from insurance.rules.receipts.items import read_items
from insurance.rules.receipts.labels import LABELS, Found, find_labels, telling_places
from insurance.rules.receipts.layout import Line, Placed, same_row, straighten
from insurance.rules.receipts.reading import AMOUNT_FIELDS, Box, Extras, Form, Item
from insurance.rules.receipts.text import Print, parse_amount, parse_date, parse_date_range, plain

_AMOUNTS = frozenset((*AMOUNT_FIELDS, "prepaid", "topped_up", "refunded"))
_AMOUNT_CHARACTERS = "0123456789.,-¥元"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正负"
_SHAPES = {
    "bill_code": re.compile(r"\d{6,12}"),
    "bill_no": re.compile(r"\d{8,20}"),
    "check_code": re.compile(r"[0-9a-zA-Z]{4,20}"),
    "payer": re.compile(r"[\u3400-\u9fff·•]{2,20}|[A-Za-z][A-Za-z .]{2,40}"),
    "hospital": re.compile(r"[\u3400-\u9fff0-9A-Za-z()（）·]{4,40}"),
    "serial_no": re.compile(r"[0-9A-Za-z]{6,32}"),
    "payer_id": re.compile(r"[0-9Xx*]{8,20}"),
    "insurance_type": re.compile(r"[\u3400-\u9fff()]{2,20}"),
}
_FOOT_DATE = re.compile(r"(?:19|20)\d\d年\d\d?月\d\d?日")
# the words of the seal that often stands over the end of 收款单位
_SEAL_TAIL = re.compile(r"(?<=[院心所部站室校司])(?:[财业收结]?[务费算]?专?用?章|[财业收结]?[务费算]专?用?)$")
_HOSPITAL = re.compile(
    r"[\u3400-\u9fff0-9A-Za-z()·]{2,30}(?:医院|卫生院|保健院|门诊部|诊所|卫生所|卫生室|服务中心|服务站|急救中心|防治院|防治所)"
    r"(?:\([\u3400-\u9fff]{1,8}\)|[\u3400-\u9fff]{1,4}(?:院区|分院)|有限公司)?"
)
_KINDS_OF_HOSPITAL = frozenset(("综合医院", "专科医院", "中医医院", "中医院", "民族医院", "康复医院", "社区卫生服务中心"))
_VOID = re.compile(r"作废|红冲|冲红|红字|已冲销")


@dataclass
class Value:
    """What one print says: the plain string (None: not of its field's shape), where it stands, how sure the engine was."""

    text: str | None
    raw: str
    box: Box
    score: float
    sure_label: bool = True
    line: Line | None = None


@dataclass
class Draft:
    """A first reading of one receipt, before any proof."""

    values: dict[str, Value] = field(default_factory=dict)
    # labels that were seen, whether or not a value could be read behind them
    labelled: dict[str, Box] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    item_values: tuple[tuple[Value | None, Value | None], ...] = ()
    items_whole: bool = False
    extras: Extras = field(default_factory=Extras)
    lines: Sequence[Line] = ()

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value.text if value else None


def extract(lines: Sequence[Line]) -> Draft:
    """Read the lines of one receipt."""
    placed = straighten(lines)
    draft = Draft(lines=lines)
    for place in placed:
        _read_labels(place, placed, draft, damaged=False)
    for place in placed:
        _read_labels(place, placed, draft, damaged=True)
    _foot_date(placed, draft)
    _hospital_by_its_name(placed, draft)
    rows = read_items(placed)
    draft.item_values = tuple((_item_name(name), _item_amount(amount)) for name, amount in rows.pairs)
    draft.items = tuple(Item(n.text if n else None, a.text if a else None) for n, a in draft.item_values)
    draft.items_whole = rows.whole
    draft.extras = _extras(placed, draft)
    return draft


def _read_labels(place: Placed, page: Sequence[Placed], draft: Draft, *, damaged: bool) -> None:
    text = place.print.text
    labels = find_labels(text)
    for i, label in enumerate(labels):
        name = _field_of(label, draft) if damaged else label.field
        if not name or (damaged and not label.candidates):
            continue
        if name not in LABELS:
            draft.labelled.setdefault(name, place.line.box)
            continue
        following = labels[i + 1] if i + 1 < len(labels) else None
        end = following.start if following else len(text)
        value = _behind(place, page, (label.end, end), name)
        if value is None and following is None:
            value = _right_of(place, page, name)
        draft.labelled.setdefault(name, place.line.box)
        if value is None:
            continue
        value.sure_label = not damaged
        value.score = min(value.score, _label_score(place.print, label))
        old = draft.values.get(name)
        if old is None or (old.text is None and value.text is not None):
            draft.values[name] = value


def _field_of(label: Found, draft: Draft) -> str | None:
    """A damaged label is the one known label near to it that does not stand elsewhere on the page."""
    left = [name for name in label.candidates if name not in draft.labelled]
    return left[0] if len(left) == 1 else None


def _label_score(line: Print, label: Found) -> float:
    """Of a label that one other character would make another (自付, 自费), how sure that character is."""
    telling = telling_places(line.text[label.start : label.end])
    return min((line.scores[label.start + i] for i in telling), default=1.0)


def _behind(place: Placed, page: Sequence[Placed], span: tuple[int, int], name: str) -> Value | None:
    start, end = span
    raw = place.print.part(start, end).without(":")
    if not raw.text:
        return None
    length = len(place.print.text)
    left, top, right, bottom = place.line.box
    width = (right - left) / length
    box = (left + width * start, top, left + width * end, bottom)
    value, score = read_value(name, raw)
    if value is None and name in _AMOUNTS and end == length:
        value, score = _joined(place, page, raw, name)
    return Value(value, raw.text, box, score, line=place.line)


def _joined(place: Placed, page: Sequence[Placed], raw: Print, name: str) -> tuple[str | None, float]:
    """A sum that was found in two pieces that touch: `2784` and `.09`."""
    touching = [
        p for p in page if p is not place and same_row(place, p) and abs(p.left - place.right) < 0.6 * place.height
    ]
    for piece in touching:
        value, score = read_value(name, raw.joined(piece.print))
        if value is not None:
            return value, score
    return None, raw.score


def _right_of(place: Placed, page: Sequence[Placed], name: str) -> Value | None:
    """The nearest line right of a label, in its row, unless that is a label itself."""
    reach = 14 * place.height
    row = [
        p for p in page
        if p is not place and same_row(place, p) and -0.5 * place.height < p.left - place.right < reach
    ]  # fmt: skip
    for near in sorted(row, key=lambda p: p.left):
        text = near.print.text
        labels = find_labels(text)
        if labels and labels[0].start == 0:
            return None
        raw = near.print.part(0, labels[0].start if labels else None)
        if not re.search(r"\w", raw.text):
            continue
        value, score = read_value(name, raw)
        return Value(value, raw.text, near.line.box, score, line=near.line)
    return None


def read_value(name: str, raw: Print) -> tuple[str | None, float]:
    """A raw print as the value of a field (None when it has not that field's shape), and the score of its least sure
    character."""
    if name in _AMOUNTS:
        chosen = raw.only(_AMOUNT_CHARACTERS)
        return parse_amount(chosen.text), chosen.score
    if name in ("date", "visit_date"):
        return parse_date(raw.text), raw.score
    if name == "total_upper":
        # what stands before the sum in capitals (a currency sign, a bracket) is no part of it
        skipped = re.match(r"(人民币|[:：⊗])*", raw.text)
        chosen = raw.part(skipped.end() if skipped else 0).only(_CAPITALS)
        return (chosen.text if parse_capitals(chosen.text) is not None else None), chosen.score
    if name == "stay":
        return (raw.text if all(parse_date_range(raw.text)) else None), raw.score
    kept = raw.without(".:,;*" if name == "payer" else ".:,;")
    text = kept.text
    if name == "hospital":
        text = _SEAL_TAIL.sub("", text)
        kept = kept.part(0, len(text))
    return (text if _SHAPES[name].fullmatch(text) else None), kept.score


def _foot_date(page: Sequence[Placed], draft: Draft) -> None:
    """Older papers print the day at the foot, `2017 年 02 月 05 日`, in up to six pieces of one row."""
    if draft.text("date") is not None or "date" in draft.labelled:
        return
    years = [p for p in page if re.match(r"(?:19|20)\d\d年?", plain(p.text)) and "年" in _row_text(p, page)]
    for place in sorted(years, key=lambda p: -p.y):
        match = _FOOT_DATE.match(_row_text(place, page))
        if match:
            draft.values["date"] = Value(
                parse_date(match[0]), match[0], place.line.box, place.line.score, line=place.line
            )
            return


def _hospital_by_its_name(page: Sequence[Placed], draft: Draft) -> None:
    """Slips print the hospital as their head, and a seal may hide the label at the foot: a line there that ends as the names
    of hospitals do is one. The lowest counts."""
    if draft.text("hospital") is not None:
        return
    labelled = [p.y for p in page if find_labels(p.print.text)]
    total = draft.values.get("total_upper") or draft.values.get("total")
    foot = next((p.y for p in page if total and p.line is total.line), float("inf"))
    named = []
    for place in page:
        label, colon, _ = place.print.text.rpartition(":")
        at_an_end = place.y > foot or place.y < min(labelled, default=float("inf"))
        if not at_an_end or (colon and not re.search(r"[位章)]", label)):
            continue
        raw = place.print.part(len(label + colon)).without("。.,;*")
        name = raw.part(0, len(_SEAL_TAIL.sub("", raw.text)))
        if _HOSPITAL.fullmatch(name.text) and name.text not in _KINDS_OF_HOSPITAL:
            named.append((place, name))
    if named:
        place, name = max(named, key=lambda n: n[0].y)
        draft.values["hospital"] = Value(name.text, name.text, place.line.box, name.score, line=place.line)


def _row_text(first: Placed, page: Sequence[Placed]) -> str:
    row = sorted((p for p in page if p.left >= first.left and same_row(first, p, 0.8)), key=lambda p: p.left)
    return plain("".join(p.text for p in row))


def _item_name(place: Placed | None) -> Value | None:
    if place is None:
        return None
    return Value(place.print.text, place.text, place.line.box, place.print.score, line=place.line)


def _item_amount(place: Placed | None) -> Value | None:
    if place is None:
        return None
    chosen = place.print.only(_AMOUNT_CHARACTERS)
    return Value(parse_amount(chosen.text), place.text, place.line.box, chosen.score, line=place.line)


def _extras(page: Sequence[Placed], draft: Draft) -> Extras:
    texts = [plain(p.text) for p in page]
    titles = [t for t in texts if re.search(r"收费票据|医疗.*票据|发票", t) and not find_labels(t)]
    stay = draft.text("stay")
    start, end = parse_date_range(stay) if stay else (None, None)
    void = next((m[0] for t in texts if (m := _VOID.search(t))), None)
    return Extras(
        title=titles[0] if titles else None,
        serial_no=draft.text("serial_no"),
        visit_date=draft.text("visit_date"),
        stay_from=start,
        stay_to=end,
        prepaid=draft.text("prepaid"),
        topped_up=draft.text("topped_up"),
        refunded=draft.text("refunded"),
        insurance_type=draft.text("insurance_type"),
        payer_id=draft.text("payer_id"),
        void_mark=void,
    )


def form_of(draft: Draft) -> Form | None:
    """`inpatient` or `outpatient` by the printed form: its title first, then the labels that only one of the two has."""
    texts = "".join(plain(line.text) for line in draft.lines)
    if "住院收费" in texts or "疗住院" in texts:
        return "inpatient"
    if "门诊收费" in texts or "门(急)诊收费" in texts or "疗门诊" in texts:
        return "outpatient"
    if {"stay", "prepaid"} & draft.labelled.keys() or "住院号" in texts or "住院科别" in texts:
        return "inpatient"
    return "outpatient" if "门诊号" in texts or "visit_date" in draft.labelled else None
