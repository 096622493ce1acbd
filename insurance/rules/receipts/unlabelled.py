"""Values that have no label of their own on some papers: they are known by where they stand or how they end."""

import re
from collections.abc import Collection, Sequence

from insurance.rules.receipts.labels import find_labels
from insurance.rules.receipts.layout import Line, Placed, same_row
from insurance.rules.receipts.text import Print, fen_of_capitals, parse_amount, parse_date, plain
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS

Found = tuple[Placed, Print]

_FOOT_DATE = re.compile(r"(?:19|20)\d\d年\d\d?月\d\d?日")
_HOSPITAL = re.compile(
    r"[\u3400-\u9fff0-9A-Za-z()·]{2,30}"
    r"(?:医院|卫生院|保健院|门诊部|诊所|卫生所|卫生室|服务中心|服务站|急救中心|防治院|防治所|药店|药房)"
    r"(?:\([\u3400-\u9fff]{1,8}\)|[\u3400-\u9fff]{1,4}(?:院区|分院|分店|店)|有限公司)?"
)
_KINDS_OF_HOSPITAL = frozenset(
    ("综合医院", "专科医院", "中医医院", "中医院", "民族医院", "康复医院", "社区卫生服务中心")
)
# the words of the seal that often stands over the end of 收款单位
_SEAL_TAIL = re.compile(r"(?<=[院心所部站室校司])(?:[财业收结]?[务费算]?专?用?章|[财业收结]?[务费算]专?用?)$")
# `…人民医院门诊收费凭证`
_KIND_OF_PAPER = re.compile(
    r"(?<=[院心所部站室店房司])(?:门诊|住院|急诊|门急诊|出院|医疗|医药|收费|缴费|费用|结算|专用|电子)*"
    r"(?:凭证|收据|票据|清单|小票|凭条|发票|结算单|收费单|缴费单|账单|单据)(?:\(.{1,4}\))?$"
)
_BROKEN_KIND = re.compile(
    r"(?<!儿)童医院|(?<!口)腔医院|儿医院|童院$|(?<![骨眼胸脑牙皮男妇产外内伤肠专])科医院|(?<!妇)幼保健院|(?<!卫)生院|(?<!卫)生服务|第[附医]"
)
_WHOLE_NAME = re.compile(r"(?:[院所心室部站店司校场房坊处科厂会馆]|[)）])$")
_NO_NAME = re.compile(r"盖章|公章|无效|取药|请|窗口")
# a sign behind the whole name that is read less surely is a stroke of the seal
_CLEAR = 0.9
_NAME_OF_SOMEBODY, _GENDER = re.compile(r"[\u3400-\u9fff]名[:：](?=[\u3400-\u9fff])"), re.compile(r"性别")
_SIGN = re.compile(r"[¥VY](?=\d)")
_PARTY = re.compile(r"^(?:名?称|名):")


def without_seal(name: Print) -> Print:
    """A name without the words of the seal that stands over its end."""
    kept = name.without_end("★☆*")
    kept = kept.part(0, len(_SEAL_TAIL.sub("", kept.text)))
    if kept.text[:-1].endswith(HOSPITAL_KINDS) and kept.scores[-1] < _CLEAR:
        kept = kept.part(0, len(kept.text) - 1)
    return kept if "(" in kept.text else kept.without(")")


def lost_a_character(name: str) -> bool:
    """Engines drop 儿, 口 and other narrow characters: `童医院` and `腔医院` are no kinds of hospital; and a name does not end
    just anywhere."""
    return bool(_BROKEN_KIND.search(name)) or not _WHOLE_NAME.search(name)


def name_beside_gender(page: Sequence[Placed]) -> Found | None:
    """`经名：任思  性别：女`: two characters with 名 behind one that was misread, left of 性别 in its row, are 姓名."""
    for place in page:
        match = _NAME_OF_SOMEBODY.match(place.print.text)
        if match and any(p.left > place.right and same_row(place, p) and _GENDER.match(p.print.text) for p in page):
            return place, place.print.part(match.end())
    return None


def day_at_the_foot(page: Sequence[Placed]) -> tuple[Placed, str, str] | None:
    """Older papers print the day at the foot, `2017 年 02 月 05 日`, in up to six pieces of one row: place, print, ISO day."""
    years = [p for p in page if re.match(r"[·.,:]?(?:19|20)\d\d年?", p.print.text) and "年" in _row_text(p, page)]
    for place in sorted(years, key=lambda p: -p.y):
        match = _FOOT_DATE.match(_row_text(place, page).lstrip("·.,:"))
        if match and (day := parse_date(match[0])):
            return place, match[0], day
    return None


def hospital_by_its_name(page: Sequence[Placed], foot: float) -> Found | None:
    """Slips print the hospital as their head, and a seal may hide the label at the foot (below `foot`): a line there that
    ends as the names of hospitals do is one. The lowest counts."""
    labelled = [p.y for p in page if find_labels(p.print.text)]
    named = []
    for place in page:
        label, colon, _ = place.print.text.rpartition(":")
        # a number may stand in the row of the head
        at_an_end = place.y > foot or place.y < min(labelled, default=float("inf")) + 0.7 * place.height
        if not at_an_end or (colon and not re.search(r"[位章)]", label)):
            continue
        name = without_seal(place.print.part(len(label + colon)).without("。.,;*·"))
        name = name.part(0, len(_KIND_OF_PAPER.sub("", name.text)))
        if _HOSPITAL.fullmatch(name.text) and name.text not in _KINDS_OF_HOSPITAL and not _NO_NAME.search(name.text):
            named.append((place, name))
    return max(named, key=lambda n: n[0].y, default=None)


