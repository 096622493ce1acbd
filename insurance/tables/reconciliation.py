"""Reconciliation (对账): what became of each day's comparison with the gateway's statement, and every difference that was found.
The reconciliation process is the only writer; a difference is never deleted: it is resolved, or put right by a day done again."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import fen, instant


class Reconciliation(SQLModel, table=True):
    __tablename__ = "reconciliations"
    __table_args__ = (Index("ix_reconciliations_created", "created_at", "day"),)

    # the Asia/Shanghai day that was compared, YYYY-MM-DD
    day: str = Field(primary_key=True, max_length=10)
    state: str = Field(max_length=16)  # done | no_statement
    # lines of the gateway's statement, and its sums
    lines: int = 0
    received_fen: int = Field(default=0, sa_column=fen())
    returned_fen: int = Field(default=0, sa_column=fen())
    paid_out_fen: int = Field(default=0, sa_column=fen())
    matched: int = 0
    # why there is no statement
    reason: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_column=instant())
    reconciled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ReconciliationDifference(SQLModel, table=True):
    __tablename__ = "reconciliation_differences"
    __table_args__ = (Index("ix_reconciliation_differences_open", "day", postgresql_where="resolved_at IS NULL"),)

    day: str = Field(primary_key=True, max_length=10)
    kind: str = Field(primary_key=True, max_length=16)  # missing_here | missing_there | amount_differs
    # under which our books have it, or would
    key: str = Field(primary_key=True, max_length=128, index=True)
    ours_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    theirs_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    found_at: datetime = Field(sa_column=instant())
    resolved_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    # the day whose comparison explained it
    resolved_by_day: str | None = Field(default=None, max_length=10)
