"""Folders of labelled receipts to judge a reader by. Equal seeds give equal files where the same fonts are installed."""

from collections.abc import Callable, Iterator

from insurance.simulators.receipts.dev import dev
from insurance.simulators.receipts.fresh import fresh
from insurance.simulators.receipts.held_out import held_out
from insurance.simulators.receipts.known import known
from insurance.simulators.receipts.labelled import Labelled
from insurance.simulators.receipts.marks import marks
from insurance.simulators.receipts.rounds import round_1, round_2, round_3, round_4, round_5, round_6
from insurance.simulators.receipts.unseen import unseen

# group: how `count` files of it are drawn from a seed
GROUPS: dict[str, Callable[[int, int], Iterator[Labelled]]] = {
    "known": known,
    "dev": dev,
    "marks": marks,
    "held_out": held_out,
    "unseen": unseen,
    "fresh": fresh,
    "round_1": round_1,
    "round_2": round_2,
    "round_3": round_3,
    "round_4": round_4,
    "round_5": round_5,
    "round_6": round_6,
}


def corpus(count: int, seed: int, only: str | None = None) -> Iterator[Labelled]:
    """`count` files of the group `only`, or shared out among all groups. Raises KeyError for a group that is not there."""
    names = [only] if only else list(GROUPS)
    for i, name in enumerate(names):
        share = count // len(names) + (i < count % len(names))
        yield from GROUPS[name](share, seed)
