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


def process_of(trade_no: str) -> str:
    return f"stray-{trade_no}"


class StrayPayments:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def is_known(self, trade_no: str) -> bool:
        """Whether a process has taken this payment into its books. What the stray itself has, when its first task was lost, is not known
        before it is back as well: its refund would be forgotten."""
        async with self._database.transaction() as session:
            booked = await session.get(Movement, f"in:{trade_no}")
            back = await session.get(Movement, f"back:{trade_no}")
        return booked is not None and (booked.process_id != process_of(trade_no) or back is not None)

    @activity.defn
    async def publish_stray(self, record: StrayRecord) -> None:
        async with self._database.transaction() as session:
            await lock_history(session, record.process_id)
            await write_entries(session, record.process_id, record.entries)
