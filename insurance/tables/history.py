"""The history of every process (操作记录): who did what, when and why, each entry chained to the one before by its hash
(insurance/rules/chain.py). Triggers of the database refuse UPDATE, DELETE and TRUNCATE."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import instant


class HistoryEntry(SQLModel, table=True):
    __tablename__ = "history"
    # an event is told once, however often its record is published
    __table_args__ = (
        Index("ix_history_told", "process_id", "seq", "at", unique=True),
        Index("ix_history_takers", "by", postgresql_where="event = 'review_taken'"),
    )

    process_id: str = Field(primary_key=True, max_length=64)
    # 1, 2, … without gaps within the process
    number: int = Field(primary_key=True)
    # the event's own number in the timeline; a superseded event has the same one as what took its place
    seq: int
    event: str = Field(max_length=48)
    by: str = Field(max_length=160)
    text: str
    # why, in the words of whoever acted; for staff alone
    reason: str | None = None
    at: datetime = Field(sa_column=instant())
    # the database's own time
    recorded_at: datetime = Field(sa_column=instant())
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
