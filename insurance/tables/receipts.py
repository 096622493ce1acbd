"""Receipts (医疗收费票据) as read and as corrected. A correction keeps the old value, the new one, the reason and the person."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, hashes, instant


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
    checks: Document = Field(sa_column=document())  # {"checks": [...]}, and what they are made from again
    category: str = Field(max_length=16)
    social_insurance_settled: bool = False
    seq: int = 0


class ReceiptMark(SQLModel, table=True):
    """By what a receipt is known again in any claim: its number as it counts now, and its likeness (rules/receipts/likeness.py).

    Assessing a claim is the only writer. Apart from `receipts` because it is committed before others' marks are looked for, so
    that of two claims with one receipt the later look finds the other without a lock on either.

    `keys` are few exact keys in a GIN index: a look-alike is found by any shared one (`&&`), which costs a dozen index
    descents however many receipts there are. A table of (key, receipt) would hold ten times as many rows, and signatures of
    MinHash would miss by chance what exact keys find.
    """

    __tablename__ = "receipt_marks"
    __table_args__ = (
        Index("ix_receipt_marks_bill_no", "bill_no"),
        # without a list of entries to be sorted in later, which every search would have to read
        Index("ix_receipt_marks_keys", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    receipt_id: str = Field(primary_key=True, max_length=64)
    claim_id: str = Field(max_length=64, index=True)
    bill_code: str | None = Field(default=None, max_length=32)
    bill_no: str | None = Field(default=None, max_length=32)
    bill_no_proved: bool = False
    check_code: str | None = Field(default=None, max_length=32)
    date: str | None = Field(default=None, max_length=10)
    total: str | None = Field(default=None, max_length=32)
    numbers: list[int] = Field(sa_column=hashes())
    sums: list[int] = Field(sa_column=hashes())
    keys: list[int] = Field(sa_column=hashes())


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
