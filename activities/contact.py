"""Messages between a family and its insurer's adjusters (联系客服), told beside a claim's process, since that may have ended."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.chains import add_line, contact_of
from activities.rows import table_of
from insurance.tables import Database, Message, OutboxNotice, Review

# in these a review's adjuster has the claim in hand
_IN_HAND = ("taken", "second_taken", "waiting_documents")


@dataclass(frozen=True)
class Thread:
    """What messages are about: a claim, or its policy when `claim_id` is None. `subject`: whose policy it is."""

    policy_no: str
    claim_id: str | None
    insurer_code: str
    subject: str

    @property
    def about(self) -> str:
        return self.claim_id or self.policy_no


async def from_family(
    session: AsyncSession, thread: Thread, message_id: str, text: str, at: datetime, answer_due_on: date
) -> Message:
    row = _row(thread, message_id, "family", thread.subject, text, at)
    row.answer_due_on = answer_due_on
    session.add(row)
    text_of_it = f"家长留了言，请在{answer_due_on.month}月{answer_due_on.day}日前（含当日）答复"
    session.add(_notice(thread, message_id, await _who_answers(session, thread), text_of_it, at))
    await _tell(session, thread, "message_sent", "family", "您给理赔员留了言", at)
    return row


async def from_adjuster(
    session: AsyncSession, thread: Thread, message_id: str, adjuster: str, text: str, at: datetime
) -> Message:
    """Answers every message of the family that stands there."""
    row = _row(thread, message_id, "adjuster", adjuster, text, at)
    session.add(row)
    waiting = (
        Message.about == thread.about,
        col(Message.answer_due_on).is_not(None),
        col(Message.answered_at).is_(None),
    )
    await session.execute(update(Message).where(*waiting).values(answered_at=at))  # type: ignore[arg-type]
    session.add(_notice(thread, message_id, thread.subject, "保险公司给您留了言，请在页面查看", at))
    await _tell(session, thread, "message_answered", f"adjuster:{adjuster}", "理赔员给您留了言", at)
    return row


async def _who_answers(session: AsyncSession, thread: Thread) -> str:
    """The adjuster who has the claim in hand, or the insurer's leads."""
    latest = (
        select(Review)
        .where(Review.claim_id == thread.claim_id, Review.kind == "decision")
        .order_by(col(Review.created_at).desc(), col(Review.review_id).desc())
        .limit(1)
    )
    review = (await session.exec(latest)).first()
    in_hand = review.adjuster if review is not None and review.state in _IN_HAND else None
    return in_hand or _leads(thread.insurer_code)


def _leads(insurer_code: str) -> str:
    return f"role:lead:{insurer_code}"


def _notice(thread: Thread, message_id: str, subject: str, text: str, at: datetime) -> OutboxNotice:
    return OutboxNotice(
        notice_id=f"{thread.about}:message:{message_id}",
        subject=subject,
        kind="message",
        about=thread.about,
        text=text,
        created_at=at,
    )


def _row(thread: Thread, message_id: str, by: str, author: str, text: str, at: datetime) -> Message:
    return Message(
        message_id=message_id,
        about=thread.about,
        policy_no=thread.policy_no,
        claim_id=thread.claim_id,
        insurer_code=thread.insurer_code,
        subject=thread.subject,
        by=by,
        author=author,
        text=text,
        created_at=at,
    )


async def _tell(session: AsyncSession, thread: Thread, event: str, by: str, text: str, at: datetime) -> None:
    """One more line of the timeline and history of what it is about; never the words of a message."""
    await add_line(session, contact_of(thread.about), event, by, text, at)


@dataclass(frozen=True)
class AnswersDay:
    """`day`: on which it is asked what waits, in China."""

    day: date
    at: datetime


class Unanswered:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def call_for_answers(self, step: AnswersDay) -> int:
        """On the last day for its answer the leads hear of each message that waits, once. How many; safe to repeat."""
        waiting = select(Message).where(
            col(Message.answered_at).is_(None),
            col(Message.answer_due_on).is_not(None),
            col(Message.answer_due_on) <= step.day,
        )
        async with self._database.transaction() as session:
            rows = [
                {
                    "notice_id": f"{row.about}:unanswered:{row.message_id}",
                    "subject": _leads(row.insurer_code),
                    "kind": "message_unanswered",
                    "about": row.about,
                    "text": "家长的一条留言已到最后答复日，还没有人答复，请今天安排",
                    "created_at": step.at,
                }
                for row in (await session.exec(waiting)).all()
            ]
            new = insert(table_of(OutboxNotice)).on_conflict_do_nothing().returning(col(OutboxNotice.notice_id))
            return len((await session.execute(new, rows)).all()) if rows else 0
