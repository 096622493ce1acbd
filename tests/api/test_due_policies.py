from datetime import timedelta

import pytest
from api_door import Door

from activities.corrections import Corrections
from activities.purchases import PurchaseRecords
from activities.surrenders import SurrenderRecords
from tests import records

pytestmark = pytest.mark.servers


async def surrender(door: Door, insurer: str, days: int, state: str = "terminated", **changes) -> str:
    due_on = records.TODAY + timedelta(days=days)
    record = records.surrender(insurer_code=insurer, state=state, refund_due_on=due_on, **changes)
    await SurrenderRecords(door.database).publish_surrender(record)
    return record.surrender_id


async def correction(door: Door, insurer: str, days: int, state: str = "confirming") -> str:
    policy = records.policy(insurer_code=insurer)
    policy_no = policy.policy_no
    await door.store(policy)
    due_on = records.TODAY + timedelta(days=days)
    record = records.correction(insurer_code=insurer, policy_no=policy_no, state=state, due_on=due_on)
    await Corrections(door.database).publish_correction(record)
    return record.correction_id


async def listed(door: Door, path: str, insurer: str, **query):
    answer = await door.client.get(path, headers=door.adjuster(insurer=insurer), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


BOTH = {"/v1/due-surrenders": surrender, "/v1/due-corrections": correction}


@pytest.fixture(params=BOTH)
def about(request):
    return request.param, BOTH[request.param], records.new("in")[:20]


async def test_an_insurer_sees_what_is_near_and_what_is_overdue_with_its_days_and_whose_turn_it_is(door: Door, about):
    path, make, insurer = about
    for days in (-3, -1, 0, 2, 3, 30):
        await make(door, insurer, days)
    await make(door, records.new("in")[:20], 0)
    near = (await listed(door, path, insurer))["items"]
    assert [(i["due_on"], i["late_days"]) for i in near] == [("2026-03-10", 0), ("2026-03-12", 0)]
    overdue = (await listed(door, path, insurer, state="overdue"))["items"]
    assert [(i["due_on"], i["late_days"]) for i in overdue] == [("2026-03-07", 3), ("2026-03-09", 1)]
    assert {i["whose_turn"] for i in near + overdue} == {"insurer"} and all(i["label"] for i in near)


async def test_what_is_done_or_waits_for_the_family_is_nobodys_delay(door: Door):
    insurer = records.new("in")[:20]
    for state in ("quoted", "payee_needed", "refunded", "rejected", "cancelled"):
        await surrender(door, insurer, -1, state)
    for state in ("corrected", "declined", "unanswered"):
        await correction(door, insurer, -1, state)
    for path in BOTH:
        assert (await listed(door, path, insurer, state="overdue"))["items"] == []


async def test_a_refund_to_an_account_that_the_family_gave_is_the_insurers_delay_again(door: Door):
    insurer = records.new("in")[:20]
    await surrender(door, insurer, -1, "payee_needed", waits_for="account")
    paying = await surrender(door, insurer, -1, "payee_needed", waits_for="gateway")
    (item,) = (await listed(door, "/v1/due-surrenders", insurer, state="overdue"))["items"]
    assert (item["surrender_id"], item["late_days"], item["whose_turn"]) == (paying, 1, "insurer")
    assert "正在退到" in item["label"]


async def test_the_list_is_paged_from_the_most_urgent_on(door: Door, about):
    path, make, insurer = about
    for days in (-1, -1, -2, -2, -3):
        await make(door, insurer, days)
    seen, cursor = [], None
    for _ in range(3):
        page = await listed(door, path, insurer, state="overdue", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["late_days"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == ([3, 2, 2, 1, 1], None)


async def paid(door: Door, insurer: str, hours: float, state: str = "paid") -> str:
    record = records.purchase(insurer_code=insurer, state=state, paid_at=records.NOW - timedelta(hours=hours))
    await PurchaseRecords(door.database).publish_purchase(record)
    return record.purchase_id


async def test_an_insurer_sees_what_is_paid_and_not_issued_from_some_hours_on_the_oldest_first(door: Door):
    # it is 10:00 in China
    insurer, path = records.new("in")[:20], "/v1/due-purchases"
    fresh, near, at_night, late = [await paid(door, insurer, hours) for hours in (3.9, 4.1, 10.1, 50)]
    await paid(door, records.new("in")[:20], 5)
    for state in ("issued", "refunded", "awaiting_payment"):
        await paid(door, insurer, 50, state)
    assert [i["purchase_id"] for i in (await listed(door, path, insurer))["items"]] == [near]
    overdue = (await listed(door, path, insurer, state="overdue"))["items"]
    assert [(i["purchase_id"], i["late_days"], i["whose_turn"]) for i in overdue] == [
        (late, 2, "insurer"), (at_night, 1, "insurer"),
    ]  # fmt: skip
    assert fresh not in str(overdue)
    page = await listed(door, path, insurer, state="overdue", limit=1)
    rest = await listed(door, path, insurer, state="overdue", limit=1, cursor=page["next_cursor"])
    assert [i["purchase_id"] for i in page["items"] + rest["items"]] == [late, at_night]


async def test_the_operator_of_all_sees_every_insurers(door: Door, about):
    path, make, insurer = about
    mine = await make(door, insurer, -300)
    answer = await door.client.get(f"{path}?state=overdue&limit=100", headers=door.as_("operator", "op-1"))
    assert mine in answer.text
