"""The papers a claim needs (理赔材料), asked for once and all together (保险法 22; DOMAIN 4; DESIGN 8 "papers")."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from insurance.rules.case import AccidentReport, Established
from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.terms import Cause

Required = Literal["yes", "over_3000", "no"]
ClaimKind = Literal["outpatient", "inpatient", "disability", "critical_illness", "death"]

SMALL_CLAIM_FEN = 3_000_00

_WHY: dict[Required, str] = {
    "yes": "审核必须的材料",
    "over_3000": "票据合计超过3000元时需要，不超过则不用交",
    "no": "如果有，请一并提交，可以加快审核",
}


@dataclass(frozen=True)
class EvidenceFacts:
    """What decides the list: what happened, how the child is, and on campus or not. `critical_illness`: it is claimed for one (重大疾病).
    `established`: what was found beside it since, whose papers come to those that were asked for."""

    event: Cause
    patient_state: str
    on_campus: bool = False
    critical_illness: bool = False
    established: tuple[ClaimKind, ...] = ()


def evidence_facts(report: AccidentReport, found: Established | None) -> EvidenceFacts:
    """As the family told it, and what an adjuster has established since."""
    kinds: tuple[tuple[ClaimKind, bool], ...] = (
        ("death", found is not None and found.died_on is not None),
        ("disability", found is not None and bool(found.disability_grades)),
        ("critical_illness", found is not None and found.critical_illness is not None),
    )
    established = tuple(kind for kind, is_so in kinds if is_so)
    return EvidenceFacts(
        report.event, report.patient_state, report.on_campus, report.critical_illness, established=established
    )


@dataclass(frozen=True)
class RequiredDocument:
    """`kind` as in `DOCUMENT_KINDS`; `required` over_3000: only when the receipts come to more than 3,000 yuan."""

    kind: str
    title: str
    required: Required
    why: str


def claim_kind(facts: EvidenceFacts) -> ClaimKind:
    """The column of the checklist that applies."""
    if facts.patient_state == "deceased":
        return "death"
    if facts.patient_state == "disabled":
        return "disability"
    if facts.critical_illness:
        return "critical_illness"
    return "inpatient" if facts.patient_state in ("inpatient", "discharged") else "outpatient"


def required_documents(facts: EvidenceFacts) -> tuple[RequiredDocument, ...]:
    """Everything the claim may need, so that nobody is asked twice; application and account are entered, not uploaded."""
    wanted: dict[str, Required] = {}
    for claimed in (claim_kind(facts), *facts.established):
        for kind, required in _column(claimed, facts.event).items():
            wanted[kind] = min(required, wanted.get(kind, "no"), key=_STRICTEST.index)
    return tuple(_document(kind, wanted[kind], facts) for kind in DOCUMENT_KINDS if kind in wanted)


def missing_documents(
    required: Sequence[RequiredDocument],
    received_kinds: Collection[str],
    total_of_receipts_fen: int,
    small_claim_fen: int = SMALL_CLAIM_FEN,
) -> tuple[RequiredDocument, ...]:
    """What still has to come: all required kinds, and the conditional ones when the receipts exceed the small claim's sum."""
    large = total_of_receipts_fen > small_claim_fen
    return tuple(
        document
        for document in required
        if (document.required == "yes" or (large and document.required == "over_3000"))
        and document.kind not in received_kinds
    )


def _document(kind: str, required: Required, facts: EvidenceFacts) -> RequiredDocument:
    why = _WHY[required]
    if kind == "accident_proof" and facts.on_campus:
        why += "；校园内的事故由学校出具"
    return RequiredDocument(kind, DOCUMENT_KINDS[kind], required, why)


def _column(claimed: ClaimKind, event: Cause) -> dict[str, Required]:
    """Of the checklist (DOMAIN 4)."""
    if event == "accident":
        return _WANTED[claimed] | {"accident_proof": _ACCIDENT_PROOF.get(claimed, "no")}
    if claimed == "death":
        return _WANTED[claimed] | {"medical_record": "yes", "diagnosis": "yes"}
    return _WANTED[claimed]


_STRICTEST: tuple[Required, ...] = ("yes", "over_3000", "no")
_ACCIDENT_PROOF: dict[ClaimKind, Required] = {"outpatient": "over_3000", "disability": "yes", "death": "yes"}
_MEDICAL: dict[str, Required] = {
    "medical_receipt": "yes",
    "expense_list": "over_3000",
    "diagnosis": "over_3000",
    "insured_id": "over_3000",
    "guardian_id": "over_3000",
    "relationship_proof": "over_3000",
    "social_insurance_statement": "no",
    "power_of_attorney": "no",
}
_PERSONS: dict[str, Required] = {
    "insured_id": "yes",
    "guardian_id": "yes",
    "relationship_proof": "yes",
    "power_of_attorney": "no",
    "medical_receipt": "no",
}
_WANTED: dict[ClaimKind, dict[str, Required]] = {
    "outpatient": _MEDICAL | {"medical_record": "over_3000", "exam_report": "no"},
    "inpatient": _MEDICAL | {"medical_record": "no", "discharge_summary": "over_3000", "exam_report": "over_3000"},
    "disability": _PERSONS
    | {
        "medical_record": "yes",
        "diagnosis": "yes",
        "exam_report": "yes",
        "disability_report": "yes",
        "discharge_summary": "no",
    },
    "critical_illness": _PERSONS
    | {"medical_record": "yes", "diagnosis": "yes", "exam_report": "yes", "discharge_summary": "no"},
    "death": _PERSONS
    | {
        "death_certificate": "yes",
        "heirs_statement": "yes",
        "medical_record": "no",
        "diagnosis": "no",
        "exam_report": "no",
        "discharge_summary": "no",
    },
}
