"""Purchases (投保): the published record of the purchase process, its only writer."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, fen, instant


class Purchase(SQLModel, table=True):
    __tablename__ = "purchases"
    __table_args__ = (
        Index("ix_purchases_subject_created", "subject", "created_at"),
        Index(
            "ix_purchases_in_flight",
            "insurer_code",
            "updated_at",
            postgresql_where="state IN ('submitted', 'underwriting')",
        ),
        # paid and not issued yet: what is due (api/routes/due_policies.py)
        Index("ix_purchases_paid", "paid_at", "purchase_id", postgresql_where="state = 'paid'"),
        # what is being bought for a child; those that are paid count for its cap (activities/known_cover.py)
        Index(
            "ix_purchases_unfinished",
            "insured_digest",
            postgresql_where="state IN ('queued', 'submitted', 'underwriting', 'awaiting_payment', 'paid')",
        ),
    )

    purchase_id: str = Field(primary_key=True, max_length=64)
    subject: str = Field(max_length=128)
    insurer_code: str = Field(max_length=32)
    product_id: str = Field(max_length=64)
    state: str = Field(max_length=32)
    # the process's own count of what it published: an older record never overwrites a newer one
    seq: int = 0
    application: Document = Field(sa_column=document())
    # what was said at submission and did not stop it, and each text that was agreed to, when and where (银保监发〔2020〕26号):
    # {"warnings": [...], "agreed": {"page_version", "device", "items": [{"document_id", "version", "sha256", "agreed_at",
    # "agreed_at_is": "ticked" | "submitted"}]}}
    notes: Document | None = Field(default=None, sa_column=document(nullable=True))
    # as in policies, and the death cover that was accepted: both count for the child's next application once it is paid
    insured_digest: str | None = Field(default=None, max_length=64)
    death_cover_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    premium_fen: int = Field(sa_column=fen())
    payment_url: str | None = None
    out_trade_no: str | None = Field(default=None, max_length=64)
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    paid_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    refunded_fen: int = Field(default=0, sa_column=fen())
    # money on its way back, payment by payment: {"items": [{"amount_fen", "paid_at", "why", "waits_for"}]}
    returning: Document | None = Field(default=None, sa_column=document(nullable=True))
    effective_date: date | None = None
    policy_no: str | None = Field(default=None, max_length=64)
    reason_code: str | None = Field(default=None, max_length=64)
    reason: str | None = None
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
