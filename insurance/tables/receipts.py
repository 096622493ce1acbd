"""Receipts (医疗收费票据) as read and as corrected. A correction keeps the old value, the new one, the reason and the person."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class Receipt(SQLModel, table=True):
    """`fields` are what counts, corrected where somebody did so; `read_fields` are what the reader saw and never change."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_bill", "bill_no", "bill_code"),)

    receipt_id: str = Field(primary_key=True, max_length=64)
    claim_id: str = Field(max_length=64, index=True)
    document_id: str = Field(max_length=64)
    # position among the receipts of one document
    ordinal: int = 0
    bill_code: str | None = Field(default=None, max_length=32)
    bill_no: str | None = Field(default=None, max_length=32)
    fields: Document = Field(sa_column=document())
    read_fields: Document = Field(sa_column=document())
    confidence: Document = Field(sa_column=document())
    boxes: Document = Field(sa_column=document())
    checks: Document = Field(sa_column=document())  # {"checks": [...]}
    category: str = Field(max_length=16)
    social_insurance_settled: bool = False
    seq: int = 0


class Amendment(SQLModel, table=True):
    __tablename__ = "amendments"

    receipt_id: str = Field(primary_key=True, max_length=64)
    seq: int = Field(primary_key=True)
    field: str = Field(primary_key=True, max_length=32)
    old: Document = Field(sa_column=document())  # {"value": ...}
    new: Document = Field(sa_column=document())
    reason: str
    person: str = Field(max_length=128)
    at: datetime = Field(sa_column=instant())
