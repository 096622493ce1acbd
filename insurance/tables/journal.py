"""What happened and what is to be told: timeline events, the outbox of notices, incoming callbacks, reads of personal data."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import instant


class Event(SQLModel, table=True):
    """One line of a case's timeline. `by` is a role and, for staff, their id; `text` is Chinese for the family."""

    __tablename__ = "events"

    process_id: str = Field(primary_key=True, max_length=64)
    seq: int = Field(primary_key=True)
    event: str = Field(max_length=48)
    by: str = Field(max_length=160)
    text: str
    at: datetime = Field(sa_column=instant())
    # the file that it is about, so that a page can show what became of each
    document_id: str | None = Field(default=None, max_length=64)


class OutboxNotice(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unsent", "created_at", postgresql_where="sent_at IS NULL"),)

    notice_id: str = Field(primary_key=True, max_length=128)
    subject: str = Field(max_length=128)
    kind: str = Field(max_length=48)
    about: str = Field(max_length=64)
    text: str
    created_at: datetime = Field(sa_column=instant())
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Callback(SQLModel, table=True):
    """A verified message from outside, stored once and then applied; `applied_at` is set when its process has it."""

    __tablename__ = "callbacks"

    source: str = Field(primary_key=True, max_length=48)
    event_id: str = Field(primary_key=True, max_length=128)
    process_id: str = Field(max_length=64)
    received_at: datetime = Field(sa_column=instant())
    applied_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class PersonalDataRead(SQLModel, table=True):
    """Who read whose unmasked data, and for which work (未成年人网络保护条例 36)."""

    __tablename__ = "personal_data_reads"

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=128)
    role: str = Field(max_length=16)
    object_id: str = Field(max_length=64, index=True)
    purpose: str = Field(max_length=64)
    at: datetime = Field(sa_column=instant())
