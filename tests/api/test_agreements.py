"""What was agreed to can be traced back: which text, on which page, when, on what device."""

from datetime import timedelta

import pytest
from api_door import SETTINGS, Door
from api_routes import agreements, purchase
from refusals import problems_of
from sqlmodel import select

from insurance.tables import ConsentRecord
from tests import records

pytestmark = pytest.mark.servers

PAGE = {"page_version": "h5-2026.03.1", "device": "iPhone 15 / Alipay 10.6"}


async def buy(door: Door, agent="Mozilla/5.0 (Linux; Android 14)", subject="parent-1", **changes):
    headers = door.parent(subject) | {"user-agent": agent}
    return await door.client.post("/v1/purchases", json=purchase() | changes, headers=headers)


async def shown(door: Door, answer, subject="parent-1"):
    assert answer.status_code == 201, answer.text
    address = f"/v1/purchases/{answer.json()['purchase_id']}"
    return (await door.client.get(address, headers=door.parent(subject))).json()


def ticked(at):
    return [a | {"agreed_at": at.isoformat()} for a in agreements(records.PLAN_2.product_id)]


async def test_a18_every_text_is_recorded_by_itself_with_version_hash_page_time_and_device(door: Door):
    at = records.NOW - timedelta(minutes=3)
    told = (await shown(door, await buy(door, **PAGE, agreements=ticked(at))))["agreements"]
    texts = agreements(records.PLAN_2.product_id)
    assert [{name: one[name] for name in texts[0]} for one in told] == texts
    assert {(one["page_version"], one["device"]) for one in told} == {(PAGE["page_version"], PAGE["device"])}
    assert {(one["agreed_at"], one["agreed_at_is"]) for one in told} == {("2026-03-10T09:57:00.000+08:00", "ticked")}
    assert all(one["title"] for one in told)


async def test_a18_without_a_time_or_device_of_its_own_the_submission_and_the_browser_count(door: Door):
    told = (await shown(door, await buy(door)))["agreements"]
    assert {(one["agreed_at"], one["agreed_at_is"], one["device"]) for one in told} == {
        ("2026-03-10T10:00:00.000+08:00", "submitted", "Mozilla/5.0 (Linux; Android 14)")
    }


async def test_a18_a_text_that_is_not_ticked_is_not_agreed_to(door: Door):
    """Nothing is ticked before the family does it."""
    first, *rest = agreements(records.PLAN_2.product_id)
    answer = await buy(door, agreements=[first | {"agreed": False}, *rest])
    assert not problems_of(answer, "agreements", code="document_not_agreed")
    product = (await door.client.get(f"/v1/products/{records.PLAN_2.product_id}")).json()
    title = next(d["title"] for d in product["documents"] if d["document_id"] == first["document_id"])
    assert f"《{title}》" in answer.json()["title"]
    assert "agreed" not in product["documents"][0]


async def test_a_device_that_says_too_much_is_cut(door: Door):
    told = (await shown(door, await buy(door, agent="x" * 5_000)))["agreements"]
    assert {len(one["device"]) for one in told} == {200}


@pytest.mark.parametrize("off", [timedelta(minutes=6), -timedelta(days=31)])
async def test_a_time_that_can_not_be_is_refused(door: Door, off):
    answer = await buy(door, agreements=ticked(records.NOW + off))
    assert not problems_of(answer, "agreements.0.agreed_at", code="bad_time")


async def test_separate_consents_are_recorded_with_page_and_device_too(door: Door):
    answer = await buy(door, **PAGE)
    async with door.database.transaction() as session:
        mine = select(ConsentRecord).where(ConsentRecord.purchase_id == answer.json()["purchase_id"])
        rows = (await session.exec(mine)).all()
    assert {(row.page_version, row.device) for row in rows} == {(PAGE["page_version"], PAGE["device"])}
    assert {row.kind for row in rows} == {"child_data", "share_with_insurer"}


async def test_production_sells_on_no_page_without_a_version(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    assert not problems_of(await buy(door, page_version=None), "page_version", code="required")
    child = {**purchase()["insured"], "id_number": "360102201203151230", "birth_date": "2012-03-15"}
    assert (await buy(door, **PAGE, insured=child)).status_code == 201
