"""Complaints (投诉): the published record of the complaint process, its only writer."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class Complaint(SQLModel, table=True):
    """`region` and the days are for the authority's count, which sees nothing else. `due_on`: the last day for the answer;
    `due_at`: the end of whatever the insurer must do next, None while nothing is."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_subject_created", "subject", "created_at", "complaint_id"),
        Index("ix_complaints_insurer_created", "insurer_code", "created_at", "complaint_id"),
        Index("ix_complaints_insurer_due", "insurer_code", "due_at", "complaint_id", postgresql_where="due_at IS NOT NULL"),
        Index("ix_complaints_received", "received_on"),
    )  # fmt: skip

    complaint_id: str = Field(primary_key=True, max_length=64)
    # the claim's id, or the policy's number
    about: str = Field(max_length=64, index=True)
    policy_no: str = Field(max_length=64)
    claim_id: str | None = Field(default=None, max_length=64)
    insurer_code: str = Field(max_length=32)
    subject: str = Field(max_length=128)
    region: str = Field(max_length=6)
    kind: str = Field(max_length=16)
    state: str = Field(max_length=32)
    seq: int = 0
    handler: str | None = Field(default=None, max_length=128)
    received_on: date
    due_on: date
    answered_on: date | None = None
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    # the whole complaint with its words (insurance/rules/complaints.py)
    case: Document = Field(sa_column=document())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
