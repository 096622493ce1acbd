"""What a day means for policies, told to their families in batches: a policy hears of each moment once. Every step is safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col
from temporalio import activity

from insurance.rules.cover import SHANGHAI
from insurance.rules.policy_days import Moment, text_of, told_about, told_late_about
from insurance.tables import Claim, Database, OutboxNotice, Policy, PolicyDay

# how many days are made up for after an outage
MAKE_UP_DAYS = 60
# what has come since then may have missed its own day; days are told one after the other, at any hour
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class PolicyDayStep:
    """`after`: the last policy of the batch before."""

    day: date
    moment: Moment
    after: str
    at: datetime


@dataclass(frozen=True)
class DayDone:
    day: date
    at: datetime


@dataclass(frozen=True)
class Batch:
    """`last`: where the next one goes on; None when there is none. `told`: notices that were not there before."""

    last: str | None
    told: int


class PolicyDays:
    """`expiring_days`: how long before the end of its cover a policy's family hears of it."""

    def __init__(self, database: Database, public_url: str, expiring_days: int, batch: int = 1000) -> None:
        self._database = database
        self._public_url = public_url
        self._expiring_days = expiring_days
        self._batch = batch

    @activity.defn
    async def days_to_tell(self, day: date) -> list[date]:
        """The day itself, behind those since the last one that was done; none when it was done already."""
        async with self._database.transaction() as session:
            last = (await session.execute(select(func.max(col(PolicyDay.day))))).scalar_one()
        if last is None:
            return [day]
        first = max(last + timedelta(days=1), day - timedelta(days=MAKE_UP_DAYS))
        return [first + timedelta(days=n) for n in range((day - first).days + 1)]

    @activity.defn
    async def tell_policy_day(self, step: PolicyDayStep) -> Batch:
        async with self._database.transaction() as session:
            rows = (await session.execute(self._policies(step))).all()
            told = 0
            if notices := [self._notice(step, row) for row in rows if row.applicant_subject is not None]:
                new = insert(OutboxNotice).on_conflict_do_nothing().returning(col(OutboxNotice.notice_id))
                told = len((await session.execute(new, notices)).all())
        return Batch(rows[-1].policy_no if len(rows) == self._batch else None, told)

    @activity.defn
    async def note_day_told(self, step: DayDone) -> None:
        async with self._database.transaction() as session:
            done = insert(PolicyDay).values(day=step.day, done_at=step.at)
            await session.execute(done.on_conflict_do_nothing())

    def _policies(self, step: PolicyDayStep) -> Any:
        columns = (
            col(Policy.policy_no),
            col(Policy.applicant_subject),
            Policy.terms["title"].astext.label("title"),
            _day_of(step.moment).label("about"),
        )
        return (
            select(*columns)
            .where(*self._spoken_of(step), col(Policy.policy_no) > step.after)
            .order_by(col(Policy.policy_no))
            .limit(self._batch)
        )

    def _spoken_of(self, step: PolicyDayStep) -> Sequence[ColumnElement[bool]]:
        """Policies that ended otherwise were told so; who has renewed need not be asked to; who has lost the child is told nothing."""
        spoken_of = col(Policy.ended_reason).is_(None), self._on_its_day(step), ~_tells_of_a_death()
        if step.moment != "expiring":
            return spoken_of
        later = aliased(Policy)
        renewed = exists().where(
            col(later.insured_digest) == col(Policy.insured_digest),
            col(later.ends_on) > col(Policy.ends_on),
            col(later.ended_reason).is_(None),
        )
        return *spoken_of, ~renewed

    def _on_its_day(self, step: PolicyDayStep) -> ColumnElement[bool]:
        """Or lately come to us, when it had passed."""
        about = _day_of(step.moment)
        today: ColumnElement[bool] = about == told_about(step.moment, step.day, self._expiring_days)
        late = told_late_about(step.moment, step.day, self._expiring_days)
        if late is None:
            return today
        since = datetime.combine(step.day, time(), SHANGHAI) - LATELY
        is_late = about.between(*late), col(Policy.created_at) >= since, col(Policy.ends_on) >= step.day
        return or_(today, and_(*is_late))

    def _notice(self, step: PolicyDayStep, row: Row[Any]) -> dict[str, object]:
        renewal_url = f"{self._public_url}/v1/policies/{row.policy_no}/renewal"
        return {
            "notice_id": f"{row.policy_no}:{step.moment}:{row.about}",
            "subject": row.applicant_subject,
            "kind": f"policy_{step.moment}",
            "about": row.policy_no,
            "text": text_of(step.moment, row.title, row.policy_no, row.about, renewal_url),
            "created_at": step.at,
            "sent_at": None,
        }


def _tells_of_a_death() -> ColumnElement[bool]:
    """A claim on any policy of the child, paid or not, unless it was taken back."""
    its, case = aliased(Policy), Claim.case
    died = case["established"]["died_on"].astext.is_not(None)
    return exists().where(
        col(its.insured_digest) == col(Policy.insured_digest),
        col(Claim.policy_no) == col(its.policy_no),
        col(Claim.state) != "withdrawn",
        or_(died, case["report"]["patient_state"].astext == "deceased"),
    )


def _day_of(moment: Moment) -> Any:
    return col(Policy.effective_date) if moment == "in_effect" else col(Policy.ends_on)
