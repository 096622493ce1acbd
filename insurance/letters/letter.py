"""A letter (文书) as data: who writes it, under which number, and its blocks from top to bottom."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str
    small: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and values, two pairs in a row where they fit."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """`widths` are shares of the line, in percent. Columns in `amounts` are set to the right. `total`: the last row is a sum."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    amounts: frozenset[int]
    total: bool = True


@dataclass(frozen=True)
class QrCode:
    """`content` is what a phone reads; `beside` is printed at its right for people."""

    content: str
    beside: tuple[str, ...]


Block = Heading | Paragraph | Facts | Table | QrCode


@dataclass(frozen=True)
class Issuer:
    """The insurer as families meet it."""

    name: str
    hotline: str
    hours: str


@dataclass(frozen=True)
class Letter:
    """`dated` is the day of what the letter tells, never the day on which it is drawn: the same case gives the same letter."""

    title: str
    number: str
    issuer: Issuer
    dated: date
    blocks: tuple[Block, ...]


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
