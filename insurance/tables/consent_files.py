"""Consents on paper (同意书): of the parents to another guardian's purchase, of a grown student to anybody's (解释三 6, 保险法 34)."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import instant


class ConsentFile(SQLModel, table=True):
    """The file lies in the evidence store under object lock. `kind`: parents_consent | insured_consent."""

    __tablename__ = "consent_files"
    __table_args__ = (Index("ix_consent_files_insured", "insured_digest", "kind"),)

    consent_id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=32)
    # who brought it, and for whom: a keyed digest of the child's document number
    subject: str = Field(max_length=128)
    insured_digest: str = Field(max_length=64)
    object_key: str = Field(max_length=256)
    version_id: str = Field(max_length=128)
    sha256: str = Field(max_length=64)
    content_type: str = Field(max_length=64)
    received_at: datetime = Field(sa_column=instant())
