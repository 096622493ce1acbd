from dataclasses import replace
from datetime import date, timedelta

import pytest
from api_door import SETTINGS, Door
from api_routes import agreements, insured
from buyers import buy, child, insure, new_number, preview, warned, with_check
from refusals import problems_of

from api.digest import insured_digest
from insurance.tables import ConsentFile, Purchase
from tests import records

pytestmark = pytest.mark.servers


async def test_who_buys_twice_is_told_that_costs_are_not_paid_twice(door: Door):
    answer = await buy(door, insured=await insure(door, "430102201702280115", death_limit_fen=0))
    assert (answer.status_code, warned(answer)) == (201, ["double_insurance"])
    shown = await door.client.get(f"/v1/purchases/{answer.json()['purchase_id']}", headers=door.parent())
    assert shown.json()["warnings"] == answer.json()["warnings"]


async def test_death_cover_that_we_know_of_counts_when_the_form_forgets_it(door: Door, monkeypatch):
    # on a stack of development it is a warning
    again = await insure(door, "430102201702280182", death_limit_fen=200_000_00)
    assert warned(await buy(door, insured=again)) == ["double_insurance"]
    monkeypatch.setattr(SETTINGS, "environment", "production")
    refused = await buy(door, insured=await insure(door, "430102201702280131", death_limit_fen=200_000_00))
    assert not problems_of(refused, "existing_death_cover_fen", code="minor_death_cap")


async def test_nobody_finds_out_what_another_family_has_bought(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    insured_already = await insure(door, new_number(), death_limit_fen=200_000_00)
    never_insured, asker = child(new_number()), records.new("teacher")
    shown, unknown = [(await preview(door, asker, insured=who)).json() for who in (insured_already, never_insured)]
    assert [shown[name] for name in ("errors", "warnings", "death_cover")] == [
        unknown[name] for name in ("errors", "warnings", "death_cover")
    ]
    own = (await preview(door, insured=insured_already)).json()
    assert [error["code"] for error in own["errors"]] == ["minor_death_cap"]
    assert [warning["code"] for warning in own["warnings"]] == ["double_insurance"]
    # submitted, the cap holds, and says no more than that
    refused = await buy(door, asker, insured=insured_already)
    assert not problems_of(refused, "existing_death_cover_fen", code="minor_death_cap")
    assert len(refused.json()["errors"]) == 1 and "200000" not in refused.text


async def test_what_another_family_bought_is_no_warning(door: Door):
    asker = records.new("teacher")
    answer = await buy(door, asker, insured=await insure(door, new_number(), death_limit_fen=0))
    assert (answer.status_code, warned(answer)) == (201, [])


@pytest.mark.parametrize(
    ("first", "counts"),
    [(date(2026, 4, 2), True), (date(2027, 3, 31), True), (date(2027, 4, 1), False)],
)
async def test_a_policy_that_begins_within_the_term_counts_against_the_cap(door: Door, monkeypatch, first, counts):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    again = await insure(
        door, new_number(), death_limit_fen=200_000_00, effective_date=first, ends_on=date(2028, 3, 31)
    )
    answer = await buy(door, insured=again)
    if counts:
        assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    else:
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("paid", True),
        *((state, False) for state in ("queued", "underwriting", "awaiting_payment", "expired")),
        *((state, False) for state in ("cancelled", "declined", "refunding", "refunded")),
    ],
)
async def test_a_purchase_counts_against_the_cap_once_it_is_paid_and_until_it_has_ended(
    door: Door, monkeypatch, state, counts
):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    plan_1 = {"product_id": "changsha-2024-plan-1", "agreements": agreements("changsha-2024-plan-1")}
    mother, father, who = records.new("mother"), records.new("father"), child(new_number())
    first = await buy(door, mother, insured=who, **plan_1, existing_death_cover_fen=0)
    assert first.status_code == 201, first.text
    async with door.database.transaction() as session:
        row = await session.get_one(Purchase, first.json()["purchase_id"])
        row.state, row.death_cover_fen = state, 200_000_00
    own = (await preview(door, mother, insured=who, **plan_1)).json()
    assert [error["code"] for error in own["errors"]] == (["minor_death_cap"] if counts else [])
    assert [warning["code"] for warning in own["warnings"]] == (["double_insurance"] if counts else [])
    assert all("已付款、正在出单的投保" in warning["message"] for warning in own["warnings"])
    assert (await preview(door, father, insured=who, **plan_1)).json()["errors"] == []
    answer = await buy(door, father, insured=who, **plan_1)
    if counts:
        assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    else:
        assert answer.status_code == 201, answer.text


