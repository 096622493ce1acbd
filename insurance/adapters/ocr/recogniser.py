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

Array = np.ndarray[Any, Any]

_BATCH = 6
# narrower pictures are padded to this, as the model was trained
_MIN_WIDTH = 320


@dataclass(frozen=True)
class Guess:
    """The text of a line, how sure each of its characters is (0-1), and the next best guess for each."""

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
        return [self._decode(line) for line in chances]

    def _decode(self, guess: Array) -> Guess:
        """Greedy CTC."""
        best = guess.argmax(axis=1)
        keep = best != 0
        keep[1:] &= best[1:] != best[:-1]
        steps = guess[keep].copy()
        if not len(steps):
            return _NOTHING
        rows = np.arange(len(steps))
        first = steps.argmax(axis=1)
        scores = steps[rows, first]
        steps[rows, first] = 0
        steps[:, 0] = 0
        # the same sign in its other width (: and ：, ¥ and ￥) is the same reading
        twins = self._twins[first]
        scores = scores + np.where(twins > 0, steps[rows, twins], 0)
        steps[rows, twins] = 0
        second = steps.argmax(axis=1)
        return Guess(
            "".join(self._characters[i] for i in first),
            tuple(round(min(float(s), 1.0), 3) for s in scores),
            tuple((self._characters[i], round(float(s), 3)) for i, s in zip(second, steps[rows, second], strict=True)),
        )


def _twins(characters: Sequence[str]) -> Array:
    """For each character the place of its full- or half-width twin, 0 where it has none."""
    place = {character: i for i, character in enumerate(characters)}
    twins = np.zeros(len(characters), np.int64)
    for i, character in enumerate(characters):
        other = place.get(unicodedata.normalize("NFKC", character), i)
        if other != i and len(character) == 1:
            twins[i], twins[other] = other, i
    return twins
