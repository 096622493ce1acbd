"""Serious cases (大案) as adjusters see them, and as schools do: stage and what to do, nothing more."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.views import instant
from insurance.rules.serious import BECAUSE, STAGES, TO_DO, SeriousFile, promises_of
from insurance.rules.status import label
from insurance.tables import CaseNote, SeriousCase

_file = TypeAdapter(SeriousFile)


def case_row(row: SeriousCase) -> dict[str, Any]:
    """For adjusters."""
    case = _file.validate_python(row.case)
    return {
        "case_id": row.case_id,
        "claim_id": row.claim_id,
        "insurer": row.insurer_code,
        "state": row.state,
        "label": label("serious_case", row.state),
        "because": list(case.because),
        "reasons": [BECAUSE[reason] for reason in case.because],
        "child": row.child,
        "class_name": row.class_name,
        "adjuster": case.adjuster,
        "due_at": instant(row.due_at),
        "found_at": instant(row.created_at),
    }


def case_view(row: SeriousCase, notes: Sequence[CaseNote], now: datetime) -> dict[str, Any]:
    """For adjusters, with every milestone: when it was due, when it was reached."""
    case = _file.validate_python(row.case)
    return case_row(row) | {
        "milestones": [
            {
                "name": promise.name,
                "label": promise.label,
                "due_at": instant(promise.due_at),
                "reached_at": instant(promise.reached_at),
                "late": (promise.reached_at or now) > promise.due_at,
            }
            for promise in promises_of(case)
        ],
        "steps": [asdict(reached) | {"at": instant(reached.at)} for reached in case.reached],
        "school": {"code": case.school.code, "told": row.school_code is not None},
        "notes": [_note_view(note) for note in notes],
    }


def school_row(row: SeriousCase) -> dict[str, Any]:
    """No cause, diagnosis, sum or image; the child by masked name and class."""
    return {
        "case_id": row.case_id,
        "state": row.state,
        "label": label("serious_case", row.state),
        "to_do": TO_DO[row.state],
        "child": row.child,
        "class_name": row.class_name,
        "told_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def school_view(row: SeriousCase, notes: Sequence[CaseNote]) -> dict[str, Any]:
    reached = [step for step in _file.validate_python(row.case).reached if step.stage in STAGES]
    return school_row(row) | {
        "steps": [
            {"state": step.stage, "label": label("serious_case", step.stage), "at": instant(step.at)}
            for step in reached
        ],
        "notes": [_note_view(note) for note in notes],
    }


async def notes_of(session: AsyncSession, case_id: str) -> Sequence[CaseNote]:
    statement = select(CaseNote).where(CaseNote.case_id == case_id)
    return (await session.exec(statement.order_by(col(CaseNote.created_at), col(CaseNote.note_id)))).all()


def _note_view(note: CaseNote) -> dict[str, Any]:
    return {"note_id": note.note_id, "by": note.role, "text": note.text, "at": instant(note.created_at)}
