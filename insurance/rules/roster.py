"""Rows of a school's roster (花名册): what a row must have, and what is wrong with one that is not taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insurance.rules.codes import ID_TYPES
from insurance.rules.errors import Invalid
from insurance.rules.identifiers import read_identity_number, read_other_document

# the heads of columns as schools write them
COLUMNS: Mapping[str, str] = {
    "姓名": "name",
    "name": "name",
    "证件类型": "id_type",
    "id_type": "id_type",
    "证件号码": "id_number",
    "证件号": "id_number",
    "身份证号": "id_number",
    "id_number": "id_number",
    "班级": "class_name",
    "class_name": "class_name",
}
NEEDED = ("name", "id_number", "class_name")
TITLES = {"name": "姓名", "id_type": "证件类型", "id_number": "证件号码", "class_name": "班级"}
_KINDS = {
    **{title: kind for kind, title in ID_TYPES.items()},
    "身份证": "resident_id",
    **{kind: kind for kind in ID_TYPES},
}
_LONGEST = 50


@dataclass(frozen=True)
class Student:
    name: str
    id_type: str
    id_number: str
    class_name: str


@dataclass(frozen=True)
class BadRow:
    """`row` counts the lines of the file from 1, the heads of columns included."""

    row: int
    field: str
    code: str
    message: str


def columns_of(heads: Sequence[str]) -> dict[str, int]:
    """Where each field stands. Raises `Invalid` (`columns_missing`) when one that is needed is not there."""
    places = {COLUMNS[head.strip()]: place for place, head in enumerate(heads) if head.strip() in COLUMNS}
    missing = [TITLES[field] for field in NEEDED if field not in places]
    if missing:
        raise Invalid("columns_missing", f"表头缺少：{'、'.join(missing)}")
    return places


def read_row(number: int, row: Mapping[str, str]) -> Student | BadRow:
    """A missing kind of document means an identity card."""
    for field in NEEDED:
        if not row.get(field, "").strip():
            return BadRow(number, field, "required", f"{TITLES[field]}为空")
        if len(row[field].strip()) > _LONGEST or not row[field].strip().isprintable():
            return BadRow(number, field, "bad_format", f"{TITLES[field]}过长或含有不能识别的字符")
    kind = _KINDS.get(row.get("id_type", "").strip() or "resident_id")
    if kind is None:
        return BadRow(number, "id_type", "unknown_value", "证件类型不在列表中")
    id_number = row["id_number"].strip().upper()
    try:
        if kind in ("resident_id", "residence_permit"):
            read_identity_number(id_number)
        else:
            read_other_document(id_number)
    except Invalid as error:
        return BadRow(number, "id_number", error.code, error.message)
    return Student(row["name"].strip(), kind, id_number, row["class_name"].strip())
