"""What an adjuster must know for a review (审核技能): one skill for each review, so that queues can be parted."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from insurance.rules.case import Assessment

Skill = Literal["medical", "inpatient", "disability", "death", "critical_illness", "suspicion"]

SKILLS: Mapping[str, str] = MappingProxyType(
    {
        "medical": "门诊医疗",
        "inpatient": "住院医疗",
        "disability": "伤残",
        "death": "身故",
        "critical_illness": "重大疾病",
        "suspicion": "疑点核查",
    }
)

# findings that ask whether papers are what they seem, beyond what nobody could read
SUSPICIOUS = frozenset(
    {
        "same_number_other_amount",
        "same_receipt_elsewhere",
        "looks_alike_elsewhere",
        "same_file_elsewhere",
        "accident_told_once",
        "school_day",
        "treated_before_event",
        "payer_other_person",
        "capitals_equal_total",
        "qr_agrees",
        "not_void",
    }
)

# what a family claims for most of all, and what nobody refuses alone
GRAVE: frozenset[Skill] = frozenset({"death", "disability", "critical_illness"})

DEATH = frozenset({"illness_death", "accident_death", "campus_death", "sudden_death"})


def needed_skill(patient_state: str, assessment: Assessment, critical_illness: bool = False) -> Skill:
    """The rarest one that the case asks for, as it was told or is established by now: a death with a doubtful receipt goes to who
    knows deaths."""
    paying = {line.coverage_id for line in assessment.settlement.lines if line.payable_fen}
    if patient_state == "deceased" or DEATH & paying:
        return "death"
    if patient_state == "disabled" or "accident_disability" in paying:
        return "disability"
    if critical_illness or "critical_illness" in paying:
        return "critical_illness"
    if SUSPICIOUS & {finding.code for finding in assessment.findings}:
        return "suspicion"
    is_inpatient = patient_state in ("inpatient", "discharged") or "illness_hospital" in paying
    return "inpatient" if is_inpatient else "medical"
