"""What travels between us and an insurer, in the insurer's words: JSON, camelCase, amounts in fen, dates ISO, times with zone."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    def body(self) -> bytes:
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


class WirePerson(Wire):
    name: str
    id_type: str
    id_number: str
    gender: str
    birth_date: date
    mobile: str | None = None


class ProposalRequest(Wire):
    product_code: str
    premium_fen: int
    effective_date: date | None
    relationship: str
    applicant: WirePerson
    insured: WirePerson
    school_code: str
    school_type: str
    existing_death_cover_fen: int


class UnderwritingAnswer(Wire):
    """`uw_result`: PASS, REJECT; anything else is not final."""

    proposal_no: str
    uw_result: str
    reason_code: str | None = None
    reason: str | None = None


class UnderwritingEvent(UnderwritingAnswer):
    event_id: str
    request_id: str


class IssueRequest(Wire):
    proposal_no: str
    premium_fen: int
    paid_at: datetime
    effective_date: date
    trade_no: str


class IssueAnswer(Wire):
    policy_no: str


class WireTakenOver(Wire):
    policy_no: str
    product_code: str
    effective_date: date
    premium_fen: int
    insured: WirePerson


class TakeOverRequest(Wire):
    policies: list[WireTakenOver]


class TakeOverAnswer(Wire):
    accepted: int


class ReportRequest(Wire):
    policy_no: str
    event: str
    accident_at: datetime
    accident_region: str
    patient_state: str


class ReportAnswer(Wire):
    report_no: str


class ClosureRequest(Wire):
    outcome: str
    paid_fen: int
    paid_at: datetime | None


class ClosureAnswer(Wire):
    report_no: str


class CancellationRequest(Wire):
    ends_on: date
    refund_fen: int
    reason: str


class CancellationAnswer(Wire):
    confirmation_no: str


class AmendmentRequest(Wire):
    applicant: WirePerson
    insured: WirePerson
    email: str | None = None
    school_code: str
    school_type: str
    school_region: str
    class_name: str
    changed: list[str]
    reason: str
    open_reports: list[str]


class AmendmentAnswer(Wire):
    """`am_result`: PASS, REJECT; anything else is not final."""

    endorsement_no: str
    am_result: str
    reason_code: str | None = None
    reason: str | None = None


class ErrorAnswer(Wire):
    code: str
    message: str = ""