async def test_the_death_cover_that_was_accepted_is_kept_with_the_purchase(door: Door):
    answer = await buy(door, insured=child(new_number()), existing_death_cover_fen=50_000_00)
    async with door.database.transaction() as session:
        row = await session.get_one(Purchase, answer.json()["purchase_id"])
    assert row.death_cover_fen == 150_000_00
    assert row.insured_digest == door.processes.started[row.purchase_id].insured_digest


async def test_what_was_told_of_other_companies_with_a_policy_counts_beside_it(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number, mother, father = new_number(), records.new("mother"), records.new("father")
    first = (await buy(door, mother, insured=child(number), existing_death_cover_fen=90_000_00)).json()["purchase_id"]
    bought = {"purchase_id": first, "applicant_subject": mother, "paid_at": records.NOW + timedelta(minutes=1)}
    await insure(door, number, death_limit_fen=80_000_00, ends_on=date(2027, 3, 31), **bought)
    # 30,000 of 200,000 yuan are left, of which plan 2 would give more
    own = (await preview(door, mother, insured=child(number))).json()["death_cover"]
    assert (own["existing_fen"], own["accepted_fen"]) == (170_000_00, 30_000_00)
    # nobody else is told
    assert (await preview(door, father, insured=child(number))).json()["death_cover"]["existing_fen"] == 0
    refused = await buy(door, father, insured=child(number))
    assert not problems_of(refused, "existing_death_cover_fen", code="minor_death_cap")
    taken = await buy(door, father, insured=child(number), existing_death_cover_fen=170_000_00)
    assert door.processes.started[taken.json()["purchase_id"]].death_cover.accepted_fen == 30_000_00


async def test_an_order_that_expired_is_not_resumed_when_what_it_told_of_fills_the_cap(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number, mother = new_number(), records.new("mother")
    order = await buy(door, mother, insured=child(number), existing_death_cover_fen=150_000_00)
    purchase_id = order.json()["purchase_id"]
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "expired"
    since = {"paid_at": records.NOW + timedelta(minutes=1), "ends_on": date(2027, 3, 31)}
    await insure(door, number, death_limit_fen=100, **since)
    answer = await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(mother))
    assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")


async def test_the_cap_is_counted_again_with_the_payment_in_production(door: Door, monkeypatch):
    for environment, counts in (("development", False), ("production", True)):
        monkeypatch.setattr(SETTINGS, "environment", environment)
        answer = await buy(door, insured=child(new_number()))
        assert door.processes.started[answer.json()["purchase_id"]].counts_everybodys is counts


async def test_an_expired_order_is_not_resumed_when_others_have_filled_the_cap(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number, mother = new_number(), records.new("mother")
    purchase_id = (await buy(door, mother, insured=child(number))).json()["purchase_id"]
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "expired"

    async def resume():
        return await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(mother))

    assert (await resume()).status_code == 200
    await insure(door, number, death_limit_fen=80_000_00, effective_date=date(2026, 5, 1), ends_on=date(2027, 4, 30))
    door.processes.told.clear()
    assert not problems_of(await resume(), "existing_death_cover_fen", code="minor_death_cap")
    assert door.processes.told == []


async def test_an_expired_order_of_who_has_come_of_age_is_not_resumed_without_his_own_consent(door: Door):
    subject, school = records.new("parent"), {"school_type": "senior", "school_code": "3443000001"}
    number = with_check("43010220080320" + "003")
    of_age_soon = insured() | school | {"id_number": number, "birth_date": "2008-03-20", "gender": "male"}
    answer = await buy(door, subject, insured=of_age_soon, effective_date=None)
    assert answer.status_code == 201, answer.text
    purchase_id = answer.json()["purchase_id"]
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "expired"

    async def resume(days: int):
        door.app.state.parts = replace(door.parts, clock=lambda: records.NOW + timedelta(days=days))
        return await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(subject))

    try:
        # cover would begin on the day before the birthday, and on the birthday
        assert (await resume(8)).status_code == 200
        door.processes.told.clear()
        assert not problems_of(await resume(9), "relationship", code="insured_consent_required")
        assert door.processes.told == []
        paper = ConsentFile(
            consent_id=records.new("cf"), kind="insured_consent", subject=subject, object_key="k", version_id="v",
            insured_digest=insured_digest(SETTINGS, "resident_id", number), sha256="0" * 64,
            content_type="application/pdf", received_at=records.NOW,
        )  # fmt: skip
        await door.store(paper)
        assert (await resume(9)).status_code == 200
    finally:
        door.app.state.parts = door.parts


