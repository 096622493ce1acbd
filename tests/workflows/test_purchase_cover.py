from datetime import date, timedelta

import pytest

from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_cover
from tests.workflows.process_orders import terms

pytestmark = pytest.mark.servers


async def test_the_insurer_hears_of_the_death_cover_that_was_counted_and_not_only_of_the_forms(world, monkeypatch):
    asked, really = [], world.insurer.underwrite
    monkeypatch.setattr(world.insurer, "underwrite", lambda proposal: asked.append(proposal) or really(proposal))
    counted = death_cover(terms(), date(2012, 3, 15), shanghai_day(world.time), existing_fen=80_000_00)
    for cover in (counted, None):
        await world.update(await world.awaiting_payment(death_cover=cover), "cancel")
    assert [proposal.existing_death_cover_fen for proposal in asked] == [80_000_00, 0]


@pytest.mark.parametrize(("days", "renewal"), [(0, True), (-1, False), (200, True)])
async def test_cover_that_goes_on_without_a_gap_is_a_renewal(world, days, renewal):
    # the order names only cover that has served its own waiting period: bought early, the next begins within it
    tomorrow = shanghai_day(world.time) + timedelta(days=1)
    purchase_id = await world.awaiting_payment(insured_until=tomorrow + timedelta(days=days - 1))
    await world.pay(purchase_id)
    await world.end_of(purchase_id)
    issued = world.books.records[purchase_id].issued
    assert (issued.effective_date, issued.renewal) == (tomorrow, renewal)
