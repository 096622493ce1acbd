"""Money without a running process: was it the policy's own premium told once more, or must it go back?"""

from dataclasses import dataclass

from temporalio import activity

from activities.history import lock_history
from activities.journal import Entries, write_entries
from insurance.tables import Database, Movement


@dataclass(frozen=True)
class StrayRecord:
    process_id: str
    entries: Entries


class StrayPayments:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def is_known(self, trade_no: str) -> bool:
        """Whether a process has taken this payment into its books."""
        async with self._database.transaction() as session:
            return await session.get(Movement, f"in:{trade_no}") is not None

    @activity.defn
    async def publish_stray(self, record: StrayRecord) -> None:
        async with self._database.transaction() as session:
            await lock_history(session, record.process_id)
            await write_entries(session, record.process_id, record.entries)
