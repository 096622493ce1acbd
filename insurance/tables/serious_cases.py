"""Serious cases (大案): the published record of their process, its only writer; and what schools note on them."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class SeriousCase(SQLModel, table=True):
    """`school_code` is set only where the family allowed that the school is told; `child` is the masked name."""

    __tablename__ = "serious_cases"
    __table_args__ = (
        Index("ix_serious_cases_insurer", "insurer_code", "created_at", "case_id"),
        Index("ix_serious_cases_school", "school_code", "created_at", "case_id"),
    )

    case_id: str = Field(primary_key=True, max_length=64)
    claim_id: str = Field(max_length=64, index=True)
    insurer_code: str = Field(max_length=32)
    state: str = Field(max_length=32)
    seq: int = 0
    school_code: str | None = Field(default=None, max_length=64)
    child: str = Field(max_length=64)
    class_name: str = Field(max_length=100)
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    # the whole case as its process knows it (insurance/rules/serious.py)
    case: Document = Field(sa_column=document())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class CaseNote(SQLModel, table=True):
    """What a school, or an adjuster, wrote on a case."""

    __tablename__ = "case_notes"
    __table_args__ = (Index("ix_case_notes_case", "case_id", "created_at", "note_id"),)

    note_id: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(max_length=64)
    role: str = Field(max_length=16)
    subject: str = Field(max_length=128)
    text: str
    created_at: datetime = Field(sa_column=instant())
