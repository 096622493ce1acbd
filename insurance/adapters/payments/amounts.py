"""Alipay's amounts are yuan in text with at most two decimals; ours are whole fen. Exact both ways, no floats in between."""

import re

YUAN = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)


def yuan(fen: int) -> str:
    """12345 fen is "123.45". Raises `ValueError` below zero."""
    if fen < 0:
        raise ValueError("an amount on the wire is never negative")
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """ "123.4" yuan is 12340 fen. Raises `ValueError` for anything but digits with at most two decimals."""
    match = YUAN.fullmatch(text)
    if match is None:
        raise ValueError("not an amount in yuan")
    whole, part = match.groups(default="")
    return int(whole) * 100 + int(part.ljust(2, "0"))
