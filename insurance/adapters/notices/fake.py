"""A receiver of notices in memory: `received` holds each notice once, however often it was sent; `faults` takes `send`."""

from insurance.adapters.faults import Faults
from insurance.adapters.ports import Notice, NoticesUnavailable, Refused


class FakeNotices:
    def __init__(self, *, timeout_seconds: float = 5.0) -> None:
        self.received: dict[str, Notice] = {}
        self.faults = Faults(NoticesUnavailable, Refused, timeout_seconds)

    async def send(self, notice: Notice) -> None:
        self.faults.run("send", lambda: self.received.setdefault(notice.notice_id, notice))
