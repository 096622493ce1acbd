"""An application for insurance (投保单): who insures whom, as it was entered and frozen at submission."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Applicant:
    """The person who buys (投保人)."""

    name: str
    mobile: str
    id_type: str
    id_number: str
    gender: str
    birth_date: date
    email: str | None = None


@dataclass(frozen=True)
class Insured:
    """The student (被保人). Regions are 6-digit codes."""

    name: str
    id_type: str
    id_number: str
    gender: str
    birth_date: date
    school_code: str
    school_type: str
    school_region: str
    class_name: str


@dataclass(frozen=True)
class Agreement:
    """One product document that the applicant read and agreed to, by its version and hash."""

    document_id: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Consent:
    kind: str
    agreed: bool


@dataclass(frozen=True)
class Application:
    applicant: Applicant
    relationship: str
    insured: Insured
    agreements: tuple[Agreement, ...]
    consents: tuple[Consent, ...]
    existing_death_cover_fen: int
    requested_effective_date: date | None = None
