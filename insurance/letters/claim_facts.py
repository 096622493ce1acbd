"""What every letter of a claim says first: whose claim it is, on which policy, about what."""

from dataclasses import dataclass
from datetime import date

from insurance.letters.letter import Facts, chinese_day
from insurance.rules.codes import EVENT_TYPES
from insurance.rules.masking import mask_identity_number
from insurance.rules.terms import Cause


@dataclass(frozen=True)
class ClaimOnPaper:
    """Names stand in full: the letter is for the family and whoever they show it to. The identity number is masked."""

    claim_id: str
    report_no: str | None
    policy_no: str
    product_title: str
    applicant_name: str
    insured_name: str
    insured_id_number: str
    event: Cause
    happened_on: date


def claim_facts(claim: ClaimOnPaper, *more: tuple[str, str]) -> Facts:
    return Facts(
        (
            ("投保人", claim.applicant_name),
            ("被保险人", claim.insured_name),
            ("证件号码", mask_identity_number(claim.insured_id_number)),
            ("保单号", claim.policy_no),
            ("产品", claim.product_title),
            ("事故", f"{EVENT_TYPES[claim.event]}，{chinese_day(claim.happened_on)}"),
            ("报案号", claim.report_no or "—"),
            *more,
        )
    )
