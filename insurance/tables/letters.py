"""Letters (文书): one row for each that was made; the file lies in the store, under object lock, and is never made anew."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import instant


class Letter(SQLModel, table=True):
    """`letter_id` is the number printed on it. `process_id`: whose it is, a claim or a policy. `version_id`: which version of the
    object was stored with this row."""

    __tablename__ = "letters"

    letter_id: str = Field(primary_key=True, max_length=80)
    process_id: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=32)  # decision | apportionment | policy
    title: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    size: int
    object_key: str = Field(max_length=256)
    version_id: str = Field(max_length=128)
    made_at: datetime = Field(sa_column=instant())
