"""The two ledgers: limits of a policy (reserved, used), and movements of money at the gateway, each under the key we gave it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import fen, instant


class LimitEntry(SQLModel, table=True):
    """What one claim holds of one coverage's limit. Changed only while the policy's row is locked."""

    __tablename__ = "limit_entries"

    policy_no: str = Field(primary_key=True, max_length=64)
    coverage_id: str = Field(primary_key=True, max_length=32)
    claim_id: str = Field(primary_key=True, max_length=64)
    reserved_fen: int = Field(default=0, sa_column=fen())
    used_fen: int = Field(default=0, sa_column=fen())


class Movement(SQLModel, table=True):
    """Money that moved: a premium in, a refund or a payout back. `key` is unique at the gateway, so a row can't come twice."""

    __tablename__ = "movements"

    key: str = Field(primary_key=True, max_length=128)
    kind: str = Field(max_length=16)  # premium | refund | payout
    process_id: str = Field(max_length=64, index=True)
    amount_fen: int = Field(sa_column=fen())
    # the gateway's own number for it
    trade_no: str | None = Field(default=None, max_length=128)
    at: datetime = Field(sa_column=instant(index=True))
