"""Days of which every family has been told what they mean for its policy (workflows/policy_days.py)."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import instant


class PolicyDay(SQLModel, table=True):
    __tablename__ = "policy_days"

    day: date = Field(primary_key=True)
    done_at: datetime = Field(sa_column=instant())
