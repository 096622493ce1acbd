"""What no sum proves of a field, so that it is certain only where the print is clear: whose sum it is, what was charged, and in which
words the capitals say it."""

import re
from collections.abc import Mapping

from insurance.rules.receipts.confidence import CLEAR
from insurance.rules.receipts.draft import Draft, Value
from insurance.rules.receipts.layout import Placed, straighten
from insurance.rules.receipts.reading import PAYERS, Box
from insurance.rules.receipts.text import plain_print

Page = Mapping[Box, Placed]
# any two of a group may stand in each other's place and still make the same sum (R2, R3)
_GROUPS = (PAYERS, ("self_pay", "self_expense"))
# so many heights of a line off
_ASTRAY = (0.45, 1.0)
# `陆元伍角` and `陆元伍角整`, `拾贰元` and `壹拾贰元` are one sum
_CUT_SHORT = re.compile(r"^[拾佰仟万元圆]|[元圆角]$")
_NO_FIGURES = "零元圆整正"


def open_questions(draft: Draft) -> set[str]:
    """The fields of which the print does not show clearly what arithmetic leaves open."""
    page = {place.line.box: place for place in straighten(draft.lines)}
    capitals = draft.values.get("total_upper")
    found = set() if all(_charged_clearly(name, amount, page) for name, amount in draft.cells) else {"items"}
    if capitals is not None and not _spelled_clearly(capitals):
        found.add("total_upper")
    return found.union(*(_whose(group, draft, page) for group in _GROUPS))


def _charged_clearly(name: Value | None, amount: Value | None, page: Page) -> bool:
    if name is None or amount is None or name.line is None or amount.line is None:
        return False
    return name.clearness >= CLEAR and _belong_together(name.line.box, amount.line.box, page)


def _whose(group: tuple[str, ...], draft: Draft, page: Page) -> set[str]:
    """Sums whose label is not clear. Of one alone the others of its group leave no doubt, unless funds without a field were paid."""
    unclear = {n for n in group if (value := draft.values.get(n)) and not _labelled_clearly(n, value, draft, page)}
    return set() if len(unclear) == 1 and not draft.further_funds else unclear


def _labelled_clearly(name: str, value: Value, draft: Draft, page: Page) -> bool:
    label = draft.labelled.get(name)
    if value.owned < CLEAR or value.line is None or label is None:
        return False
    return _belong_together(label, value.line.box, page)


def _belong_together(one: Box, other: Box, page: Page) -> bool:
    """In one row, or one below the other as some papers print it: what stands half a row off may belong to either of two."""
    if one == other:
        return True
    if one not in page or other not in page:
        return False
    a, b = page[one], page[other]
    return not _ASTRAY[0] < abs(a.y - b.y) / min(a.height, b.height) < _ASTRAY[1]


def _spelled_clearly(capitals: Value) -> bool:
    if capitals.text is None or _CUT_SHORT.search(capitals.text) or capitals.line is None:
        return False
    line = capitals.line
    read = plain_print(line.text, line.scores or (line.score,) * len(line.text))
    start = read.text.find(capitals.text)
    if start < 0:
        return capitals.clearness >= CLEAR
    spelled = read.part(start, start + len(capitals.text))
    return all(s >= CLEAR for c, s in zip(spelled.text, spelled.scores, strict=True) if c in _NO_FIGURES)
