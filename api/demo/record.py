"""What a walk compared: every step with what it had to be, what it was, and how long it took."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Unit = Literal["fen"] | None


class WalkFailed(Exception):
    """A walk that can't go on; the text is one line for a person."""


@dataclass(frozen=True)
class Step:
    """`expected` and `got` are JSON values; sums in fen when `unit` says so. `seconds` since the step before."""

    step: str
    expected: Any
    got: Any
    ok: bool
    seconds: float
    unit: Unit = None


@dataclass
class Record:
    """The steps of one walk, in order. `tell` hears each as it is added."""

    walk: str
    title: str
    tell: Callable[[Step], None] = lambda _step: None
    steps: list[Step] = field(default_factory=list)
    _began: float = field(default_factory=time.perf_counter)
    _last: float = field(default_factory=time.perf_counter)

    def same(self, step: str, expected: Any, got: Any) -> bool:
        """Equal, and of the same kind: `True` is not `1`."""
        return self._add(step, expected, got, _same(expected, got), None)

    def fen(self, step: str, expected: int, got: Any) -> bool:
        """Equal sums of money, both whole fen."""
        return self._add(step, expected, got, type(got) is int and got == expected, "fen")

    def failed(self, step: str, why: str) -> None:
        """Something that had to happen and did not."""
        self._add(step, None, why, False, None)

    @property
    def ok(self) -> bool:
        """A walk that compared nothing has shown nothing."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    @property
    def seconds(self) -> float:
        return round(self._last - self._began, 3)

    def document(self) -> dict[str, Any]:
        steps = [asdict(step) for step in self.steps]
        return {"walk": self.walk, "title": self.title, "ok": self.ok, "seconds": self.seconds, "steps": steps}

    def _add(self, step: str, expected: Any, got: Any, ok: bool, unit: Unit) -> bool:
        now = time.perf_counter()
        added = Step(step, expected, got, ok, round(now - self._last, 3), unit)
        self._last = now
        self.steps.append(added)
        self.tell(added)
        return ok


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_same, expected, got))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(_same(expected[name], got[name]) for name in expected)
    return type(expected) is type(got) and bool(expected == got)
