"""Corrections of policies (保全): the published record of the correction process, its only writer."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class PolicyCorrection(SQLModel, table=True):
    __tablename__ = "corrections"
    __table_args__ = (
        Index("ix_corrections_policy_created", "policy_no", "created_at"),
        Index("ix_corrections_due", "due_on", "correction_id", postgresql_where="state IN ('submitted', 'confirming')"),
    )

    correction_id: str = Field(primary_key=True, max_length=64)
    policy_no: str = Field(max_length=64)
    subject: str = Field(max_length=128)
    insurer_code: str = Field(max_length=32)
    state: str = Field(max_length=32)
    # the process's own count of what it published: an older record never overwrites a newer one
    seq: int = 0
    changes: Document = Field(sa_column=document())  # {"changes": [{"field", "old", "new"}]}
    reason: str = ""
    # the last working day for the insurer's answer
    due_on: date
    endorsement_no: str | None = Field(default=None, max_length=64)
    declined_code: str | None = Field(default=None, max_length=64)
    declined_reason: str | None = None
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
