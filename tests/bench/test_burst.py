import pytest

from activities.purchases import PurchaseRecords
from api.bench.burst import BATCH, count_lost
from insurance.tables import Database, Purchase, QueuedPurchase
from tests import records

pytestmark = pytest.mark.servers


async def published(database: Database) -> str:
    record = records.purchase()
    await PurchaseRecords(database).publish_purchase(record)
    return record.purchase_id


async def queued(database: Database, in_queue: bool) -> str:
    purchase_id = await published(database)
    async with database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "queued"
        if in_queue:
            waiting = {"purchase_id": purchase_id, "insurer_code": "lost", "subject": "parent-1", "turn": 0}
            session.add(QueuedPurchase(**waiting, purchase_order={}, created_at=records.NOW))
    return purchase_id


async def test_what_is_in_the_books_or_in_the_queue_is_not_lost(database: Database):
    assert await count_lost(database, [await published(database), await queued(database, in_queue=True)]) == 0


async def test_what_is_in_no_book_or_waits_in_no_queue_is_lost(database: Database):
    kept, forgotten = await published(database), await queued(database, in_queue=False)
    nowhere = [records.new("pu") for _ in range(BATCH)]
    assert await count_lost(database, [kept, forgotten, *nowhere]) == BATCH + 1


async def test_one_purchase_for_two_families_is_one_lost(database: Database):
    kept = await published(database)
    assert await count_lost(database, [kept, kept]) == 1
