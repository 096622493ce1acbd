from datetime import timedelta

import pytest

from insurance.adapters.ports import StatementLine
from insurance.rules.cover import shanghai_day
from insurance.rules.reconciliation import Booked, our_key, reconcile
from tests.histories.claims import claimed
from tests.histories.policies import surrendered
from tests.histories.purchases import bought, stray
from tests.workflows.process_world import World

pytestmark = pytest.mark.servers


async def returned(world: World) -> list[str]:
    """Paid after it was cancelled, and paid with another sum."""
    purchase_id = await world.awaiting_payment()
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    await world.pay(purchase_id)
    await world.end_of(world.started[-1])
    return [purchase_id]


async def two_heirs(world: World) -> list[str]:
    return [await world.with_one_of_two_heirs_paid()]


async def lines(world: World, since) -> list[StatementLine]:
    """Of every day that the world saw, when all their bills are there."""
    until = shanghai_day(world.time)
    world.time += timedelta(days=2)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [line for day in days for line in (await world.payments.statement(day)).lines]


@pytest.mark.parametrize(
    "scenario", [bought, claimed, stray, surrendered, returned, two_heirs], ids=lambda s: s.__name__
)
async def test_whatever_the_processes_moved_stands_on_the_statement_under_the_keys_of_our_books(
    world: World, scenario
) -> None:
    begun = shanghai_day(world.time)
    await scenario(world)
    theirs = [Booked(our_key(b.kind, b.number, b.trade_no), b.amount_fen) for b in await lines(world, begun)]
    ours = [Booked(key, movement.amount_fen) for key, movement in world.books.movements.items()]
    result = reconcile(ours, theirs)
    assert (result.matched, result.differences) == (len(ours), ())
    assert len(theirs) == len(ours) > 0
