"""An application of August 2026, and what is said of it."""

from datetime import date

from rule_builders import application, for_people, product

from insurance.rules.application import Consent
from insurance.rules.eligibility import Eligibility, OnFile, check_application

TODAY = date(2026, 8, 20)


def with_check(number: str) -> str:
    weights = [2**place % 11 for place in range(17, 0, -1)]
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


ADULT = {
    "id_number": with_check("43010220050821001"),
    "birth_date": date(2005, 8, 21),
    "gender": "male",
    "school_type": "university",
    "school_code": "4143010001",
}

SHARED = Consent("share_with_insurer", True)
REQUIRED = [("relationship", "insured_consent_required")]


def check(on_file: OnFile | None = None, **changes) -> Eligibility:
    return check_application(product(1), application(**changes), TODAY, on_file)


def errors(on_file: OnFile | None = None, **changes) -> list[tuple[str, str]]:
    found = check(on_file, **changes).errors
    assert all(for_people(error.message) for error in found)
    return [(error.field, error.code) for error in found]


def warnings(on_file: OnFile | None = None, **changes) -> list[tuple[str, str]]:
    found = check(on_file, **changes).warnings
    assert all(for_people(warning.message) for warning in found)
    return [(warning.field, warning.code) for warning in found]
