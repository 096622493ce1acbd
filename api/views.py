"""Masked views of persons: what a screen shows unless the role needs more (DOMAIN 6)."""

from datetime import date, datetime
from typing import Any

from insurance.rules.cover import SHANGHAI
from insurance.rules.masking import mask_birth_date, mask_email, mask_identity_number, mask_mobile, mask_name


def instant(at: datetime | str | None) -> str | None:
    """RFC 3339 with +08:00."""
    if at is None:
        return None
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def masked_person(person: dict[str, Any]) -> dict[str, Any]:
    """An applicant or an insured as it is stored, with what identifies it covered."""
    shown = dict(person)
    shown["name"] = mask_name(person["name"])
    shown["id_number"] = mask_identity_number(person["id_number"])
    shown["birth_date"] = mask_birth_date(date.fromisoformat(str(person["birth_date"])))
    if person.get("mobile"):
        shown["mobile"] = mask_mobile(person["mobile"])
    if person.get("email"):
        shown["email"] = mask_email(person["email"])
    return shown
