"""The queue of purchases (投保排队) at the peak of September: who waits for which insurer, in a fair order."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class QueuedPurchase(SQLModel, table=True):
    """`turn` is a round in which each parent has one place: who applies for ten children does not keep others waiting. Within a
    round the earlier one goes first (`place`)."""

    __tablename__ = "purchase_queue"
    __table_args__ = (
        Index("ix_purchase_queue_order", "insurer_code", "turn", "place"),
        Index("ix_purchase_queue_subject", "insurer_code", "subject"),
    )

    purchase_id: str = Field(primary_key=True, max_length=64)
    insurer_code: str = Field(max_length=32)
    subject: str = Field(max_length=128)
    turn: int = Field(sa_column=Column(BigInteger, nullable=False))
    place: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), nullable=False))
    # what its process starts with
    purchase_order: Document = Field(sa_column=document())
    created_at: datetime = Field(sa_column=instant())


class PurchaseAdmission(SQLModel, table=True):
    """How many may begin with an insurer at once, as of `at`: the rate is one, however many workers there are. `pace`: how many began in
    a second lately, while others waited; null when that is not known."""

    __tablename__ = "purchase_admission"

    insurer_code: str = Field(primary_key=True, max_length=32)
    tokens: float
    pace: float | None = Field(default=None)
    at: datetime = Field(sa_column=instant())
