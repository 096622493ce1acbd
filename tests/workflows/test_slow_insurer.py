import asyncio

import pytest

from insurance.adapters.insurer.fake import FakeInsurer
from insurance.settings import WorkerSettings
from tests.workflows.process_orders import payee
from tests.workflows.process_world import open_world

pytestmark = pytest.mark.servers

PLACES = WorkerSettings(outside=2, activities=2)


class Hanging(FakeInsurer):
    """Answers nobody until it is told to."""

    def __init__(self):
        super().__init__("slow")
        self.answers = asyncio.Event()
        self.asked = self.most_asked = 0

    async def underwrite(self, proposal):
        self.asked += 1
        self.most_asked = max(self.most_asked, self.asked)
        await self.answers.wait()
        self.asked -= 1
        return await super().underwrite(proposal)


@pytest.fixture
async def slow():
    return Hanging()


@pytest.fixture
async def world(skipped_time, slow):
    async with open_world(skipped_time, "queue-of-two-insurers", {"slow": slow}, PLACES) as world:
        yield world
        slow.answers.set()


async def many_at_the_slow_one(world, slow):
    """More than the worker has slots, each with a step under way."""
    purchases = [await world.buy(insurer_code="slow") for _ in range(2 * PLACES.slots(2))]
    for purchase_id in purchases:
        await world.until_state(purchase_id, "underwriting")
    await world.until(lambda: slow.asked >= PLACES.outside, "asked")
    return purchases


async def test_a_hanging_insurer_keeps_no_purchase_at_another_from_its_policy(world, slow):
    await many_at_the_slow_one(world, slow)
    # underwriting and issue there, and the gateway's part
    purchase_id = await world.issued()
    assert world.books.walked(purchase_id)[-1] == "issued"
    assert slow.asked == slow.most_asked == PLACES.outside


async def test_a_hanging_insurer_keeps_no_payout_from_its_family(world, slow):
    await many_at_the_slow_one(world, slow)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_state(claim_id, "closed")
    assert [kind for kind, *_ in world.payments.movements] == ["transfer"]


async def test_who_found_no_place_is_asked_for_when_there_is_one(world, slow):
    purchases = await many_at_the_slow_one(world, slow)
    slow.answers.set()
    await world.let_pass(minutes=2)
    for purchase_id in purchases:
        await world.until_state(purchase_id, "awaiting_payment")
    assert slow.most_asked == PLACES.outside
