"""Who read what about a child (查阅记录)."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from api.auth import Caller
from insurance.tables import PersonalDataRead


def note_read(session: AsyncSession, caller: Caller, object_id: str, purpose: str, at: datetime) -> None:
    """That somebody else than the family read it is logged (未成年人网络保护条例 36)."""
    if caller.role != "parent":
        session.add(
            PersonalDataRead(subject=caller.subject, role=caller.role, object_id=object_id, purpose=purpose, at=at)
        )