async def test_policies_one_after_the_other_do_not_add_up(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number = new_number()
    await insure(door, number, death_limit_fen=80_000_00, ends_on=date(2026, 4, 30))
    await insure(door, number, death_limit_fen=70_000_00, effective_date=date(2026, 5, 1), ends_on=date(2027, 4, 30))
    answer = await preview(door, insured=child(number))
    assert answer.json()["death_cover"]["existing_fen"] == 80_000_00


async def test_cover_that_ended_early_counts_no_more(door: Door):
    ended = await insure(door, "430102201702280158", ended_reason="surrendered", death_limit_fen=200_000_00)
    answer = await buy(door, insured=ended)
    assert (answer.status_code, warned(answer)) == (201, [])


async def test_a_policy_that_goes_on_without_a_gap_is_a_renewal(door: Door):
    answer = await buy(door, insured=await insure(door, "430102201702280174", ends_on=date(2026, 3, 31)))
    assert (answer.status_code, warned(answer)) == (201, [])
    assert door.processes.started[answer.json()["purchase_id"]].insured_until == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("first", "last", "renewal", "until"),
    [
        # cover is asked for from 1 April on, on 10 March; 30 days of waiting
        (date(2026, 3, 2), date(2027, 3, 1), False, date(2027, 3, 1)),
        (date(2026, 3, 3), date(2027, 3, 2), False, None),
        (date(2026, 3, 10), date(2027, 3, 9), True, date(2027, 3, 9)),
        (date(2026, 3, 11), date(2027, 3, 10), True, None),
        (date(2026, 3, 11), date(2027, 3, 10), False, None),
    ],
)
async def test_only_cover_in_effect_that_has_waited_can_be_gone_on_with(door: Door, first, last, renewal, until):
    again = await insure(door, new_number(), effective_date=first, ends_on=last, renewal=renewal)
    answer = await buy(door, insured=again)
    assert answer.status_code == 201, answer.text
    assert door.processes.started[answer.json()["purchase_id"]].insured_until == until


async def test_how_the_minors_cap_came_out_goes_with_the_order(door: Door):
    answer = await buy(door, insured=child("430102201702280190"), existing_death_cover_fen=50_000_00)
    cover = door.processes.started[answer.json()["purchase_id"]].death_cover
    assert (cover.cap_fen, cover.existing_fen, cover.accepted_fen) == (200_000_00, 50_000_00, 150_000_00)
    assert sum(step.amount_fen for step in cover.steps) == cover.accepted_fen
    assert warned(answer) == ["death_cover_reduced"]
