"""Amounts in capital numerals (大写金额), as receipts print them (支付结算办法 annex 1; DOMAIN 5.6)."""

import re

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_VARIANTS = str.maketrans("〇○圆園貳弍叄參叁陸萬億两", "零零元元贰贰叁叁叁陆万亿贰")
_SECTION = re.compile(rf"零*(?:([{DIGITS}])仟)?零*(?:([{DIGITS}])佰)?零*(?:([{DIGITS}])?(拾))?零*([{DIGITS[1:]}])?零*")
_AMOUNT = re.compile(rf"(?:(.+)元)?(?:零?([{DIGITS}])角)?(?:零?([{DIGITS}])分)?[整正]?")


def parse_capitals(text: str) -> int | None:
    """The fen that `text` says, or None when it is not a whole amount in capitals. Forms with and without 零 before 角 and 分
    and with and without 整 or 正 at the end are read alike."""
    plain = re.sub(r"\s|人民币|[:：⊗]", "", text).translate(_VARIANTS)
    match = _AMOUNT.fullmatch(plain)
    if match is None or not any(match.groups()):
        return None
    yuan, jiao, fen = match.groups()
    whole = _parse_yuan(yuan) if yuan else 0
    if whole is None:
        return None
    return whole * 100 + (DIGITS.index(jiao) * 10 if jiao else 0) + (DIGITS.index(fen) if fen else 0)


def _parse_yuan(text: str) -> int | None:
    high, found, low = text.partition("亿")
    if found:
        upper, rest = _parse_yuan(high), (_parse_yuan(low) if low else 0)
        return None if upper is None or rest is None or rest >= 10**8 else upper * 10**8 + rest
    high, found, low = text.partition("万")
    if found:
        upper, rest = _parse_section(high), (_parse_section(low) if low else 0)
        return None if upper is None or rest is None else upper * 10**4 + rest
    return _parse_section(text)


def _parse_section(text: str) -> int | None:
    match = _SECTION.fullmatch(text)
    if match is None or not text:
        return None
    thousand, hundred, ten, ten_unit, one = match.groups()
    tens = (DIGITS.index(ten) if ten else 1) if ten_unit else 0
    digits = [DIGITS.index(d) if d else 0 for d in (thousand, hundred)]
    return digits[0] * 1000 + digits[1] * 100 + tens * 10 + (DIGITS.index(one) if one else 0)


def write_capitals(fen: int) -> str:
    """The capitals of 0 to 9,999 亿 yuan, with 整 when there is no 分."""
    if not 0 <= fen < 10**14:
        raise ValueError("fen out of range")
    yuan, jiao, odd = fen // 100, fen // 10 % 10, fen % 10
    head = f"{_write_yuan(yuan)}元" if yuan or not fen else ""
    middle = f"{DIGITS[jiao]}角" if jiao else ("零" if head and odd else "")
    return head + middle + (f"{DIGITS[odd]}分" if odd else "整")


def _write_yuan(yuan: int) -> str:
    if yuan == 0:
        return "零"
    text, gap = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        section = yuan // size % 10**4
        if section:
            text += ("零" if text and (gap or section < 1000) else "") + _write_section(section) + unit
        gap = bool(text) and section == 0 if not section else False
    return text


def _write_section(section: int) -> str:
    text, gap = "", False
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = section // size % 10
        if digit:
            text += ("零" if gap else "") + DIGITS[digit] + unit
        gap = bool(text) and digit == 0
    return text
