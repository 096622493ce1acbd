"""Clocks that were not kept (超时): counted for the education authority, by region and insurer, without the case."""

from datetime import date

from sqlmodel import Field, Index, SQLModel


class BrokenClock(SQLModel, table=True):
    """`since`: the day from which the claim's clocks count; a dispute, or a new fact after the end, starts them anew. `done_on` None:
    what it asks for has still not happened; `late_days` between the last day and `done_on`."""

    __tablename__ = "broken_clocks"
    __table_args__ = (Index("ix_broken_clocks_region_due", "region", "due_on"),)

    claim_id: str = Field(primary_key=True, max_length=64)
    clock: str = Field(primary_key=True, max_length=32)
    since: date = Field(primary_key=True)
    due_on: date
    insurer_code: str = Field(max_length=32)
    # of the school
    region: str = Field(max_length=6)
    done_on: date | None = None
    late_days: int | None = None
