"""Surrenders (退保): the published record of the surrender process, its only writer."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, fen, instant


class Surrender(SQLModel, table=True):
    __tablename__ = "surrenders"
    __table_args__ = (
        Index(
            "ix_surrenders_due",
            "refund_due_on",
            "surrender_id",
            postgresql_where="state IN ('confirmed', 'terminated', 'payee_needed')",
        ),
    )

    surrender_id: str = Field(primary_key=True, max_length=64)
    policy_no: str = Field(max_length=64, index=True)
    subject: str = Field(max_length=128, index=True)
    insurer_code: str = Field(max_length=32)
    state: str = Field(max_length=32)
    seq: int = 0
    reason: str = Field(max_length=32)
    comment: str = ""
    # {"refund_fen", "steps", "requested_on", "cover_ends_on" or None when it never covered}, and as long as
    # an account takes its part in the refund "waits_for": account | gateway
    quote: Document = Field(sa_column=document())
    refund_fen: int = Field(sa_column=fen())
    quote_expires_at: datetime = Field(sa_column=instant())
    cover_ends_on: date
    refund_due_on: date | None = None
    confirmation_no: str | None = Field(default=None, max_length=64)
    rejected_code: str | None = Field(default=None, max_length=64)
    refunded_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
