"""What a browser posts straight to the store: a first copy, which is dropped when the evidence is made of it, or else by the bucket."""

from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import Expiration, LifecycleConfig, NoncurrentVersionExpiration, Rule

from insurance.adapters.ports import UPLOADS

_RULE = "drop-uploads"


def only_uploads(key: str) -> None:
    """Raises `ValueError`: evidence has no way here."""
    if not key.startswith(UPLOADS):
        raise ValueError("only what was uploaded is dropped")


def with_uploads_dropped(known: LifecycleConfig | None) -> LifecycleConfig | None:
    """The bucket's rules with ours beside those of others: what was posted yesterday gives way to a mark, and a day later it is
    gone. None when it has ours."""
    rules = list(known.rules) if known else []
    if any(rule.rule_id == _RULE for rule in rules):
        return None
    ours = Rule(
        ENABLED,
        rule_filter=Filter(prefix=UPLOADS),
        rule_id=_RULE,
        expiration=Expiration(days=1),
        noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=1),
    )
    return LifecycleConfig([*rules, ours])
