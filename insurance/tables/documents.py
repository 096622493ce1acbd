"""Evidence (理赔材料): one row for each file; the bytes lie in the store, under object lock."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import Document, document, instant


class ClaimDocument(SQLModel, table=True):
    __tablename__ = "documents"

    document_id: str = Field(primary_key=True, max_length=64)
    claim_id: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=32)
    state: str = Field(max_length=16)  # received | rejected
    reason: str | None = None
    object_key: str = Field(max_length=256)
    version_id: str = Field(max_length=128)
    sha256: str = Field(max_length=64, index=True)
    size: int
    content_type: str = Field(max_length=64)
    seq: int = 0
    given_by: str = Field(default="family", max_length=160)
    received_at: datetime = Field(sa_column=instant())
    # {"pages": [...]}, as insurance.rules.case.EvidenceView
    views: Document = Field(default_factory=lambda: {"pages": []}, sa_column=document())
