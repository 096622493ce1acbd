from dataclasses import replace
from datetime import date, timedelta

import pytest

from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_cover
from tests.workflows.process_orders import application, new_id, terms
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


def turning(world, age, existing_fen=0, **changes):
    """An order of a child whose birthday is in ten days; it runs out of time, and is paid in twenty."""
    first = shanghai_day(world.time) + timedelta(days=1)
    born = years_before(first + timedelta(days=10), age)
    asked = application()
    cover = death_cover(terms(), born, first, existing_fen)
    assert cover.age == age - 1
    return {
        "application": replace(asked, insured=replace(asked.insured, birth_date=born)),
        "death_cover": cover,
        "death_limit_fen": cover.accepted_fen if cover.accepted_fen < cover.product_fen else None,
    } | changes


def years_before(day, years):
    return date(day.year - years, day.month, min(day.day, 28))


async def paid_in_twenty_days(world, **changes):
    purchase_id = await world.awaiting_payment(**changes)
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.let_pass(days=20)
    await world.update(purchase_id, "resume")
    await world.pay(purchase_id, attempt=2)
    return purchase_id, (await world.end_of(purchase_id)).state


@pytest.mark.parametrize(("agreed", "state"), [(False, "refunded"), (True, "issued")])
async def test_who_comes_of_age_before_cover_begins_must_have_agreed(world, agreed, state):
    child = new_id("child")
    world.books.agreed |= {child} if agreed else set()
    purchase_id, ended = await paid_in_twenty_days(world, **turning(world, 18, insured_digest=child))
    assert ended == state
    if agreed:
        assert record(world, purchase_id).issued.death_cover.cap_fen is None
        return
    assert record(world, purchase_id).reason_code == "insured_consent_required"
    assert "本人同意" in record(world, purchase_id).reason
    assert money(world, purchase_id) == PAID_BACK
    # it was asked for underwriting alone
    assert [kind for kind, *_ in world.insurer.entries if kind != "proposal"] == []


async def test_death_cover_is_worked_out_for_the_age_on_the_first_day(world):
    # of 200,000 yuan for a child of nine 80,000 are left, of 500,000 for one of ten more than the product gives
    order = turning(world, 10, existing_fen=200_000_00 - 80_000_00)
    assert order["death_limit_fen"] == 80_000_00
    purchase_id, state = await paid_in_twenty_days(world, **order)
    issued = record(world, purchase_id).issued
    assert (state, issued.death_cover.age, issued.death_cover.cap_fen) == ("issued", 10, 500_000_00)
    assert issued.death_limit_fen is None


async def test_a_late_payment_of_an_expired_order_is_counted_too(world):
    purchase_id = await world.awaiting_payment(**capped(world))
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    world.books.covered_fen = 300_000_01
    await world.update(purchase_id, "resume")
    await world.pay(purchase_id, attempt=2)
    assert (await world.end_of(purchase_id)).state == "refunded"
