"""Cover that goes on without a gap (续保) has no waiting period (等待期), unless a surrender breaks off what it was to go on from."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.journal import Entries, NoticeDraft, write_entries
from insurance.tables import Policy

# a surrender that breaks off cover and a policy that goes on from it see each other
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('renewal ' || :child, 0))")
TEXT = "您的保单（保单尾号{tail}）所接续的保单已退保，保障中间有间断，等待期从{day}重新计算"


async def is_broken_off(session: AsyncSession, child: str, insurer_code: str, first_day: date) -> bool:
    """Whether cover of this child that begins on `first_day` has lost what it was to go on from. The child stays locked until the
    transaction ends."""
    await session.execute(LOCK, {"child": child})
    its = col(Policy.insured_digest) == child, col(Policy.insurer_code) == insurer_code
    statement = select(Policy).where(*its, col(Policy.effective_date) < first_day)
    before = (await session.exec(statement)).all()
    goes_on = any(
        p.ended_reason not in ("void", "rescinded") and p.ends_on >= first_day - timedelta(days=1) for p in before
    )
    return not goes_on and any(p.ended_reason == "surrendered" for p in before)


def loses_its_renewal(ended: Policy, last_day: date) -> ColumnElement[bool]:
    """Which policies begin with a gap when `ended` covers until `last_day` only, and nothing else leads up to them."""
    other = aliased(Policy)
    leads_up = exists().where(
        col(other.insured_digest) == ended.insured_digest,
        col(other.insurer_code) == ended.insurer_code,
        col(other.policy_no).not_in((col(Policy.policy_no), ended.policy_no)),
        col(other.effective_date) < col(Policy.effective_date),
        col(other.ends_on) >= col(Policy.effective_date) - 1,
        col(other.ended_reason).is_(None),
    )
    return and_(
        col(Policy.insured_digest) == ended.insured_digest,
        col(Policy.insurer_code) == ended.insurer_code,
        col(Policy.policy_no) != ended.policy_no,
        col(Policy.renewal),
        col(Policy.ended_reason).is_(None),
        col(Policy.effective_date) > last_day + timedelta(days=1),
        ~leads_up,
    )


async def end_renewals(session: AsyncSession, ended: Policy, last_day: date, at: datetime) -> None:
    """Whoever bought them is told."""
    await session.execute(LOCK, {"child": ended.insured_digest})
    columns = (col(Policy.policy_no), col(Policy.applicant_subject), col(Policy.effective_date))
    lose = update(Policy).where(loses_its_renewal(ended, last_day)).values(renewal=False).returning(*columns)
    found = (await session.execute(lose, execution_options={"synchronize_session": False})).all()
    for policy_no, subject, first_day in found:
        if subject is not None:
            day = f"{first_day.year}年{first_day.month}月{first_day.day}日"
            text = TEXT.format(tail=policy_no[-4:], day=day)
            draft = NoticeDraft("renewal_lost", subject, "renewal_lost", text, at)
            await write_entries(session, policy_no, Entries(notices=(draft,)))
