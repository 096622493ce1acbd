"""Messages between a family and its insurer's adjusters (联系客服), about a policy or about one claim of it."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import instant


class Message(SQLModel, table=True):
    """`text` stands here alone: timelines, histories and notices only say that there is one. `answer_due_on` is the last working day
    for an answer to a family's message; `answered_at` is when an adjuster wrote next."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_about_created", "about", "created_at"),
        Index(
            "ix_messages_unanswered", "insurer_code", "created_at",
            postgresql_where="answered_at IS NULL AND answer_due_on IS NOT NULL",
        ),
        Index("ix_messages_insurer_created", "insurer_code", "created_at"),
    )  # fmt: skip

    message_id: str = Field(primary_key=True, max_length=64)
    # the claim's id, or the policy's number
    about: str = Field(max_length=64)
    policy_no: str = Field(max_length=64)
    claim_id: str | None = Field(default=None, max_length=64)
    insurer_code: str = Field(max_length=32)
    # whose policy it is
    subject: str = Field(max_length=128)
    by: str = Field(max_length=16)  # family | adjuster
    author: str = Field(max_length=128)
    text: str
    created_at: datetime = Field(sa_column=instant())
    answer_due_on: date | None = None
    answered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
