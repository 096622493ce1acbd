from datetime import date, timedelta

import pytest

from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_cover
from tests.workflows.process_orders import terms
from tests.workflows.process_purchases import PAID, PAID_BACK, UNDERWRITTEN, money, record

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


def capped(world, **changes):
    cover = death_cover(terms(), date(2012, 3, 15), shanghai_day(world.time), existing_fen=0)
    return {"death_cover": cover, "counts_everybodys": True} | changes


@pytest.mark.parametrize(("covered_fen", "counts"), [(300_000_00, True), (300_000_01, False)])
async def test_cover_within_the_cap_becomes_a_policy(world, covered_fen, counts):
    world.books.covered_fen = covered_fen
    purchase_id = await world.awaiting_payment(**capped(world, counts_everybodys=counts))
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert money(world, purchase_id) == PAID


async def test_who_pays_after_another_has_filled_the_cap_gets_all_of_it_back_and_no_policy(world):
    purchase_id = await world.awaiting_payment(**capped(world))
    world.books.covered_fen = 300_000_01
    asked = len(world.insurer.entries)
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    assert record(world, purchase_id).reason_code == "minor_death_cap"
    assert money(world, purchase_id) == PAID_BACK
    assert len(world.insurer.entries) == asked


async def test_a_late_payment_of_an_expired_order_is_counted_too(world):
    purchase_id = await world.awaiting_payment(**capped(world))
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    world.books.covered_fen = 300_000_01
    await world.update(purchase_id, "resume")
    await world.pay(purchase_id, attempt=2)
    assert (await world.end_of(purchase_id)).state == "refunded"
