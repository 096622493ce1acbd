"""Rosters (花名册) of schools: that a child is a student there, by a keyed digest; what is shown of it is masked already."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import instant


class RosterEntry(SQLModel, table=True):
    __tablename__ = "roster_entries"

    school_code: str = Field(primary_key=True, max_length=16)
    insured_digest: str = Field(primary_key=True, max_length=64)
    # masked when they come in: the roster answers one question and needs nobody's data for it
    name: str = Field(max_length=64)
    id_number: str = Field(max_length=64)
    class_name: str = Field(max_length=64)
    created_at: datetime = Field(sa_column=instant())
