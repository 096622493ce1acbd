"""Printed strings to plain values. Nothing is repaired: what has not the shape of its field is None."""

import re
import unicodedata
from datetime import date

_AMOUNT = re.compile(r"[¥Y]?(-?(?:\d{1,3}(?:[,.]\d{3})+|\d+)\.\d{2})元?")
_DATE = re.compile(r"((?:19|20)\d\d)(?:[-/.年]?)(\d\d?)(?:[-/.月]?)(\d\d?)日?(?:\d\d?:\d\d(?::\d\d)?)?")


def plain(text: str) -> str:
    """Half-width, without spaces; `：` becomes `:`, `（` becomes `(`, `￥` becomes `¥`."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("∶", ":").replace("．", ".")


def parse_amount(text: str) -> str | None:
    """`￥1,234.50` → `1234.50`. A sum without two decimals is not read: a lost point would multiply it."""
    match = _AMOUNT.fullmatch(plain(text).rstrip(".:,;。"))
    if match is None:
        return None
    whole, _, cents = match[1].rpartition(".")
    return f"{int(re.sub('[,.]', '', whole))}.{cents}" if not whole.startswith("-0") else f"-0.{cents}"


def to_fen(amount: str) -> int:
    """`1234.50` → 123450."""
    return int(amount.replace(".", ""))


def parse_date(text: str) -> str | None:
    """`20200312`, `2020-03-12`, `2020年3月12日`, with or without a time → `2020-03-12`."""
    match = _DATE.fullmatch(plain(text).rstrip(".:,;"))
    return _iso(match) if match else None


def parse_date_range(text: str) -> tuple[str | None, str | None]:
    """`20210323至20210414` or `20210323-20210414` → both days."""
    days = [_iso(m) for m in re.finditer(r"((?:19|20)\d\d)[-/.年]?(\d\d)[-/.月]?(\d\d)日?", plain(text))]
    return (days[0], days[-1]) if len(days) == 2 else (None, None)


def _iso(match: re.Match[str]) -> str | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None
