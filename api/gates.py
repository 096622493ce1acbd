"""How many purchases go straight in with an insurer before the next ones wait in turn."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """How many purchases went straight in lately. Several API processes have one each: the rate is the insurer's, and the queue
    keeps it exactly."""

    tokens: float
    at: float


@dataclass
class Gates:
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def lets_in(self, insurer_code: str, rate: float) -> bool:
        now, most = asyncio.get_running_loop().time(), max(rate, 1.0)
        bucket = self.buckets.setdefault(insurer_code, Bucket(most, now))
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
