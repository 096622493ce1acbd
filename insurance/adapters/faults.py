"""Misbehaviour of the fakes: what goes wrong at the other side, in which operation, how often.

The same words as the simulators' control endpoint (docs/simulators.md), so that one contract suite drives both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from insurance.adapters.ports import Refused, Unavailable

Answer = TypeVar("Answer")
Mode = Literal["slow", "down", "refuse", "lose_answer"]


@dataclass
class Fault:
    operation: str
    mode: Mode
    times: int
    seconds: float = 0.0
    code: str = "refused"


@dataclass
class Faults:
    """`run` acts as the faults that are set say, each of them `times` times; `*` stands for every operation."""

    unavailable: type[Unavailable]
    refused: type[Refused]
    timeout_seconds: float
    pending: list[Fault] = field(default_factory=list)

    def add(self, operation: str, mode: Mode, *, times: int = 1, seconds: float = 0.0, code: str = "refused") -> None:
        self.pending.append(Fault(operation, mode, times, seconds, code))

    def clear(self) -> None:
        self.pending.clear()

    def run(self, operation: str, act: Callable[[], Answer]) -> Answer:
        fault = self._take(operation)
        if fault is None:
            return act()
        match fault.mode:
            case "down":
                raise self.unavailable("down")
            case "refuse":
                raise self.refused(fault.code)
            case "lose_answer":
                act()
                raise self.unavailable("answer lost")
            case "slow":
                answer = act()
                if fault.seconds >= self.timeout_seconds:
                    raise self.unavailable("timeout")
                return answer

    def _take(self, operation: str) -> Fault | None:
        for fault in self.pending:
            if fault.operation in (operation, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self.pending.remove(fault)
                return fault
        return None


@dataclass
class Answers:
    """What was answered to each key: the same key has one effect and one answer, with another request it is refused."""

    refused: type[Refused]
    given: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)

    def once(self, operation: str, key: str, request: Any, act: Callable[[], Answer]) -> Answer:
        if (operation, key) in self.given:
            earlier, answer = self.given[operation, key]
            if earlier != request:
                raise self.refused("key_reused")
            return answer  # type: ignore[no-any-return]
        answer = act()
        self.given[operation, key] = (request, answer)
        return answer
