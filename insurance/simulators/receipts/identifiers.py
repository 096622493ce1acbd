"""Invented numbers with valid check digits (GB 32100-2015)."""

from random import Random

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(rng: Random, region: str) -> str:
    """A 统一社会信用代码 of a company in a six-figure region."""
    body = f"91{region}MA" + "".join(rng.choice(_LETTERS) for _ in range(7))
    total = sum(_LETTERS.index(letter) * 3**i for i, letter in enumerate(body))
    return body + _LETTERS[(31 - total % 31) % 31]


def figures(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))
