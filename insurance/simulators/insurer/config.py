"""The insurer simulator's configuration: `{"insurers": {code: {key_id, secret, callback_url}}, "underwriting_seconds": [0.2, 0.5]}`.

Optional: `manual_underwriting_seconds` (1), `slow_underwriting_seconds` (8), `proposal_valid_days` (60), `callback_retry_seconds`.
"""

from dataclasses import dataclass, field
from typing import Any

from insurance.simulators.process import ConfigWrong, seconds, text


@dataclass(frozen=True)
class InsurerConfig:
    key_id: str
    secret: bytes = field(repr=False)
    callback_url: str = ""


@dataclass(frozen=True)
class Config:
    """Underwriting takes a time between the two `underwriting_seconds`, by a person `manual_seconds` more."""

    insurers: dict[str, InsurerConfig]
    underwriting_seconds: tuple[float, float]
    manual_seconds: float
    slow_seconds: float
    proposal_valid_seconds: float
    callback_retry_seconds: list[float]


def read_config(config: dict[str, Any]) -> Config:
    insurers = config.get("insurers")
    if not isinstance(insurers, dict) or not insurers:
        raise ConfigWrong("insurers must name at least one insurer")
    span = seconds(config, "underwriting_seconds", [0.2, 0.5])
    return Config(
        insurers={
            code: InsurerConfig(text(one, "key_id"), text(one, "secret").encode(), text(one, "callback_url"))
            for code, one in insurers.items()
        },
        underwriting_seconds=(min(span), max(span)),
        manual_seconds=float(config.get("manual_underwriting_seconds", 1)),
        slow_seconds=float(config.get("slow_underwriting_seconds", 8)),
        proposal_valid_seconds=float(config.get("proposal_valid_days", 60)) * 86_400,
        callback_retry_seconds=seconds(config, "callback_retry_seconds", [1, 2, 5, 10, 30, 60]),
    )
