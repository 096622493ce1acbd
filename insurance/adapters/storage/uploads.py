"""What a browser posts straight to the store: a first copy, which is dropped when the evidence is made of it, or else by the bucket."""

from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import Expiration, LifecycleConfig, NoncurrentVersionExpiration, Rule

from insurance.adapters.ports import UPLOADS

_RULE = "drop-uploads"


def only_uploads(key: str) -> None:
    """Raises `ValueError`: evidence has no way here."""
    if not key.startswith(UPLOADS):
        raise ValueError("only what was uploaded is dropped")


def is_dropping_uploads(known: LifecycleConfig) -> bool:
    return any(rule.rule_id == _RULE for rule in known.rules)


def uploads_dropped() -> LifecycleConfig:
    """The rule of a bucket that has none: what was posted yesterday gives way to a mark, and a day later it is gone."""
    ours = Rule(
        ENABLED,
        rule_filter=Filter(prefix=UPLOADS),
        rule_id=_RULE,
        expiration=Expiration(days=1),
        noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=1),
    )
    return LifecycleConfig([ours])
