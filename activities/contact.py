"""Messages between a family and its insurer's adjusters (联系客服), told beside a claim's process, since that may have ended."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.chains import add_line, contact_of
from insurance.tables import Message, OutboxNotice


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
    notice = OutboxNotice(
        notice_id=f"{thread.about}:message:{message_id}",
        subject=thread.subject,
        kind="message",
        about=thread.about,
        text="保险公司给您留了言，请在页面查看",
        created_at=at,
    )
    session.add(notice)
    await _tell(session, thread, "message_answered", f"adjuster:{adjuster}", "理赔员给您留了言", at)
    return row


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
