"""The simulators' clock: Unix seconds inside, Beijing's time on the wire."""

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def now() -> float:
    return datetime.now(UTC).timestamp()


def beijing(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, BEIJING)


def gateway_time(instant: float) -> str:
    return f"{beijing(instant):%Y-%m-%d %H:%M:%S}"
