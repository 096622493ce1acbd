"""The persons of an application: names, documents, and whether what was typed agrees with the document's own number."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from insurance.rules.application import Applicant, Insured
from insurance.rules.codes import GENDERS, ID_TYPES, SCHOOL_TYPES
from insurance.rules.errors import FieldError, Invalid
from insurance.rules.identifiers import (
    read_email,
    read_identity_number,
    read_mobile,
    read_other_document,
    read_region,
    read_school_code,
)

OLDEST = date(1900, 1, 1)


def applicant_errors(applicant: Applicant, today: date) -> Iterator[FieldError]:
    yield from _person_errors("applicant", applicant, today)
    yield from _read("applicant.mobile", read_mobile, applicant.mobile)
    if applicant.email:
        yield from _read("applicant.email", read_email, applicant.email)


def insured_errors(insured: Insured, today: date) -> Iterator[FieldError]:
    yield from _person_errors("insured", insured, today)
    yield from _read("insured.school_code", read_school_code, insured.school_code)
    yield from _read("insured.school_region", read_region, insured.school_region)
    if insured.school_type not in SCHOOL_TYPES:
        yield FieldError("insured.school_type", "unknown_value", "请选择学校类型")
    if not 0 < len(insured.class_name.strip()) <= 50:
        yield FieldError("insured.class_name", "bad_format", "请填写班级，最多50个字")


def _person_errors(path: str, person: Applicant | Insured, today: date) -> Iterator[FieldError]:
    name = person.name.strip()
    if len(name) > 50 or not name.isprintable() or not any(letter.isalpha() for letter in name):
        yield FieldError(f"{path}.name", "bad_format", "请填写姓名，最多50个字")
    if person.gender not in GENDERS:
        yield FieldError(f"{path}.gender", "unknown_value", "请选择性别")
    if not OLDEST <= person.birth_date <= today:
        yield FieldError(f"{path}.birth_date", "bad_birth_date", "出生日期不合理")
    yield from _document_errors(path, person)


def _document_errors(path: str, person: Applicant | Insured) -> Iterator[FieldError]:
    field = f"{path}.id_number"
    if person.id_type not in ID_TYPES:
        yield FieldError(f"{path}.id_type", "unknown_value", "请选择证件类型")
        return
    if person.id_type in ("passport", "other"):
        yield from _read(field, read_other_document, person.id_number)
        return
    try:
        identity = read_identity_number(person.id_number)
    except Invalid as error:
        yield FieldError(field, error.code, error.message)
        return
    if identity.birth_date != person.birth_date:
        yield FieldError(f"{path}.birth_date", "differs_from_id_number", "出生日期与证件号码不一致")
    if person.gender in GENDERS and identity.gender != person.gender:
        yield FieldError(f"{path}.gender", "differs_from_id_number", "性别与证件号码不一致")


def _read(field: str, reader: Callable[[str], str], text: str) -> Iterator[FieldError]:
    try:
        reader(text)
    except Invalid as error:
        yield FieldError(field, error.code, error.message)


def same_name(one: str, other: str) -> bool:
    """Whether two writings are of one name: what keyboards differ in (widths, spaces, dots, capitals) does not count."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).replace("•", "·").casefold()
