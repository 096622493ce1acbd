"""Serious cases (大案): what their process finds when it begins, and publishing it."""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.journal import Entries, NoticeDraft, write_entries
from activities.rows import publish_row
from insurance.rules.masking import mask_name
from insurance.rules.serious import School, SeriousFile
from insurance.tables import ConsentRecord, Database, Policy, SeriousCase

FEEDBACK = "school_feedback"
# to whom a notice goes, before the code
SCHOOL = "school:"


@dataclass(frozen=True)
class FindStep:
    case_id: str
    policy_no: str


@dataclass(frozen=True)
class Found:
    """`earlier`: the case as it was left, when its claim is opened again; `seq` is that of its last record."""

    school: School
    earlier: SeriousFile | None
    seq: int


@dataclass(frozen=True)
class SeriousRecord:
    seq: int
    case: SeriousFile
    due_at: datetime | None
    updated_at: datetime
    entries: Entries = Entries()


_file = TypeAdapter(SeriousFile)


class SeriousCases:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def find_serious_case(self, step: FindStep) -> Found:
        """The child's school, whether the family lets it be told, and the case if there was one."""
        async with self._database.transaction() as session:
            row = await session.get(SeriousCase, step.case_id)
            policy = await session.get_one(Policy, step.policy_no)
            school = School(
                code=policy.insured["school_code"],
                child=mask_name(policy.insured["name"]),
                class_name=policy.insured["class_name"],
                may_be_told=await _may_be_told(session, policy),
            )
        if row is None:
            return Found(school, None, 0)
        return Found(school, _file.validate_python(row.case), row.seq)

    @activity.defn
    async def publish_serious_case(self, record: SeriousRecord) -> None:
        """Safe to repeat. The school's code stands in the row only where the family allowed it."""
        case = record.case
        values = {
            "case_id": case.case_id,
            "claim_id": case.claim_id,
            "insurer_code": case.insurer_code,
            "state": case.state,
            "seq": record.seq,
            "school_code": case.school.code,
            "child": case.school.child,
            "class_name": case.school.class_name,
            "due_at": record.due_at,
            "case": _file.dump_python(case, mode="json"),
            "created_at": case.found_at,
            "updated_at": record.updated_at,
        }
        entries = record.entries
        async with self._database.transaction() as session:
            policy = await session.get_one(Policy, case.policy_no)
            if await _may_be_told(session, policy):
                # the child's school as it is known by now: a correction may have named another one
                code = policy.insured["school_code"]
                values |= {"school_code": code, "class_name": policy.insured["class_name"]}
                entries = _to_school(entries, code)
            else:
                # never allowed, or taken back meanwhile
                values["school_code"], entries = None, _without_school(entries)
            await publish_row(session, SeriousCase, values, key="case_id", fixed=frozenset({"claim_id", "created_at"}))
            await write_entries(session, case.case_id, entries)


def _without_school(entries: Entries) -> Entries:
    return replace(entries, notices=tuple(n for n in entries.notices if not _is_to_school(n)))


def _to_school(entries: Entries, code: str) -> Entries:
    notices = (replace(n, subject=f"{SCHOOL}{code}") if _is_to_school(n) else n for n in entries.notices)
    return replace(entries, notices=tuple(notices))


def _is_to_school(notice: NoticeDraft) -> bool:
    return notice.subject.startswith(SCHOOL)


async def _may_be_told(session: AsyncSession, policy: Policy) -> bool:
    """Only by a consent of its own (未成年人保护法72; 个人信息保护法23); a policy sold elsewhere has none with us."""
    said = select(ConsentRecord).where(ConsentRecord.purchase_id == policy.purchase_id, ConsentRecord.kind == FEEDBACK)
    consent = (await session.exec(said)).first()
    return consent is not None and consent.stands
