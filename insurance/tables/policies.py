"""Policies (保单): a record whose state follows from its dates and events; no process waits a year for a calendar."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from insurance.tables.columns import Document, document, fen, instant


class Policy(SQLModel, table=True):
    """One policy. Written by the purchase process or by take-over, put right by a correction, ended by surrender or a claim.
    `terms` are frozen at purchase."""

    __tablename__ = "policies"
    __table_args__ = (
        Index("ix_policies_applicant_created", "applicant_subject", "created_at"),
        Index("ix_policies_insured", "insured_digest"),
        # the policies of a day (workflows/policy_days.py)
        Index("ix_policies_effective", "effective_date", "policy_no"),
        Index("ix_policies_ends", "ends_on", "policy_no"),
        Index("ix_policies_school", text("(insured ->> 'school_code')")),
    )

    policy_no: str = Field(primary_key=True, max_length=64)
    insurer_code: str = Field(max_length=32, index=True)
    product_id: str = Field(max_length=64)
    terms: Document = Field(sa_column=document())
    source: str = Field(max_length=16)  # purchase | takeover
    purchase_id: str | None = Field(default=None, max_length=64)
    applicant_subject: str | None = Field(default=None, max_length=128)
    relationship: str = Field(max_length=32)
    applicant: Document = Field(sa_column=document())
    insured: Document = Field(sa_column=document())
    # keyed digest of the insured's document number: finds a child's other policies without the number itself
    insured_digest: str = Field(max_length=64)
    renewal: bool = False
    # the death benefit that was accepted when the minors' cap left only a difference (保监发〔2015〕90号)
    death_limit_fen: int | None = Field(default=None, sa_column=fen(nullable=True))
    # how that limit came out, for the contract: age, cap, existing cover, steps
    death_cover: Document | None = Field(default=None, sa_column=document(nullable=True))
    premium_fen: int = Field(sa_column=fen())
    paid_at: datetime = Field(sa_column=instant())
    out_trade_no: str | None = Field(default=None, max_length=64)
    effective_date: date
    ends_on: date
    ended_reason: str | None = Field(
        default=None, max_length=32
    )  # surrendered | terminated_by_claim | rescinded | void
    # a surrender that was confirmed holds the policy: until it is done no claim can be reported on it
    surrender_id: str | None = Field(default=None, max_length=64)
    # the correction (保全) that is under way: one at a time
    correction_id: str | None = Field(default=None, max_length=64)
    # what the insurer put right, oldest first: {"items": [{"endorsement_no", "at", "fields"}]}
    endorsements: Document | None = Field(default=None, sa_column=document(nullable=True))
    created_at: datetime = Field(sa_column=instant())

    @property
    def endorsement_items(self) -> list[dict[str, Any]]:
        return self.endorsements["items"] if self.endorsements else []
