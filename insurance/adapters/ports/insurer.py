"""The insurer (保险公司)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol


@dataclass(frozen=True)
class Person:
    name: str
    id_type: str
    id_number: str
    gender: str
    birth_date: date
    mobile: str | None = None


@dataclass(frozen=True)
class Proposal:
    """An application (投保单) put to the insurer for underwriting (核保)."""

    request_id: str
    product_id: str
    premium_fen: int
    effective_date: date | None
    relationship: str
    applicant: Person
    insured: Person
    school_code: str
    school_type: str
    existing_death_cover_fen: int


@dataclass(frozen=True)
class Underwriting:
    """`pending`: the insurer answers later, by callback and to `query_underwriting`."""

    status: Literal["accepted", "declined", "pending"]
    proposal_no: str
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class IssueOrder:
    """Premium is paid: issue the policy (出单). The insurer gives its policy number (保单号)."""

    request_id: str
    proposal_no: str
    premium_fen: int
    paid_at: datetime
    effective_date: date
    trade_no: str


@dataclass(frozen=True)
class IssuedPolicy:
    policy_no: str


@dataclass(frozen=True)
class TakenOverPolicy:
    """A policy that the insurer sold elsewhere and that is served here from now on."""

    policy_no: str
    product_id: str
    effective_date: date
    premium_paid_fen: int
    insured: Person


@dataclass(frozen=True)
class ClaimReport:
    """A report (报案) of an accident or illness. The insurer gives its report number (报案号)."""

    request_id: str
    policy_no: str
    event: str
    accident_at: datetime
    accident_region: str
    patient_state: str


@dataclass(frozen=True)
class ClaimResult:
    """How a claim ended, told to the insurer for its own books (结案)."""

    request_id: str
    report_no: str
    outcome: str
    paid_fen: int
    paid_at: datetime | None


@dataclass(frozen=True)
class Cancellation:
    """Surrender (退保) of a policy at 24:00 of `ends_on`, or from the start when it is before its effect."""

    request_id: str
    policy_no: str
    ends_on: date
    refund_fen: int
    reason: str


@dataclass(frozen=True)
class Amendment:
    """A correction (保全) of what a policy says of its people: all of it as it shall stand, `changed` naming what differs by
    field (`insured.name`). `open_reports`: report numbers of claims under way, to be considered."""

    request_id: str
    policy_no: str
    applicant: Person
    insured: Person
    school_code: str
    school_type: str
    school_region: str
    class_name: str
    changed: tuple[str, ...]
    reason: str
    email: str | None = None
    open_reports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endorsement:
    """The answer to an amendment (批单). `pending`: a person decides; the same request, asked again, tells how."""

    status: Literal["accepted", "declined", "pending"]
    endorsement_no: str
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class UnderwritingNotice:
    """An insurer's signed callback. `event_id` is unique for each thing told; the same one may come twice."""

    event_id: str
    insurer: str
    underwriting: Underwriting
    request_id: str


class Insurer(Protocol):
    """One insurance company's interface. Errors of every method: `InsurerUnavailable`, `InsurerRefused`."""

    async def underwrite(self, proposal: Proposal) -> Underwriting:
        """Ask for cover. Usual answers take 3-10 s (guide line 89). A decline is an answer, not an error."""
        ...

    async def query_underwriting(self, request_id: str) -> Underwriting:
        """The answer to an earlier `underwrite`. Refused `not_found` when the insurer never saw that request."""
        ...

    async def issue(self, order: IssueOrder) -> IssuedPolicy:
        """Refused `proposal_unknown`, `proposal_not_accepted`, `proposal_expired`, `premium_mismatch`, `already_issued` (by
        another request)."""
        ...

    async def take_over(self, policies: Sequence[TakenOverPolicy]) -> None:
        """Make policies that were sold elsewhere known to the interface. Repeatable."""
        ...

    async def report_claim(self, report: ClaimReport) -> str:
        """The report number (报案号). Refused `policy_unknown`."""
        ...

    async def close_claim(self, result: ClaimResult) -> None:
        """Refused `report_unknown`."""
        ...

    async def cancel_policy(self, cancellation: Cancellation) -> str:
        """The insurer's confirmation number. Refused `policy_unknown`, `policy_ended`."""
        ...

    async def amend_policy(self, amendment: Amendment) -> Endorsement:
        """Correct a policy. A decline is an answer, not an error; nothing has changed then. Refused `policy_unknown`, `policy_ended`."""
        ...

    def parse_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> UnderwritingNotice:
        """Verify and read a signed callback. Raises `SignatureInvalid`."""
        ...
