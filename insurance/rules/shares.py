"""Shares of several payees (继承份额): every fen is given to somebody, the odd ones to the first named."""

from collections.abc import Sequence
from fractions import Fraction


class SharesInvalid(Exception):
    """Shares that are not positive decimals or do not add to 1."""


def parse_shares(texts: Sequence[str]) -> tuple[Fraction, ...]:
    """Decimal strings (`"0.5"`) or fractions (`"1/3"`)."""
    try:
        shares = tuple(Fraction(text) for text in texts)
    except (ValueError, ZeroDivisionError) as error:
        raise SharesInvalid("not a number") from error
    if any(share <= 0 for share in shares) or sum(shares) != 1:
        raise SharesInvalid("shares must be positive and add to 1")
    return shares


def split(amount_fen: int, shares: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole fen for each share, adding up to `amount_fen`: rounded down, the rest by fen from the first on."""
    parts = [int(amount_fen * share) for share in shares]
    for i in range(amount_fen - sum(parts)):
        parts[i] += 1
    return tuple(parts)
