"""Where an interleaving's choices come from: a number that makes them, or a script of them that can be made shorter."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.interleavings.server import Move

# how often, of forty steps, what goes on by itself, people, the calendar
_WEIGHTS = {"machine": 26, "people": 13, "time": 1}


@dataclass
class Chosen:
    """One step, by its label, and what was picked within it."""

    label: str
    picks: list[int] = field(default_factory=list)


Script = Sequence[Chosen]
Moves = Mapping[str, Callable[[], Sequence[Move]]]


class Choices(Protocol):
    made: list[Chosen]

    def next(self, moves: Moves) -> Move | None:
        """What happens next, by who could do it; None when there is nothing more to choose."""
        ...

    def pick(self, count: int) -> int:
        """Within the step: a number below `count`."""
        ...


class Seeded:
    """The same choices for the same number."""

    def __init__(self, seed: int, steps: int) -> None:
        self.made: list[Chosen] = [Chosen("begin")]
        self._random = random.Random(seed)
        self._left = steps

    def next(self, moves: Moves) -> Move | None:
        while self._left:
            self._left -= 1
            who = self._random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            if possible := moves[who]():
                move = self._random.choice(possible)
                self.made.append(Chosen(move.label))
                return move
        return None

    def pick(self, count: int) -> int:
        self.made[-1].picks.append(self._random.randrange(count))
        return self.made[-1].picks[-1]


class Scripted:
    """What can't be done any more is left out."""

    def __init__(self, script: Script) -> None:
        self.made: list[Chosen] = []
        self._left = list(script)
        self._take(self._left.pop(0))

    def next(self, moves: Moves) -> Move | None:
        possible = {move.label: move for some in moves.values() for move in some()}
        while self._left:
            chosen = self._left.pop(0)
            if chosen.label in possible:
                self._take(chosen)
                return possible[chosen.label]
        return None

    def pick(self, count: int) -> int:
        number = next(self._picks, 0) % count
        self.made[-1].picks.append(number)
        return number

    def _take(self, chosen: Chosen) -> None:
        self.made.append(Chosen(chosen.label))
        self._picks = iter(chosen.picks)


def shortened(script: Script, still_fails: Callable[[Script], bool], tries: int) -> Script:
    """Fewer steps, with smaller picks, after which the same still happens."""
    best, size = list(script), len(script) // 2
    while size and tries:
        shorter = None
        for shorter in _without(best, size):
            tries -= 1
            if tries <= 0 or still_fails(shorter):
                break
        else:
            size //= 2
            continue
        if tries > 0 and shorter is not None:
            best = shorter
        size = min(size, len(best) // 2)
    for simpler in _simpler(best):
        if tries > 0 and still_fails(simpler):
            best = simpler
        tries -= 1
    return best


def _without(script: list[Chosen], size: int) -> Iterator[list[Chosen]]:
    # the first entry is the world's own
    for start in reversed(range(1, len(script), size)):
        yield script[:start] + script[start + size :]


def _simpler(script: list[Chosen]) -> Iterator[list[Chosen]]:
    for place, chosen in enumerate(script):
        if any(chosen.picks):
            yield [*script[:place], Chosen(chosen.label), *script[place + 1 :]]
