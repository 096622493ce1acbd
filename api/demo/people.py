"""Invented families: nobody of these names, numbers or addresses exists. Ages follow today's date, check digits are right."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from insurance.rules.errors import Invalid
from insurance.rules.identifiers import read_identity_number

REGION = "430102"
SCHOOL = "2143000001"


@dataclass(frozen=True)
class Family:
    """`account` is the subject of the parent's token; the two persons are as in the body of a purchase."""

    account: str
    applicant: dict[str, Any]
    insured: dict[str, Any]

    @property
    def payee(self) -> dict[str, Any]:
        """The parent's own account takes what is paid."""
        account = f"{self.account}@example.com"
        return {"kind": "alipay", "account": account, "name": self.applicant["name"], "relationship": "parent"}


def family(number: int, parent: str, child: str, today: date) -> Family:
    """Family `number`, 0 to 99,999: a father of about 40 and a daughter of about 10."""
    father_born = date(today.year - 40, 5, 12) - timedelta(days=number % 300)
    child_born = date(today.year - 10, 3, 15) - timedelta(days=number // 300)
    applicant = {
        "name": parent,
        "mobile": f"139{number:08d}",
        "id_type": "resident_id",
        "id_number": identity_number(father_born, 2 * (number % 450) + 1),
        "gender": "male",
        "birth_date": father_born.isoformat(),
    }
    insured = {
        "name": child,
        "id_type": "resident_id",
        "id_number": identity_number(child_born, 2 * (number % 300)),
        "gender": "female",
        "birth_date": child_born.isoformat(),
        "school_code": SCHOOL,
        "school_type": "primary",
        "school_region": REGION,
        "class_name": "三年级二班",
    }
    return Family(f"parent-{number}", applicant, insured)


def identity_number(born: date, sequence: int) -> str:
    """An 18-digit number of GB 11643; an odd `sequence` (0-999) is a man's."""
    start = f"{REGION}{born:%Y%m%d}{sequence:03d}"
    return next(start + digit for digit in "0123456789X" if _is_valid(start + digit))


def _is_valid(number: str) -> bool:
    try:
        return read_identity_number(number).number == number
    except Invalid:
        return False


def application(product: dict[str, Any], buyer: Family) -> dict[str, Any]:
    """The body of a purchase of `product`, every document of it agreed to."""
    names = ("document_id", "version", "sha256")
    return {
        "product_id": product["product_id"],
        "applicant": buyer.applicant,
        "relationship": "parent",
        "insured": buyer.insured,
        "agreements": [{name: document[name] for name in names} for document in product["documents"]],
        "consents": [{"kind": kind, "agreed": True} for kind in ("child_data", "share_with_insurer")],
        "existing_death_cover_fen": 0,
    }


def taken_over(product: dict[str, Any], owner: Family, policy_no: str, effective: date) -> dict[str, Any]:
    """One row of a takeover: a policy that `owner` bought on the insurer's own site."""
    return {
        "policy_no": policy_no,
        "product_id": product["product_id"],
        "effective_date": effective.isoformat(),
        "premium_paid_fen": product["premium_fen"],
        "paid_at": f"{effective - timedelta(days=3)}T10:00:00+08:00",
        "relationship": "parent",
        "applicant": owner.applicant,
        "insured": owner.insured,
        "account": owner.account,
    }


def accident(day: date, mobile: str) -> dict[str, Any]:
    """The body of a report (报案): a fall in the playground, seen by a doctor as an outpatient."""
    return {
        "patient_state": "outpatient",
        "accident_region": REGION,
        "accident_at": f"{day}T15:40:00+08:00",
        "accident_place": "小区操场",
        "event": "accident",
        "on_campus": False,
        "description": "跑步时摔倒，左腕疼痛",
        "claimant_mobile": mobile,
        "consents": [{"kind": "medical_data", "agreed": True}],
    }
