"""Fields from lines: a value stands behind its label in the same line, or right of it in the same row."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.items import read_items
from insurance.rules.receipts.label_words import FURTHER_FUND, meaning_of
from insurance.rules.receipts.labels import ITEM_HEADS, LABELS, Found, differences, find_labels, telling_places
from insurance.rules.receipts.layout import Line, Placed, same_row, straighten
from insurance.rules.receipts.reading import PAYERS, Extras, Form
from insurance.rules.receipts.shapes import AMOUNT_CHARACTERS, AMOUNTS, SPECKS, read_value
from insurance.rules.receipts.spread_labels import with_labels_joined
from insurance.rules.receipts.text import Print, parse_amount, parse_date_range, plain
from insurance.rules.receipts.unlabelled import (
    day_at_the_foot,
    hospital_by_its_name,
    is_invoice,
    leaves_tax_unread,
    name_beside_gender,
    parties,
    sum_in_capitals,
    sums_left_over,
    tax,
    total_at_the_head,
    total_beside,
)
from insurance.rules.receipts.vocabulary import ITEM_NAMES
from insurance.rules.receipts.void_marks import void_mark

_DOUBTFUL = 0.7
# what may contradict the total
_CLEAR = 0.9
_BLOCK = (*PAYERS, "self_pay", "self_expense")
_OF_ISSUE = re.compile(r"(?:开票|开具|填开|出票)(?:日期|时间)")
_LONGER = re.compile(r"[\u3400-\u9fff]{2}")
_HEAD_OF_A_TABLE = re.compile(r"项目|金额|数量|单价|规格|单位|备注|名称|收费|费用|药品|品名|小计")
Kind = Literal["known", "by_its_words", "damaged"]
# `1. 挂号费`, where every charge has its number or a known name follows
_NUMBERED = re.compile(r"\d{1,2}[.、)](?=[\u3400-\u9fff])")


def extract(lines: Sequence[Line]) -> Draft:
    """Read the lines of one receipt."""
    placed = with_labels_joined(straighten(lines))
    draft = Draft(lines=[place.line for place in placed])
    for kind in ("known", "by_its_words", "damaged"):
        for place in placed:
            _read_labels(place, placed, draft, kind)
    _without_labels(placed, draft)
    _visits_of_several_days(draft)
    draft.extras = _extras(placed, draft)
    rows = read_items(placed)
    numbered = all(name is not None and _NUMBERED.match(name.print.text) for name, _ in rows.pairs)
    draft.cells = tuple((_item_name(name, numbered), _item_amount(amount)) for name, amount in rows.pairs)
    draft.items_whole = rows.whole
    draft = _without_details(draft)
    return draft if draft.items_whole else _without_empty_lines(draft)


def _without_details(draft: Draft) -> Draft:
    """Some papers list below the kinds of charges (西药费) what they are made of: when the kinds make the total, and what is no
    kind makes it once more, the kinds are the charges."""
    kinds = tuple(cell for cell in draft.cells if cell[0] and cell[0].text in ITEM_NAMES and cell[1])
    others = tuple(cell for cell in draft.cells if cell not in kinds and cell[1])
    total = draft.text("total")
    if not kinds or not others or not all(replace(draft, cells=part).adds_up(total) for part in (kinds, others)):
        return draft
    return replace(draft, cells=kinds, items_whole=True)


def _without_empty_lines(draft: Draft) -> Draft:
    """Some papers print the names of all charges beforehand: those without a sum are none, when the others make the total."""
    filled = replace(draft, cells=tuple(cell for cell in draft.cells if cell[1] is not None), items_whole=True)
    named = all(item.name is not None for item in filled.items)
    return filled if named and filled.adds_up(draft.text("total")) else draft


def _read_labels(place: Placed, page: Sequence[Placed], draft: Draft, kind: Kind) -> None:
    """The values of the labels of one kind in a line."""
    text = place.print.text
    labels = find_labels(text)
    for i, label in enumerate(labels):
        if kind != ("damaged" if label.candidates else "known" if label.known else "by_its_words"):
            continue
        name = _field_of(label, draft) if kind == "damaged" else label.field
        if not name:
            continue
        if name not in LABELS:
            draft.labelled.setdefault(name, place.line.box)
            if FURTHER_FUND in (name, meaning_of(name)) and (paid := _value_of(labels, i, place, page, FURTHER_FUND)):
                draft.further_funds.append(paid)
            continue
        if text[label.start : label.end].rstrip(":") == "合计" and is_invoice(page):
            # without the tax
            continue
        if name == "date" and not _OF_ISSUE.search(text, label.start, label.end) and _tells_its_issue(page):
            continue
        end = labels[i + 1].start if i + 1 < len(labels) else len(text)
        if name in AMOUNTS and _LONGER.match(text[label.end : end]):
            continue
        value = _value_of(labels, i, place, page, name)
        if kind == "by_its_words" and (value is None or value.text is None):
            continue
        draft.labelled.setdefault(name, place.line.box)
        if value is None:
            continue
        value.sure_label = kind != "damaged"
        if value.sure_label:
            value.score = min(value.score, _label_score(place.print, label))
            value.label = _label_sureness(place.print, label)
        old = draft.values.get(name)
        if old is None or (old.text is None and value.text is not None):
            draft.values[name] = value


def _tells_its_issue(page: Sequence[Placed]) -> bool:
    """Beside 开票日期 the days of settlement, payment and print are others."""
    return any(_OF_ISSUE.search(p.print.text) for p in page)


def _value_of(labels: Sequence[Found], i: int, place: Placed, page: Sequence[Placed], name: str) -> Value | None:
    """Behind its label; where the line ends with the label, right of it in the row, or below it."""
    following = labels[i + 1] if i + 1 < len(labels) else None
    end = following.start if following else len(place.print.text)
    value = _behind(place, page, (labels[i].end, end), name)
    if value is not None or following is not None:
        return value
    beside = _right_of(place, page, name)
    return beside if beside and beside.text is not None else _under(place, page, name) or beside


def _field_of(label: Found, draft: Draft) -> str | None:
    """A damaged label is the one known label near to it that does not stand elsewhere on the page."""
    left = [name for name in label.candidates if name not in draft.labelled]
    return left[0] if len(left) == 1 else None


def _label_score(line: Print, label: Found) -> float:
    """Of a label that one other character would make another (自付, 自费), how sure that character is."""
    telling = telling_places(line.text[label.start : label.end])
    return min((line.scores[label.start + i] for i in telling), default=1.0)


def _label_sureness(line: Print, label: Found) -> float:
    """How sure it is that this is no other field's label: of what tells it from each of those, one character at least; of a
    label that is told by its words, every character."""
    scores = line.scores[label.start : label.end]
    if not label.known:
        return min(scores, default=0.0)
    told = differences(line.text[label.start : label.end])
    return min((max(scores[i] for i in places) for places in told), default=1.0)


def _behind(place: Placed, page: Sequence[Placed], span: tuple[int, int], name: str) -> Value | None:
    start, end = span
    raw = place.print.part(start, end).without(":")
    if not raw.text or (name in AMOUNTS and end == len(place.print.text) and not re.search(r"\d", raw.text)):
        # what is left of a label whose end was misread is no sum
        return None
    if name in AMOUNTS and _LONGER.match(raw.text):
        return Value(None, raw.text, place.line.box, raw.score, line=place.line)
    length = len(place.print.text)
    left, top, right, bottom = place.line.box
    width = (right - left) / length
    box = (left + width * start, top, left + width * end, bottom)
    value, score = read_value(name, raw)
    if value is None and name in AMOUNTS and end == length:
        value, score = _joined(place, page, raw, name)
    return Value(value, raw.text, box, score, line=place.line)


def _joined(place: Placed, page: Sequence[Placed], raw: Print, name: str) -> tuple[str | None, float]:
    """A sum that was found in two pieces that touch: `2784` and `.09`."""
    touching = [
        p for p in page if p is not place and same_row(place, p) and abs(p.left - place.right) < 0.6 * place.height
    ]
    for piece in touching:
        alone, sureness = read_value(name, piece.print.without(":"))
        if alone is not None and piece.print.without(":").text.startswith(raw.text):
            # the first box ends within the figure with which the second begins; 5 and 500.00 may yet be 5500.00
            return alone, min(sureness, _DOUBTFUL)
        value, score = read_value(name, raw.joined(piece.print))
        if value is not None:
            return value, score
    return None, raw.score


def _right_of(place: Placed, page: Sequence[Placed], name: str) -> Value | None:
    """The nearest line right of a label, in its row, unless that is a label itself."""
    # on a slip, which is narrow, values stand at the other edge
    width = max(p.right for p in page) - min(p.left for p in page)
    reach = max(14 * place.height, width if width < 26 * place.height else 0)
    beside = [p for p in page if p is not place and same_row(place, p) and -0.9 * place.height < p.left - place.right]
    # alone in its row with a label, a value belongs to it however far
    row = beside if len(beside) == 1 else [p for p in beside if p.left - place.right < reach]
    for near in sorted(row, key=lambda p: p.left):
        text = near.print.text
        # 自费 is a label of sums, and a kind of insurance
        labels = find_labels(text) if name != "insurance_type" or ":" in text else []
        if labels and labels[0].start == 0:
            return None
        raw = near.print.part(0, labels[0].start if labels else None)
        if labels and name in AMOUNTS and not re.search(r"\d", raw.text):
            return None
        if not re.search(r"\w", raw.text):
            continue
        value, score = read_value(name, raw)
        return Value(value, raw.text, near.line.box, score, line=near.line)
    return None


def _under(place: Placed, page: Sequence[Placed], name: str) -> Value | None:
    """A value in the row below its label: some papers print a row of labels and under it a row of what they head; of two labels
    only what stands close below and begins at the same edge."""
    heads = len(_heads_beside(place, page))
    if place.print.text.endswith(":") or heads < 2:
        return None
    column = [
        p for p in page if 0.6 < (p.y - place.y) / place.height < 5 and p.left < place.right and p.right > place.left
    ]
    highest = min(column, key=lambda p: p.y, default=None)
    row = [p for p in column if highest and same_row(p, highest)]
    nearest = max(row, key=lambda p: min(p.right, place.right) - max(p.left, place.left), default=None)
    if nearest is None or find_labels(nearest.print.text) or _HEAD_OF_A_TABLE.match(nearest.print.text):
        return None
    if heads == 2 and (nearest.y - place.y > 2.5 * place.height or abs(nearest.left - place.left) > 0.6 * place.height):
        return None
    value, score = read_value(name, nearest.print)
    return Value(value, nearest.print.text, nearest.line.box, score, line=nearest.line) if value is not None else None


def _heads_beside(place: Placed, page: Sequence[Placed]) -> set[str]:
    """Labels of a row in which nothing but labels stands, and which is not the head of the charges."""
    row = [p for p in page if same_row(place, p)]
    if any(p.print.text.startswith(ITEM_HEADS) for p in row):
        return set()
    found = [(p, find_labels(p.print.text)) for p in row]
    bare = [labels for p, labels in found if labels and not re.search(r"\d", p.print.text)]
    return {labels[0].field for labels in bare} if 2 * len(bare) > len(row) else set()


def _without_labels(page: Sequence[Placed], draft: Draft) -> None:
    """What has no label of its own on some papers."""
    if draft.text("date") is None and "date" not in draft.labelled and (day := day_at_the_foot(page)):
        place, raw, text = day
        draft.values["date"] = Value(text, raw, place.line.box, place.line.score, line=place.line)
    if is_invoice(page):
        for name, party in zip(("payer", "hospital"), parties(page), strict=True):
            if party and draft.text(name) is None:
                _take(draft, name, party)
    if "payer" not in draft.labelled and (named := name_beside_gender(page)):
        _take(draft, "payer", named)
    if draft.text("total_upper") is None and (found := sum_in_capitals(page)):
        _take(draft, "total_upper", found)
    capitals = draft.values.get("total_upper")
    foot = next((p for p in page if capitals and p.line is capitals.line), None)
    if draft.text("hospital") is None and (named := hospital_by_its_name(page, foot.y if foot else float("inf"))):
        _take(draft, "hospital", named)
    _rest_of_the_block(page, draft, foot)
    if "total" not in draft.labelled and (total := total_beside(foot, page) if foot else total_at_the_head(page)):
        _take(draft, "total", total)


def _rest_of_the_block(page: Sequence[Placed], draft: Draft, capitals: Placed | None) -> None:
    """A seal often hides a label of 其他信息 and leaves its sum: on a national form the one field without a label owns the one
    sum without one; two own two in the order in which every such form prints them (that of cash and 自付 varies)."""
    missing = [name for name in _BLOCK if name not in draft.labelled]
    rows = [p.y for p in page if p.line.box in [draft.labelled[n] for n in PAYERS if n in draft.labelled]]
    if capitals is None or not rows or not {"bill_code", "check_code"} & draft.labelled.keys():
        return
    foot = [p.y for p in page if p.y > capitals.y and "收款" in p.print.text]
    taken = [value.line for value in draft.values.values() if value.line]
    reach = 0.6 * capitals.height
    found = sums_left_over(page, taken, (min(rows) - reach, min(foot, default=float("inf")) - reach))
    if len(found) != len(missing) or len(found) > 2 or missing == ["cash_pay", "self_pay"]:
        return
    for name, one in zip(missing, found, strict=True):
        _take(draft, name, one)
        draft.values[name].sure_label = False


def _take(draft: Draft, name: str, found: tuple[Placed, Print]) -> None:
    place, raw = found
    text, score = read_value(name, raw)
    draft.values[name] = Value(text, raw.text, place.line.box, score, line=place.line)


def _item_name(place: Placed | None, numbered: bool) -> Value | None:
    if place is None:
        return None
    name = place.print.part(0, _end_of_name(place))
    number = _NUMBERED.match(name.text)
    if number and (numbered or name.text[number.end() :] in ITEM_NAMES):
        name = name.part(number.end())
    name = name.without("。.,:;'").as_one_of(ITEM_NAMES)
    return Value(name.text, place.text, place.line.box, name.score, line=place.line)


def _end_of_name(place: Placed) -> int | None:
    """Before the colon where name and sum stand in one line."""
    name, colon, sum_ = place.print.text.partition(":")
    # `168:00` is a sum whose point was read so
    named = colon and not re.fullmatch(r"[¥\d.,]*", name)
    return len(name) if named and parse_amount(sum_) is not None else None


def _item_amount(place: Placed | None) -> Value | None:
    if place is None:
        return None
    behind = _end_of_name(place)
    chosen = place.print.part(0 if behind is None else behind + 1).without_start(SPECKS).only(AMOUNT_CHARACTERS)
    return Value(parse_amount(chosen.text), place.text, place.line.box, chosen.score, line=place.line)


def _visits_of_several_days(draft: Draft) -> None:
    """`就诊日期：20260920-20260928` says what 住院时间 says."""
    visits = draft.values.get("visit_date")
    if visits is not None and visits.text is not None and all(parse_date_range(visits.text)):
        draft.values.setdefault("stay", draft.values.pop("visit_date"))


def _extras(page: Sequence[Placed], draft: Draft) -> Extras:
    texts = [plain(p.text) for p in page]
    titles = [t for t in texts if re.search(r"收费票据|医疗.*票据|发票", t) and not find_labels(t)]
    stay = draft.text("stay")
    start, end = parse_date_range(stay) if stay else (draft.text("admitted"), draft.text("discharged"))
    return Extras(
        title=titles[0] if titles else _heading_of_list(page),
        serial_no=draft.text("serial_no"),
        visit_date=draft.text("visit_date"),
        stay_from=start,
        stay_to=end,
        prepaid=draft.text("prepaid"),
        topped_up=draft.text("topped_up"),
        refunded=draft.text("refunded"),
        insurance_type=draft.text("insurance_type"),
        payer_id=draft.text("payer_id"),
        payer_id_clear="payer_id" in draft.values and draft.values["payer_id"].clearness >= _CLEAR,
        void_mark=void_mark(page),
        tax=tax(page) if is_invoice(page) else None,
        tax_unread=is_invoice(page) and leaves_tax_unread(page),
        further_funds=tuple(paid.text if paid.score >= _CLEAR else None for paid in draft.further_funds),
    )


def _heading_of_list(page: Sequence[Placed]) -> str | None:
    """A list of charges (费用清单, 医疗收费明细) is headed as one; further down such words head the charges of a receipt."""
    top = [plain(place.text) for place in sorted(page, key=lambda p: p.y)[:3]]
    return next((text for text in top if re.fullmatch(r"\D*(?:清单|明细)(?:表|单)?(?:\(.{1,4}\))?", text)), None)


def form_of(draft: Draft) -> Form | None:
    """`inpatient` or `outpatient` by the printed form: its title first, then the labels that only one of the two has."""
    texts = "".join(plain(line.text) for line in draft.lines)
    if "住院收费" in texts or "疗住院" in texts:
        return "inpatient"
    if "门诊收费" in texts or "门(急)诊收费" in texts or "疗门诊" in texts:
        return "outpatient"
    if {"stay", "admitted", "prepaid"} & draft.labelled.keys() or "住院号" in texts or "住院科别" in texts:
        return "inpatient"
    return "outpatient" if "门诊号" in texts or "visit_date" in draft.labelled else None
