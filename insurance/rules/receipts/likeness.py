"""By what a receipt is known again when its number can't be read, or was changed: the numbers that are printed on it.

Two receipts of one form look alike to any hash of their pictures; what tells them apart is in the numbers: serial, record and
check numbers, sums, days. So a receipt's likeness is two sets of keyed hashes, of `numbers` (what a hospital's system gives out
once) and of `sums` (amounts and days). A photograph taken anew, a crop or a recompression leaves most of both; a forger
changes one or two. Two receipts for the same treatment share sums and few numbers, two of one child share numbers and few sums.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from insurance.rules.receipts.reading import ReceiptFields
from insurance.rules.receipts.text import parse_amount, parse_date, plain

MOST_NUMBERS, MOST_SUMS, MOST_DAYS = 16, 40, 4
# measured on pairs of drawn receipts: docs/findings.md. Which share of the numbers must agree, how many at least, which share
# of the sums then, and how many at least: the fewer numbers, the more sums
ENOUGH = ((0.75, 3, 0.4, 1), (0.5, 2, 0.7, 3))
# where one of the two shows no number at all
ENOUGH_SUMS_ALONE = (0.85, 5)

_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d{2}(?!\d)|(?<![\d.,])\d+\.\d{2}(?!\d)")
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-/.年]\d\d?[-/.月]\d\d?|\d{4})(?=\D|$|\d\d:\d\d)")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?!\d)")
_RUN = re.compile(r"[0-9A-Za-z*]{6,}")
_LIKE_DIGITS = str.maketrans("oil", "011")


@dataclass(frozen=True)
class Likeness:
    """Keyed 48-bit hashes, in ascending order. `anchors`: those of the days and of the total, by which look-alikes are found
    among millions; `total`: that of the total alone."""

    numbers: tuple[int, ...] = ()
    sums: tuple[int, ...] = ()
    anchors: tuple[int, ...] = ()
    total: int | None = None


def likeness(prints: Sequence[str], fields: ReceiptFields, key: bytes) -> Likeness:
    """Of the number-bearing lines of one receipt. Without `key` nobody can try out what was hashed."""
    texts = [plain(text) for text in prints]
    days = {day for text in texts for match in _DAY.finditer(text) if (day := parse_date(match[0]))}
    amounts = {amount for text in texts for match in _AMOUNT.finditer(text) if (amount := parse_amount(match[0]))}
    own = [number for number in (fields.bill_no, fields.check_code) if number]
    numbers = {*(run for text in texts for run in _runs(text)), *map(_folded, own)} - _common(fields)
    days |= {fields.date} if fields.date else set()
    anchors = {*sorted(days)[:MOST_DAYS], *([fields.total] if fields.total else [])}
    sums = {*days, *(amounts - {"0.00"}), *anchors}
    return Likeness(
        numbers=_smallest((_hash(key, "number", n) for n in numbers), MOST_NUMBERS),
        sums=_smallest((_hash(key, "sum", s) for s in sums), MOST_SUMS),
        anchors=_smallest((_hash(key, "sum", a) for a in anchors), MOST_DAYS + 1),
        total=_hash(key, "sum", fields.total) if fields.total else None,
    )


def search_keys(one: Likeness) -> tuple[int, ...]:
    """What an index holds: each number together with each day, and with the total; the days with the total, since a crop may have
    lost the numbers, and for a receipt without any the days with each other. Whoever is alike shares one of them even when a day
    or the total was changed, and no key is common: a number that stands on every receipt of a hospital meets a day or a sum."""
    if not one.numbers:
        return tuple(sorted({_pair(first, other) for first, other in combinations(one.anchors, 2)}))
    keys = {_pair(number, anchor) for number in one.numbers for anchor in one.anchors}
    if one.total is not None:
        # as the pairs above, in ascending order
        keys |= {_pair(*sorted((one.total, anchor))) for anchor in one.anchors if anchor != one.total}
    return tuple(sorted(keys))


def alike(one: Likeness, other: Likeness) -> bool:
    """Whether both can be pictures of one receipt. Shares are of the smaller set, so that a crop is still found in the whole."""
    sums, common_sums = _share(one.sums, other.sums)
    if not one.numbers or not other.numbers:
        return sums >= ENOUGH_SUMS_ALONE[0] and common_sums >= ENOUGH_SUMS_ALONE[1]
    numbers, common_numbers = _share(one.numbers, other.numbers)
    return any(
        numbers >= least_numbers and common_numbers >= few and sums >= least_sums and common_sums >= few_sums
        for least_numbers, few, least_sums, few_sums in ENOUGH
    )


def _share(one: Sequence[int], other: Sequence[int]) -> tuple[float, int]:
    smaller, common = min(len(one), len(other)), len(set(one) & set(other))
    return (common / smaller if smaller else 0.0), common


def _runs(text: str) -> Iterator[str]:
    """Numbers of six places and more, and times to the second; masked ones belong to many people, days are sums."""
    yield from _TIME.findall(text)
    for match in _RUN.finditer(_TIME.sub(" ", _DAY.sub(" ", _AMOUNT.sub(" ", text)))):
        run = match[0]
        if "*" not in run and sum(character.isdigit() for character in run) >= 4:
            yield _folded(run)


def _folded(number: str) -> str:
    """Letters and figures that print alike count as one."""
    return number.lower().translate(_LIKE_DIGITS)


def _common(fields: ReceiptFields) -> set[str]:
    """The code is the same on a year of receipts of a province."""
    return {_folded(fields.bill_code)} if fields.bill_code else set()


def _hash(key: bytes, kind: str, text: str) -> int:
    return int.from_bytes(hmac.digest(key, f"receipt\n{kind}\n{text}".encode(), "sha256")[:6], "big")


def _pair(one: int, other: int) -> int:
    """Mixes two hashes into one of 63 bits, which a bigint holds."""
    mixed = (one * 0x9E3779B97F4A7C15 ^ other * 0xC2B2AE3D27D4EB4F) & (2**64 - 1)
    return (mixed ^ mixed >> 29) & (2**63 - 1)


def _smallest(hashes: Iterable[int], most: int) -> tuple[int, ...]:
    """The smallest ones, so that two pictures of a receipt with very many keep the same."""
    return tuple(sorted(set(hashes))[:most])
