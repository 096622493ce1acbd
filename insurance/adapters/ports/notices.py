"""Notices to people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Notice:
    """A message to a person, without personal data in it: `subject` is their id, `text` is Chinese, short, kind."""

    notice_id: str
    subject: str
    kind: str
    text: str
    about: str
    at: datetime


class Notices(Protocol):
    async def send(self, notice: Notice) -> None:
        """Deliver at least once; the receiver drops repeats by `notice_id`. Raises `NoticesUnavailable`."""
        ...
