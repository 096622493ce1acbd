from datetime import date

import pytest
from api_door import Door
from api_routes import applicant, purchase

from activities.purchases import PurchaseRecords
from tests import records

pytestmark = pytest.mark.servers


async def bought(door: Door, subject: str, **changes) -> str:
    row = records.purchase(subject=subject, state="issued")
    await PurchaseRecords(door.database).publish_purchase(row)
    policy = records.policy(applicant_subject=subject, purchase_id=row.purchase_id, **changes)
    policy_no = policy.policy_no
    await door.store(policy)
    return policy_no


async def asked(door: Door, subject: str, policy_no: str):
    return (await door.client.get(f"/v1/policies/{policy_no}/renewal", headers=door.parent(subject))).json()


async def test_the_next_year_begins_where_this_one_ends(door: Door):
    subject = records.new("parent")
    told = await asked(door, subject, await bought(door, subject))
    assert (told["effective_date"], told["without_gap"], told["on_sale"]) == ("2026-09-01", True, True)
    assert (told["product_id"], told["premium_fen"]) == (records.PLAN_2.product_id, 120_00)
    assert "不保证续保" in told["not_guaranteed"]


async def test_cover_that_has_not_begun_is_not_gone_on_with(door: Door):
    subject = records.new("parent")
    policy_no = await bought(door, subject, effective_date=date(2026, 3, 20), ends_on=date(2027, 3, 19))
    told = await asked(door, subject, policy_no)
    assert (told["effective_date"], told["without_gap"]) == ("2027-03-20", False)


async def test_it_is_enough_to_buy_with(door: Door):
    subject = records.new("parent")
    told = await asked(door, subject, await bought(door, subject))
    body = {name: value for name, value in purchase().items() if name != "insured"} | {
        "applicant": applicant(),
        **{name: told[name] for name in ("product_id", "insured_from", "relationship", "effective_date")},
    }
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))
    assert answer.status_code == 201, answer.text
    order = door.processes.started[answer.json()["purchase_id"]]
    assert order.application.requested_effective_date == date(2026, 9, 1)


async def test_after_a_gap_it_begins_tomorrow_and_is_no_renewal(door: Door):
    subject = records.new("parent")
    told = await asked(
        door, subject, await bought(door, subject, effective_date=date(2024, 9, 1), ends_on=date(2025, 8, 31))
    )
    assert (told["effective_date"], told["without_gap"]) == ("2026-03-11", False)


async def test_a_product_that_is_not_sold_any_more_says_so(door: Door):
    subject = records.new("parent")
    told = await asked(door, subject, await bought(door, subject, product_id="changsha-2019-plan-1"))
    assert (told["on_sale"], told["premium_fen"]) == (False, None)
