"""Separate consents (单独同意), given with a purchase or a surrender one by one, and their withdrawal (个人信息保护法 15, 23, 29, 31)."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, instant


class ConsentRecord(SQLModel, table=True):
    """What was said to one question, as it stands. `withdrawn_at`: taken back, which a family may do at any time, and undo."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_subject_created", "subject", "created_at"),)

    consent_id: str = Field(primary_key=True, max_length=96)
    subject: str = Field(max_length=128)
    # or the surrender that it was said with, of a policy that was sold elsewhere
    purchase_id: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=32)
    agreed: bool
    # the page on which the question stood, and what it was answered on (互联网保险可回溯, 银保监发〔2020〕26号)
    page_version: str | None = Field(default=None, max_length=64)
    device: str | None = Field(default=None, max_length=200)
    # what the question was, as its insurer asked it (insurance/products/consents); none of before texts were kept
    text_version: str | None = Field(default=None, max_length=32)
    text_sha256: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_column=instant())
    # the present answer, when it was given later than the purchase
    given_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    # every answer from the first one on, oldest first, once there are several, or when it was given after the purchase:
    # {"items": [{"said": "given" | "refused" | "withdrawn", "by", "at", "page_version", "device", "version", "sha256"}]}
    history: Document | None = Field(default=None, sa_column=document(nullable=True))

    @property
    def stands(self) -> bool:
        return self.agreed and self.withdrawn_at is None
