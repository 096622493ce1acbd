"""Schools (学校): the roster that opens purchase for new students, and how many are insured, never who is not."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, UploadFile
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from api.auth import Caller
from api.deps import ObjectId, TheParts, require
from api.digest import insured_digest
from api.errors import Problem, invalid, not_found
from api.paging import Paging, page_of
from api.parts import Parts
from api.roster_files import MOST_BYTES, rows_of
from api.routes.policies import NEVER_COVERED
from api.views import instant
from insurance.rules.errors import FieldError, Invalid
from insurance.rules.masking import mask_identity_number, mask_name
from insurance.rules.roster import BadRow, Student, columns_of, read_row
from insurance.tables import Policy, RosterEntry

router = APIRouter(prefix="/v1/schools", tags=["schools"])

School = Annotated[Caller, Depends(require("school"))]
# a smaller class would tell who
SMALLEST_CLASS = 5


@router.put("/{school_code}/roster")
async def put_roster(
    parts: TheParts, caller: School, school_code: ObjectId, file: Annotated[UploadFile, File()], partial: bool = False
) -> dict[str, Any]:
    """CSV or XLSX with 姓名, 证件号码, 班级, and 证件类型 where it is no identity card. Every bad row with its reason; nothing is taken
    unless all rows are good, or `?partial=true`. Repeatable: a student of before gets the new class."""
    _require_own(caller, school_code)
    students, bad = _read(await file.read(MOST_BYTES + 1))
    rejected = [vars(row) for row in bad]
    if bad and not partial:
        errors = [FieldError(f"row {row.row}: {row.field}", row.code, f"第{row.row}行：{row.message}") for row in bad]
        raise Problem(422, "bad_rows", f"有{len(bad)}行需要更正，本次没有导入任何一行", errors)
    await _store(parts, school_code, students)
    return {"accepted": len(students), "rejected": rejected}


@router.get("/{school_code}/roster")
async def list_roster(parts: TheParts, caller: School, school_code: ObjectId, page: Paging) -> dict[str, Any]:
    """Masked; it says who is on the roster and nothing about insurance."""
    _require_own(caller, school_code)
    async with parts.database.transaction() as session:
        rows = await page_of(session, RosterEntry, [RosterEntry.school_code == school_code], page, "insured_digest")  # type: ignore[list-item]
    return rows.answer(
        lambda row: {
            "name": row.name,
            "id_number": row.id_number,
            "class_name": row.class_name,
            "imported_at": instant(row.created_at),
        }
    )


@router.get("/{school_code}/enrolment")
async def enrolment(
    parts: TheParts, caller: School, school_code: ObjectId, limit: Annotated[int, Query(ge=1, le=500)] = 500
) -> dict[str, Any]:
    """How many students are insured today, by class where they are five or more. No names, no amounts, nobody who is not; and no
    total that would give away a smaller class."""
    _require_own(caller, school_code)
    today, class_name = parts.today(), col(Policy.insured)["class_name"].astext
    statement = (
        select(class_name, func.count(func.distinct(col(Policy.insured_digest))))
        .where(
            col(Policy.insured)["school_code"].astext == school_code,
            col(Policy.effective_date) <= today,
            col(Policy.ends_on) >= today,
            func.coalesce(col(Policy.ended_reason), "").not_in(NEVER_COVERED),
        )
        .group_by(class_name)
        .order_by(class_name)
    )
    async with parts.database.transaction() as session:
        counted = (await session.exec(statement)).all()
    shown = [(name, count) for name, count in counted if count >= SMALLEST_CLASS]
    in_shown = sum(count for _, count in shown)
    elsewhere = sum(count for _, count in counted) - in_shown
    total = in_shown + (elsewhere if elsewhere >= SMALLEST_CLASS else 0)
    return {
        "school_code": school_code,
        "insured": total if total >= SMALLEST_CLASS else None,
        "classes": [{"class_name": name, "insured": count} for name, count in shown[:limit]],
        "note": f"不足{SMALLEST_CLASS}人的班级不单独显示，合计不足{SMALLEST_CLASS}人时也不计入总数",
    }


def _require_own(caller: Caller, code: str) -> None:
    if caller.school != code:
        raise not_found()


def _read(content: bytes) -> tuple[list[Student], list[BadRow]]:
    try:
        heads, *lines = rows_of(content) or [[]]
        places = columns_of(heads)
    except Invalid as error:
        raise invalid("file", error.code, error.message) from None
    cells = (
        (number, {field: line[place] for field, place in places.items() if place < len(line)})
        for number, line in enumerate(lines, start=2)
        if any(cell.strip() for cell in line)
    )
    return _parted(read_row(number, row) for number, row in cells)


def _parted(rows: Iterable[Student | BadRow]) -> tuple[list[Student], list[BadRow]]:
    """A student twice in one file is the last of them."""
    good: dict[tuple[str, str], Student] = {}
    bad: list[BadRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            good[row.id_type, row.id_number] = row
    return list(good.values()), bad


async def _store(parts: Parts, code: str, students: list[Student]) -> None:
    rows = [
        {
            "school_code": code,
            "insured_digest": insured_digest(parts.settings, student.id_type, student.id_number),
            "name": mask_name(student.name),
            "id_number": mask_identity_number(student.id_number),
            "class_name": student.class_name,
            "created_at": parts.now(),
        }
        for student in students
    ]
    if not rows:
        return
    entered = insert(RosterEntry)
    changed = {name: entered.excluded[name] for name in ("name", "id_number", "class_name")}
    async with parts.database.transaction() as session:
        await session.execute(
            entered.on_conflict_do_update(index_elements=["school_code", "insured_digest"], set_=changed), rows
        )
