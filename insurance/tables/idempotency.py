"""Idempotency keys: the answer that a POST gave, kept so that its repeat gets the same one."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import Document, document, instant


class IdempotencyKey(SQLModel, table=True):
    __tablename__ = "idempotency_keys"

    subject: str = Field(primary_key=True, max_length=128)
    route: str = Field(primary_key=True, max_length=256)
    key: str = Field(primary_key=True, max_length=200)
    body_sha256: str = Field(max_length=64)
    status: int
    answer: Document = Field(sa_column=document())
    created_at: datetime = Field(sa_column=instant())
