"""Column kinds that every table uses: whole fen, zone-aware instants, JSON documents."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Document = dict[str, Any]


def fen(*, nullable: bool = False) -> Any:
    return Column(BigInteger, nullable=nullable)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable, index=index)


def document(*, nullable: bool = False) -> Any:
    return Column(JSONB, nullable=nullable)


def hashes() -> Any:
    return Column(ARRAY(BigInteger), nullable=False)
