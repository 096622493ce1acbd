"""Misbehaviour on demand: faults that a test sets at the control endpoint. They live in memory: a restart forgets them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

REQUEST_MODES = frozenset({"slow", "down", "refuse", "lose_answer"})
NOTICE_MODES = frozenset({"duplicate_notice", "late_notice", "no_notice"})


class LostAnswer(Response):
    """The connection breaks before the answer is whole: the caller can't know what was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})


@dataclass
class Fault:
    """`operation` `*` is every one; `times` None lasts until faults are cleared; `seconds` for slow and late_notice."""

    operation: str
    mode: str
    times: int | None = 1
    seconds: float = 1.0
    code: str | None = None


@dataclass(frozen=True)
class NoticePlan:
    """How one notice will be sent."""

    copies: int = 1
    delay_seconds: float = 0.0
    held: bool = False


@dataclass
class Faults:
    operations: frozenset[str]
    pending: list[Fault] = field(default_factory=list)

    def add(self, body: Any) -> Fault:
        """Raises `ValueError` with what is wrong, and `TypeError` for a field that a fault doesn't have."""
        fault = Fault(**body)
        if fault.operation != "*" and fault.operation not in self.operations:
            raise ValueError(f"operation must be * or one of {sorted(self.operations)}")
        if fault.mode not in REQUEST_MODES | NOTICE_MODES:
            raise ValueError(f"mode must be one of {sorted(REQUEST_MODES | NOTICE_MODES)}")
        if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
            raise ValueError("times must be a whole number from 1, or null")
        if not isinstance(fault.seconds, int | float) or not 0 <= fault.seconds <= 86_400:
            raise ValueError("seconds must be a number from 0 to 86400")
        if fault.code is not None and not isinstance(fault.code, str):
            raise ValueError("code must be a text")
        self.pending.append(fault)
        return fault

    def shown(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.pending]

    def clear(self) -> None:
        self.pending.clear()

    async def perform(
        self, operation: str, act: Callable[[], Awaitable[Response]], refuse: Callable[[str | None], Response]
    ) -> Response:
        fault = self._take(operation, REQUEST_MODES)
        match fault.mode if fault else None:
            case "down":
                return Response(status_code=503, headers={"retry-after": "1"})
            case "refuse":
                return refuse(fault.code if fault else None)
            case "slow":
                await asyncio.sleep(fault.seconds if fault else 0)
                return await act()
            case "lose_answer":
                await act()
                return LostAnswer()
            case _:
                return await act()

    def notice_plan(self, operation: str) -> NoticePlan:
        fault = self._take(operation, NOTICE_MODES)
        match fault.mode if fault else None:
            case "duplicate_notice":
                return NoticePlan(copies=2)
            case "late_notice":
                return NoticePlan(delay_seconds=fault.seconds if fault else 0)
            case "no_notice":
                return NoticePlan(held=True)
            case _:
                return NoticePlan()

    def _take(self, operation: str, modes: frozenset[str]) -> Fault | None:
        for fault in self.pending:
            if fault.operation in (operation, "*") and fault.mode in modes:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.pending.remove(fault)
                return fault
        return None
