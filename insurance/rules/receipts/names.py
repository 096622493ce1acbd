"""Names on receipts beside the insured's: the same, one look-alike character apart, or another. Nothing is repaired."""

import unicodedata
from itertools import combinations
from typing import Literal

Resemblance = Literal["same", "one_character", "other"]

# characters of names that engines and printers take for each other
_GROUPS = (
    "宇字", "子孑予", "未末朱", "土士", "日曰", "己已巳", "人入八", "大太犬", "天夭无", "干千于", "王玉主", "田由甲申",
    "木本术", "儿几", "晴睛", "清情", "候侯", "辰晨", "杨扬", "陈阵", "洋详", "轩斩", "琪淇棋", "瑶谣遥", "萱宣", "涵函",
    "彬杉", "诗侍", "睿容", "沅阮", "昊吴", "铭名", "钧均钩", "佳住", "钰珏", "妤好", "婧靖", "昕听", "梓桦", "欣欧",
    "怡恰", "悦说", "博搏", "雨两", "雪雷", "霖霏", "萌明朋", "思恩", "文丈", "又叉", "丁了", "刁刀力", "治冶",
    "竞竟", "壬王", "戊戌戍", "茗若", "茜西", "薇徽", "徽微", "怜伶", "拓招", "沐沭", "汶汝", "泽择", "浩洁",
    "涛寿", "淳谆", "渝谕", "澄登", "炜玮伟", "煊暄", "焕换", "玥钥", "珂坷", "琳淋", "璇漩", "皓浩", "祺棋", "禹离",
    "翊翌", "芊芋", "芮苪", "蕊芯", "谨瑾", "钦饮", "锋峰", "颖颍", "骁晓", "麒棋",
    "刘列", "李季", "郭享", "丘兵", "卞下", "车东",
)  # fmt: skip
# what engines read for 宇, 涵, 轩, 昕, 怡 …, and what hardly anybody is called
HARDLY_IN_NAMES = "字酒斩听恰说淋搏停两谣孑沭洒夭"
_PAIRS = frozenset(frozenset(pair) for group in _GROUPS for pair in combinations(group, 2))


def resemblance(printed: str, name: str) -> Resemblance:
    """How a printed name stands to the insured's. `one_character`: the same but for one character that looks alike, or for a
    一 or a middle dot that was lost or added."""
    one, other = _plain(printed), _plain(name)
    if one == other:
        return "same"
    if _undotted(one) == _undotted(other):
        return "one_character"
    if len(one) == len(other):
        apart = [frozenset(pair) for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return "one_character" if len(apart) == 1 and apart[0] in _PAIRS else "other"
    shorter, longer = sorted((one, other), key=len)
    lost = any(longer[:i] + longer[i + 1 :] == shorter for i, c in enumerate(longer) if c == "一")
    return "one_character" if lost else "other"


def masked_agrees(masked: str | None, number: str) -> bool | None:
    """Whether a partly hidden document number can be this one (DOMAIN 5.7): of the same length, with at least four visible
    characters, and all visible ones equal. None: it says nothing."""
    if masked is None:
        return None
    shown = [(seen.upper(), real) for seen, real in zip(masked, number.upper(), strict=False) if seen != "*"]
    if len(masked) != len(number) or len(shown) < 4:
        return None
    return all(seen == real for seen, real in shown)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).upper()
    return "".join("·" if c in "·•．.・‧" else c for c in folded if not c.isspace())


def _undotted(name: str) -> str:
    return name.replace("·", "")
