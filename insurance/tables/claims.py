"""Claims (理赔): the published record of the claim process, its only writer."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, fen, instant


class Claim(SQLModel, table=True):
    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_subject_created", "subject", "created_at"),
        Index("ix_claims_insurer_created", "insurer_code", "created_at"),
        Index("ix_claims_insurer_due", "insurer_code", "due_at", "claim_id", postgresql_where="due_at IS NOT NULL"),
    )

    claim_id: str = Field(primary_key=True, max_length=64)
    policy_no: str = Field(max_length=64, index=True)
    subject: str = Field(max_length=128)
    insurer_code: str = Field(max_length=32)
    report_no: str | None = Field(default=None, max_length=64)
    state: str = Field(max_length=32)
    seq: int = 0
    # an open claim keeps its policy from being surrendered
    open: bool = True
    # the whole case as its process knows it (workflows/claim_case.py), without documents and receipts, which have rows of their own
    case: Document = Field(sa_column=document())
    payable_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    # the clock that staff must keep next, and from when on it is broken; None while none runs
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    due_clock: str | None = Field(default=None, max_length=32)
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
