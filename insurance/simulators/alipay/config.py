"""The gateway simulator's configuration: `{"app_id", "app_public_key": PEM, "gateway_private_key": PEM, "notify_retry_seconds": [..],
"bill_ready_hours": 9}`."""

from dataclasses import dataclass
from typing import Any

from insurance.simulators.alipay.signing import Keys
from insurance.simulators.process import hours, seconds, text


@dataclass(frozen=True)
class Config:
    app_id: str
    keys: Keys
    notify_retry_seconds: list[float]
    # after the end of its day
    bill_ready_hours: float


def read_config(config: dict[str, Any]) -> Config:
    return Config(
        app_id=text(config, "app_id"),
        keys=Keys.load(text(config, "app_public_key"), text(config, "gateway_private_key")),
        notify_retry_seconds=seconds(config, "notify_retry_seconds", [1, 2, 5, 10, 30, 60]),
        bill_ready_hours=hours(config, "bill_ready_hours", 9),
    )
