"""What each family of the month will do, drawn from a seed: everything that chance decides is decided here."""

from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

# moments of a day: families in the morning and in the afternoon, then the insurer's adjusters
MORNING, AFTERNOON, DESK = 0, 1, 2
MOMENTS = 3
HOURS = (9, 14, 17)

Payment = Literal["once", "twice", "late", "never", "too_late", "not_at_all", "cancelled"]
Answer = Literal["accepts", "disputes", "silent"]
What = TypeVar("What")


@dataclass(frozen=True)
class Claim:
    """`after_days` from when the policy covers. `size`: tenths of the usual receipt. `ending`: a visible test value of the payee's
    account, `mended` by another account when it bounces."""

    after_days: int
    size: int
    ending: str
    answer: Answer
    submits: bool
    withdraws: bool


@dataclass(frozen=True)
class Story:
    """One family. `begins`: the moment (three a day) of its purchase; None: its policy was sold elsewhere, and ends within the month
    when `ends_after` (days) says so. `corrects`: the child's class. `ending`: a visible test value of the child's name."""

    number: int
    begins: int | None
    ending: str
    payment: Payment
    buyer: Literal["usual", "closed"]
    claim: Claim | None
    surrenders_after: int | None
    corrects: bool
    ends_after: int | None
    renews: bool


def draw_stories(families: int, elsewhere: int, days: int, seed: int) -> list[Story]:
    """`families` who buy, most of them in the first third, then `elsewhere` whose policies were sold elsewhere."""
    chance = Random(seed)  # noqa: S311 (the same month again for the same seed)
    bought = [_story(chance, n, days, bought=True) for n in range(families)]
    return bought + [_story(chance, families + n, days, bought=False) for n in range(elsewhere)]


def _story(chance: Random, number: int, days: int, *, bought: bool) -> Story:
    day = min(int(chance.expovariate(1 / (days / 5))), max(days - 8, 0))
    ends_after = None if bought else chance.randrange(1, days) if chance.random() < 0.6 else 200
    return Story(
        number=number,
        begins=MOMENTS * day + chance.choice((MORNING, AFTERNOON)) if bought else None,
        ending=_choose(chance, ("拒保", 1), ("待核", 2), ("断线", 2), ("重答", 1), ("漏答", 1), ("拒退", 1), ("拒单", 2), ("", 90)),
        payment=_choose(
            chance, ("once", 76), ("twice", 6), ("late", 6), ("never", 4), ("too_late", 3), ("not_at_all", 3), ("cancelled", 2)
        ),
        buyer="closed" if chance.random() < 0.1 else "usual",
        claim=_claim(chance, days) if chance.random() < 0.3 else None,
        surrenders_after=chance.randrange(0, max(days // 2, 1)) if chance.random() < 0.15 else None,
        corrects=chance.random() < 0.05,
        ends_after=ends_after,
        renews=ends_after is not None and ends_after < days and chance.random() < 0.5,
    )  # fmt: skip


def _claim(chance: Random, days: int) -> Claim:
    return Claim(
        after_days=chance.randrange(0, max(days // 2, 1)),
        size=_choose(chance, (10, 65), (5, 10), (25, 10), (60, 10), (250, 5)),
        ending=_choose(chance, ("", 86), ("9101", 3), ("9102", 4), ("9104", 3), ("9105", 4)),
        answer=_choose(chance, ("accepts", 60), ("disputes", 20), ("silent", 20)),
        submits=chance.random() > 0.04,
        withdraws=chance.random() < 0.04,
    )


def _choose(chance: Random, *weighed: tuple[What, int]) -> What:
    return chance.choices([what for what, _ in weighed], [weight for _, weight in weighed])[0]