def total_beside(capitals: Placed, page: Sequence[Placed]) -> Found | None:
    """The sum in the row of the capitals, where no label stands before it: with a currency sign, or the only one there."""
    row = [
        p for p in page if p.left > capitals.left and same_row(capitals, p) and parse_amount(p.print.text) is not None
    ]
    signed = [p for p in row if p.print.text.startswith("¥")]
    if not signed and len(row) != 1:
        return None
    place = min(signed or row, key=lambda p: p.left)
    return place, place.print.without("¥")


def total_at_the_head(page: Sequence[Placed]) -> Found | None:
    """Phones show the total alone in its row above whatever has a label, with a currency sign."""
    labelled = [p.y for p in page if find_labels(p.print.text)]
    above = [p for p in page if p.y < min(labelled, default=float("-inf")) and p.print.text.startswith("¥")]
    alone = [p for p in above if not any(other is not p and same_row(p, other) for other in page)]
    return (alone[0], alone[0].print.without("¥")) if len(alone) == 1 else None


def sum_in_capitals(page: Sequence[Placed]) -> Found | None:
    """The one line that is nothing but a sum in capitals, wherever it stands."""
    found = [(p, p.print) for p in page if len(p.print.text) > 2 and fen_of_capitals(p.print.text) is not None]
    return found[0] if len(found) == 1 else None


def sums_left_over(page: Sequence[Placed], taken: Collection[Line], between: tuple[float, float]) -> list[Found]:
    """The sums in a block of labelled sums (其他信息) that none of the labels read there owns, in reading order."""
    top, bottom = between
    owned = [p for p in page if p.line in taken]
    block = [
        p
        for p in page
        if top < p.y < bottom
        and p not in owned
        and not any(label.field for label in find_labels(p.print.text))
        and not any(_goes_on(value, p) for value in owned)
    ]
    sums = [(p, p.print.part(p.print.text.rfind(":") + 1)) for p in block]
    left = sorted(((p, raw) for p, raw in sums if parse_amount(raw.text) is not None), key=lambda f: f[0].y)
    if len(left) == 2 and same_row(left[0][0], left[1][0]):
        left.sort(key=lambda f: f[0].left)
    return left


def _goes_on(value: Placed, piece: Placed) -> bool:
    """`个人自付：3` and `3419.77`: the box of the second begins within the first."""
    return same_row(value, piece) and value.left < piece.left < value.right


def parties(page: Sequence[Placed]) -> tuple[Found | None, Found | None]:
    """Buyer (购买方) and seller (销售方) of an invoice: both are labelled 名称; the buyer stands left of the seller or above."""
    found = []
    for place in page:
        match = _PARTY.match(place.print.text)
        if match and len(place.print.text) > match.end() + 1:
            found.append((place, place.print.part(match.end())))
        elif match and (beside := _right_of(place, page)):
            found.append((beside, beside.print))
    if len(found) != 2:
        return None, None
    one, other = found
    first = one[0].left < other[0].left if same_row(one[0], other[0], 1.5) else one[0].y < other[0].y
    return (one, other) if first else (other, one)


def _right_of(label: Placed, page: Sequence[Placed]) -> Placed | None:
    row = [p for p in page if same_row(label, p) and -0.6 * label.height < p.left - label.right < 12 * label.height]
    return min(row, key=lambda p: p.left, default=None)


def tax(page: Sequence[Placed]) -> str | None:
    """The tax (税额) of an invoice: the second of the two sums in the row of 合计. The sign before a sum is read as V or Y too."""
    signed = [(p, parse_amount(_SIGN.sub("", p.print.text))) for p in page if _SIGN.match(p.print.text)]
    sums = [(p, amount) for p, amount in signed if amount is not None]
    for first, _ in sums:
        row = sorted((found for found in sums if same_row(first, found[0])), key=lambda found: found[0].left)
        if len(row) == 2:
            return row[1][1]
    return None


def leaves_tax_unread(page: Sequence[Placed]) -> bool:
    """The form has a column of tax, no line of it says 免税, and the sum of it was not read."""
    texts = [p.print.text for p in page]
    taxed = any(re.match(r"税率|税额|征收率", text) for text in texts)
    return taxed and tax(page) is None and not any(re.match(r"免税|不征税|\*{3}$", text) for text in texts)


def is_invoice(page: Sequence[Placed]) -> bool:
    """An invoice of the tax office (增值税发票, 数电票) prints the total with tax."""
    return any("价税合计" in p.print.text for p in page)


def _row_text(first: Placed, page: Sequence[Placed]) -> str:
    row = sorted((p for p in page if p.left >= first.left and same_row(first, p, 0.8)), key=lambda p: p.left)
    return plain("".join(p.text for p in row)).replace("·", "")
