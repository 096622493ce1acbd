"""Accidents side by side: the same one told twice (重复报案), and several children hurt in one event (同一事故)."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from insurance.rules.case import SameAccident

# shorter texts (操场, 学校) stand in every report
_TELLING = 4
Why = Literal["same_place", "same_school"]


@dataclass(frozen=True)
class Accident:
    """What one claim says of its accident, as others are held against it. `place` is `plain_place` of what was written;
    `insured_digest` tells children apart without naming them."""

    claim_id: str
    state: str
    insured_digest: str
    event: str
    on: date
    place: str
    school_code: str


def plain_place(text: str) -> str:
    """The place without spaces, punctuation, and ways of writing a figure or a letter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def same_place(one: str, other: str) -> bool:
    """The same words, or the shorter ones within the longer (`岳麓区新民小学操场` in `长沙市岳麓区新民小学操场`). Plain texts."""
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) >= _TELLING and shorter in longer)


def told_twice(mine: Accident, others: Iterable[Accident], days: int) -> tuple[SameAccident, ...]:
    """Other claims of the same child that may tell of the same event: of one kind, on the same day, or so few `days` apart at the
    same place. Withdrawn ones count for nothing."""
    return tuple(
        SameAccident(other.claim_id, other.state, abs((other.on - mine.on).days))
        for other in others
        if other.claim_id != mine.claim_id
        and other.state != "withdrawn"
        and (other.insured_digest, other.event) == (mine.insured_digest, mine.event)
        and _is_near(mine, other, days)
    )


def _is_near(mine: Accident, other: Accident, days: int) -> bool:
    return mine.on == other.on or (abs((other.on - mine.on).days) <= days and same_place(mine.place, other.place))


def one_accident(mine: str, same_as: Mapping[str, str]) -> set[str]:
    """Other claims of one accident, as adjusters confirmed it: `same_as` says of some which claim they tell it again of."""
    found, size = {mine}, 0
    while size < len(found):
        size = len(found)
        found |= {claim for pair in same_as.items() if found & set(pair) for claim in pair}
    return found - {mine}


def why_linked(one: Accident, other: Accident) -> Why | None:
    """Whether two claims may be of one event (a bus, a canteen): other children, one day, one place or one school. A suggestion:
    an adjuster links them."""
    if one.insured_digest == other.insured_digest or one.on != other.on or "withdrawn" in (one.state, other.state):
        return None
    if one.place and same_place(one.place, other.place) and len(min(one.place, other.place, key=len)) >= _TELLING:
        return "same_place"
    return "same_school" if one.school_code and one.school_code == other.school_code else None
