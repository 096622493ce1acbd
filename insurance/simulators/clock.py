"""The simulators' clock: Unix seconds inside, Beijing's time on the wire.

It is this machine's, unless whoever runs simulators in a process of its own (`xueping bench month`) gives them another.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
# another clock can jump over what somebody waits for: nobody then sleeps for longer than this
JUMPING_LOOK_SECONDS = 0.1

_other: Callable[[], datetime] | None = None


def follow(clock: Callable[[], datetime] | None) -> None:
    """Every simulator of this process goes by `clock` from now on; None: by the machine's again."""
    global _other
    _other = clock


def now() -> float:
    return (_other() if _other else datetime.now(UTC)).timestamp()


def until(instant: float) -> float:
    """Seconds to sleep before looking whether `instant` has come."""
    left = max(0.0, instant - now())
    return min(left, JUMPING_LOOK_SECONDS) if _other else left


def beijing(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, BEIJING)


def gateway_time(instant: float) -> str:
    return f"{beijing(instant):%Y-%m-%d %H:%M:%S}"
