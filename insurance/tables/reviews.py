"""Reviews (人工审核): the queue of an insurer's adjusters. The review process is the only writer, but for its first row: that one
is written with the claim's own, so that whoever hears of a review finds it."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import Document, document, fen, instant

WAITING = ("open", "taken", "second_open", "second_taken")


class Review(SQLModel, table=True):
    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_queue", "insurer_code", "state", "due_at"),
        # what waits, however many were decided
        Index("ix_reviews_waiting", "insurer_code", "due_at", "review_id", postgresql_where=f"state IN {WAITING}"),
        Index("ix_reviews_created", "insurer_code", "created_at", "review_id"),
        Index("ix_reviews_quality", "insurer_code", postgresql_where="kind = 'quality'"),
    )

    review_id: str = Field(primary_key=True, max_length=64)
    claim_id: str = Field(max_length=64, index=True)
    insurer_code: str = Field(max_length=32)
    kind: str = Field(default="decision", max_length=16)  # decision | quality
    skill: str = Field(default="medical", max_length=32)  # insurance/rules/skills.py
    state: str = Field(max_length=32)
    seq: int = 0
    adjuster: str | None = Field(default=None, max_length=128)
    # adjusters who may not take it: their own decision is disputed or needs a second pair of eyes
    excluded: Document = Field(sa_column=document())  # {"subjects": [...]}
    findings: Document = Field(sa_column=document())  # {"findings": [...]}
    amount_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    decision: Document | None = Field(default=None, sa_column=document(nullable=True))
    # of a quality review: {"agrees", "reason", "by", "at"}
    verdict: Document | None = Field(default=None, sa_column=document(nullable=True))
    # of a review that decides: when its claim's next clock runs out; the claim's own records keep it so
    due_at: datetime = Field(sa_column=instant())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
