"""What a process has yet to say: events, notices and movements gathered until the next record is published."""

from datetime import datetime
from typing import Literal

from activities.journal import Entries, MoneyMoved, NoticeDraft, TimelineEvent
from insurance.adapters.ports import Notice


class Journal:
    """Deterministic: instants come from the caller, sequence numbers count up."""

    def __init__(self, events_before: int = 0) -> None:
        self.event_count = events_before
        self._events: list[TimelineEvent] = []
        self._notices: list[NoticeDraft] = []
        self._movements: list[MoneyMoved] = []

    def event(
        self, event: str, by: str, text: str, at: datetime, *, reason: str | None = None, document_id: str | None = None
    ) -> None:
        """`text` is for everybody who sees the case, without personal data; `reason`, why, for staff alone; `document_id`: the file that
        it is about."""
        self.event_count += 1
        self._events.append(TimelineEvent(self.event_count, event, by, text, at, reason or None, document_id))

    def tell(self, subject: str, kind: str, text: str, at: datetime) -> None:
        """A notice about the event just noted."""
        self._notices.append(NoticeDraft(f"{self.event_count}:{kind}:{len(self._notices)}", subject, kind, text, at))

    def delivered(self, notice: Notice, at: datetime) -> None:
        """A notice that the process sent by itself and that has arrived: kept with the others, not sent again."""
        key = notice.notice_id.removeprefix(f"{notice.about}:")
        self._notices.append(NoticeDraft(key, notice.subject, notice.kind, notice.text, notice.at, delivered_at=at))

    def moved(
        self,
        key: str,
        kind: Literal["premium", "refund", "payout"],
        amount_fen: int,
        trade_no: str | None,
        at: datetime,
    ) -> None:
        self._movements.append(MoneyMoved(key, kind, amount_fen, trade_no, at))

    @property
    def has_news(self) -> bool:
        return bool(self._events or self._notices or self._movements)

    def take(self) -> Entries:
        entries = Entries(tuple(self._events), tuple(self._notices), tuple(self._movements))
        self._events, self._notices, self._movements = [], [], []
        return entries
