"""What was read from one file, for those who ask for it without loading an engine."""

from dataclasses import dataclass

from insurance.rules.receipts.reading import ReceiptReading


@dataclass(frozen=True)
class PageRead:
    """One page as it was read: upright size in pixels, how far the picture was turned, and where its text came from."""

    number: int
    width: int
    height: int
    turned_ccw: int
    source: str
    qr: tuple[str, ...]


@dataclass(frozen=True)
class FileReading:
    """`receipts` in reading order, page by page; empty when no page holds a receipt. `seconds` by the clock, `cpu_seconds` of
    all cores together."""

    kind_of_file: str
    pages: tuple[PageRead, ...]
    receipts: tuple[ReceiptReading, ...]
    seconds: float
    cpu_seconds: float = 0.0
