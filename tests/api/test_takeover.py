import asyncio

import pytest
from api_door import Door
from api_routes import takeover
from refusals import is_chinese, problems_of

from insurance.tables import Policy
from tests import records

pytestmark = pytest.mark.servers
ADDRESS = "/v1/insurers/xiangjiang/policies"


def policy(**changes):
    return takeover()["policies"][0] | {"policy_no": records.new("XJ")} | changes


async def take_over(door: Door, *policies, headers=None):
    return await door.client.put(ADDRESS, json={"policies": list(policies)}, headers=headers or door.adjuster())


async def test_a_policy_sold_elsewhere_is_served_here(door: Door):
    row, subject = policy(account="parent-taken-over"), "parent-taken-over"
    assert (await take_over(door, row)).json() == {"accepted": 1, "rejected": []}
    shown = (await door.client.get(f"/v1/policies/{row['policy_no']}", headers=door.parent(subject))).json()
    assert (shown["state"], shown["effective_date"], shown["premium_fen"]) == ("in_force", "2025-09-01", 120_00)
    assert door.insurer.entries == [("taken_over", "", row["policy_no"])]


async def test_taking_over_again_is_accepted_and_changes_nothing(door: Door):
    row = policy()
    for _ in range(3):
        assert (await take_over(door, row)).json() == {"accepted": 1, "rejected": []}
    assert len(door.insurer.entries) == 1


@pytest.mark.parametrize(
    "change", [{"premium_paid_fen": 1}, {"effective_date": "2025-09-02"}, {"product_id": "changsha-2024-plan-1"}]
)
async def test_a_number_that_stands_with_other_details_is_rejected(door: Door, change):
    row = policy()
    await take_over(door, row)
    body = (await take_over(door, row | change)).json()
    assert body["accepted"] == 0
    assert body["rejected"] == [
        {"row": 0, "field": "policy_no", "code": "policy_conflict", "message": "这个保单号已存在，内容不同"}
    ]
    async with door.database.transaction() as session:
        assert (await session.get(Policy, row["policy_no"])).premium_fen == 120_00


async def test_bad_rows_do_not_keep_good_ones_out_and_each_says_why(door: Door):
    rows = [
        policy(),
        policy(product_id="jiangxi-plus"),
        policy(premium_paid_fen=-1),
        policy(paid_at="2026-03-10T10:00:01+08:00"),
        policy(),
        policy(insured=policy()["insured"] | {"id_number": "430102201602290018"}),
    ]
    body = (await take_over(door, *rows)).json()
    assert body["accepted"] == 2
    assert [(r["row"], r["field"]) for r in body["rejected"]] == [
        (1, "product_id"), (2, "premium_paid_fen"), (3, "paid_at"), (5, "insured.id_number"),
    ]  # fmt: skip
    assert all(is_chinese(r["message"]) for r in body["rejected"])


async def test_the_same_number_twice_in_one_list_is_one_policy(door: Door):
    row = policy()
    before = await door.rows()
    await take_over(door, row, row)
    assert (await door.rows())["policies"] == before["policies"] + 1


async def test_the_same_number_twice_with_other_details_is_the_first_of_them(door: Door):
    row = policy(account="parent-first")
    body = (await take_over(door, row, row | {"premium_paid_fen": 1, "account": "parent-second"})).json()
    assert (body["accepted"], [(r["row"], r["code"]) for r in body["rejected"]]) == (1, [(1, "policy_conflict")])
    assert door.insurer.entries == [("taken_over", "", row["policy_no"])]
    async with door.database.transaction() as session:
        assert (await session.get(Policy, row["policy_no"])).premium_fen == 120_00


async def test_two_lists_at_the_same_moment_make_each_policy_once(door: Door):
    rows = [policy() for _ in range(10)]
    before = await door.rows()
    answers = await asyncio.gather(take_over(door, *rows), take_over(door, *rows[::-1]))
    assert [answer.json()["accepted"] for answer in answers] == [10, 10]
    assert (await door.rows())["policies"] == before["policies"] + 10


async def test_an_insurer_that_does_not_answer_leaves_nothing_taken_over(door: Door):
    before = await door.rows()
    door.insurer.faults.add("take_over", "down")
    assert not problems_of(await take_over(door, policy()), statuses=(503,))
    assert await door.rows() == before


async def test_an_insurer_without_a_connection_is_named(door: Door):
    answer = await door.client.put("/v1/insurers/ganpo/policies", json=takeover(), headers=door.as_("operator", "op"))
    assert not problems_of(answer, statuses=(409,), code="insurer_not_connected")


async def test_a_policy_of_nobody_can_be_claimed_by_nobody(door: Door):
    row = policy(account=None)
    await take_over(door, row)
    for subject in ("None", "parent-1", "null"):
        answer = await door.client.get(f"/v1/policies/{row['policy_no']}", headers=door.parent(subject))
        assert answer.status_code == 404
