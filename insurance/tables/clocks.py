"""Clocks that were not kept (超时): counted for the education authority, by region and insurer, without the case."""

from datetime import date

from sqlmodel import Field, Index, SQLModel


class BrokenClock(SQLModel, table=True):
    """`round`: a claim that was opened again has clocks of its own. `done_on` None: what it asks for has still not happened."""

    __tablename__ = "broken_clocks"
    __table_args__ = (Index("ix_broken_clocks_region_due", "region", "due_on"),)

    claim_id: str = Field(primary_key=True, max_length=64)
    round: int = Field(primary_key=True)
    clock: str = Field(primary_key=True, max_length=32)
    due_on: date = Field(primary_key=True)
    insurer_code: str = Field(max_length=32)
    # of the school
    region: str = Field(max_length=6)
    done_on: date | None = None
