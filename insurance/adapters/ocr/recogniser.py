"""Crops of lines to text: one session of the recognition model, asked by several threads at once.

A session on one core for each batch keeps both cores busy; one session on two cores waits at every layer.
"""

import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from insurance.adapters.ocr.crops import LINE_HEIGHT
from insurance.adapters.ocr.lost import lost_places

Array = np.ndarray[Any, Any]

_BATCH = 4
# narrower pictures are padded to this, as the model was trained: with less it is surer of what it misreads
_MIN_WIDTH = 320
# of a character that is not beyond doubt, so many next guesses are kept
_NO_DOUBT, _NEXT_GUESSES = 0.97, 5


@dataclass(frozen=True)
class Guess:
    """The text of a line, how sure each of its characters is (0-1), and for each the next best guesses, best first, with the
    chance of the first of them."""

    text: str
    scores: tuple[float, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()

    @property
    def score(self) -> float:
        """That of the least sure character: one wrong digit makes a sum wrong."""
        return min(self.scores, default=0.0)


_NOTHING = Guess("")


class Recogniser:
    def __init__(self, session: Any, characters: Sequence[str], threads: int) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._characters = characters
        self._twins = _twins(characters)
        self._wide = np.array(["\u3400" <= c <= "\u9fff" for c in characters])
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="recogniser")

    def read(self, crops: Sequence[Array]) -> list[Guess]:
        """What each crop says (`LINE_HEIGHT` high, BGR)."""
        order = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1])
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        answers = [_NOTHING] * len(crops)
        for batch, guesses in zip(
            batches, self._threads.map(lambda b: self._guess([crops[i] for i in b]), batches), strict=True
        ):
            for i, guess in zip(batch, guesses, strict=True):
                answers[i] = guess
        return answers

    def _guess(self, crops: Sequence[Array]) -> list[Guess]:
        width = max(_MIN_WIDTH, *(crop.shape[1] for crop in crops))
        batch = np.zeros((len(crops), 3, LINE_HEIGHT, width), np.float32)
        for i, crop in enumerate(crops):
            batch[i, :, :, : crop.shape[1]] = crop.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1)
        (chances,) = self._session.run(None, {self._input: batch})
        step = width / chances.shape[1]
        return [self._decode(line, crop, step) for line, crop in zip(chances, crops, strict=True)]

    def _decode(self, guess: Array, crop: Array, step: float) -> Guess:
        """Greedy CTC, and the best guess where a character was passed over."""
        best = guess.argmax(axis=1)
        keep = best != 0
        keep[1:] &= best[1:] != best[:-1]
        places = [int(place) for place in np.flatnonzero(keep)]
        if not places:
            return _NOTHING
        taken = {place: guess[place].copy() for place in places}
        wide = [bool(self._wide[best[place]]) for place in places]
        for start, end in lost_places(places, wide, crop, step):
            row = guess[start : end + 1].max(axis=0) * self._wide
            row[[best[p] for p in places if start - 8 < p < end + 8]] = 0
            taken[start] = row
        return self._characters_of(np.stack([taken[place] for place in sorted(taken)]))

    def _characters_of(self, steps: Array) -> Guess:
        rows = np.arange(len(steps))
        first = steps.argmax(axis=1)
        scores = steps[rows, first]
        steps[rows, first] = 0
        steps[:, 0] = 0
        # the same sign in its other width (: and ：, ¥ and ￥) is the same reading
        twins = self._twins[first]
        scores = scores + np.where(twins > 0, steps[rows, twins], 0)
        steps[rows, twins] = 0
        chances = steps.max(axis=1)
        return Guess(
            "".join(self._characters[i] for i in first),
            tuple(round(min(float(s), 1.0), 3) for s in scores),
            tuple(
                (self._next(row, 1 if score >= _NO_DOUBT else _NEXT_GUESSES), round(float(chance), 3))
                for row, score, chance in zip(steps, scores, chances, strict=True)
            ),
        )

    def _next(self, row: Array, count: int) -> str:
        if count == 1:
            return self._characters[int(row.argmax())]
        best = np.argpartition(-row, min(count, len(row) - 1))[:count]
        return "".join(self._characters[i] for i in best[np.argsort(-row[best])] if row[i] > 0)


def _twins(characters: Sequence[str]) -> Array:
    """For each character the place of its full- or half-width twin, 0 where it has none."""
    place = {character: i for i, character in enumerate(characters)}
    twins = np.zeros(len(characters), np.int64)
    for i, character in enumerate(characters):
        other = place.get(unicodedata.normalize("NFKC", character), i)
        if other != i and len(character) == 1:
            twins[i], twins[other] = other, i
    return twins
