"""Accidents as claims tell them, and incidents (同一事故): events that several children's claims are linked to."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from insurance.tables.columns import instant


class AccidentMark(SQLModel, table=True):
    """By what a claim's accident is known again. Assessing a claim is the only writer; committed before others' marks are looked
    for, as those of receipts are."""

    __tablename__ = "accident_marks"
    __table_args__ = (
        Index("ix_accident_marks_child", "insured_digest", "accident_on"),
        Index("ix_accident_marks_day", "insurer_code", "accident_on"),
    )

    claim_id: str = Field(primary_key=True, max_length=64)
    insurer_code: str = Field(max_length=32)
    insured_digest: str = Field(max_length=64)
    event: str = Field(max_length=16)
    accident_on: date
    place: str = Field(max_length=100)
    school_code: str = Field(max_length=64)


class Incident(SQLModel, table=True):
    """One event, as an adjuster of the insurer confirmed it."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_insurer_created", "insurer_code", "created_at", "incident_id"),)

    incident_id: str = Field(primary_key=True, max_length=64)
    insurer_code: str = Field(max_length=32)
    title: str = Field(max_length=200)
    created_by: str = Field(max_length=128)
    created_at: datetime = Field(sa_column=instant())


class IncidentClaim(SQLModel, table=True):
    """A claim belongs to one event at most."""

    __tablename__ = "incident_claims"

    claim_id: str = Field(primary_key=True, max_length=64)
    incident_id: str = Field(max_length=64, index=True, foreign_key="incidents.incident_id")
    insured_digest: str = Field(max_length=64)
    linked_by: str = Field(max_length=128)
    linked_at: datetime = Field(sa_column=instant())
