"""Money is whole fen (分). These are the only ways in, out, and down to a whole fen."""

import re
from fractions import Fraction
from math import floor

from insurance.rules.errors import Invalid

_YUAN = re.compile(r"(-?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,2}))?", re.ASCII)


def yuan(fen: int) -> str:
    """`"1234.50"` for 123450 fen."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def parse_yuan(text: str) -> int:
    """The fen of an amount in yuan with at most two decimals, with or without thousands commas. Raises `Invalid`."""
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise Invalid("not_an_amount", "金额应为数字，最多两位小数")
    sign, whole, decimals = match.groups()
    fen = int(whole.replace(",", "")) * 100 + int((decimals or "").ljust(2, "0"))
    return -fen if sign else fen


def round_half_up(amount: Fraction) -> int:
    """The nearest whole fen, a half going up (DOMAIN T11: once, at the end of a line)."""
    return floor(amount + Fraction(1, 2))
