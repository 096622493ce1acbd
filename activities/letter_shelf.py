"""Where letters (文书) lie: the file in the store under object lock, then its row. What was put there once is never made anew."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

from sqlmodel import text
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.adapters.ports import Storage, StorageRefused, StoredObject
from insurance.tables import Database, Letter

CONTENT_TYPE = "application/pdf"
MAX_BYTES = 5 * 1024 * 1024
# of two that make the same letter at once, the second finds the first one's
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:letter_id, 0))")


class LetterShelf:
    """`retention_days`: how long the store keeps a letter from being deleted."""

    def __init__(self, database: Database, storage: Storage, retention_days: int) -> None:
        self._database = database
        self._storage = storage
        self._retention = timedelta(days=retention_days)

    async def put(self, letter_id: str, process_id: str, kind: str, title: str, file: bytes) -> Letter:
        """The row that stands for `letter_id`: this file's, or that of whoever came first."""
        async with self._database.transaction() as session:
            await session.execute(_LOCK, {"letter_id": letter_id})
            first = await session.get(Letter, letter_id)
            return first or await self._enter(session, letter_id, process_id, kind, title, file)

    async def _enter(
        self, session: AsyncSession, letter_id: str, process_id: str, kind: str, title: str, file: bytes
    ) -> Letter:
        """The file first: a row never speaks of a file that is not there."""
        stored = await self._keep(process_id, file)
        row = Letter(
            letter_id=letter_id,
            process_id=process_id,
            kind=kind,
            title=title,
            sha256=stored.sha256,
            size=stored.size,
            object_key=stored.key,
            version_id=stored.version_id,
            made_at=datetime.now(UTC),
        )
        session.add(row)
        return row

    async def _keep(self, process_id: str, file: bytes) -> StoredObject:
        """The same file given again is the object that is there."""
        key = f"letters/{process_id}/{hashlib.sha256(file).hexdigest()}.pdf"
        try:
            return await self._storage.stat(key)
        except StorageRefused:
            locked_until = datetime.now(UTC) + self._retention
            return await self._storage.put(
                key, io.BytesIO(file), CONTENT_TYPE, locked_until=locked_until, max_bytes=MAX_BYTES
            )
