from datetime import date, timedelta

import pytest
from api_family import new_family

from insurance.rules.periods import end_of_day
from insurance.tables import BrokenClock, Claim
from tests import records

pytestmark = pytest.mark.servers


def claim(days, insurer, **changes):
    """Its clock ends so many days from today."""
    case = records.case(insurer_code=insurer, state="in_review")
    known = {
        "claim_id": case.claim_id, "policy_no": "P-1", "subject": "parent-1", "insurer_code": insurer,
        "state": "in_review", "seq": 1, "open": True, "case": {}, "created_at": records.NOW, "updated_at": records.NOW,
        "due_clock": "determination", "due_at": end_of_day(records.TODAY + timedelta(days=days)),
    }  # fmt: skip
    return Claim(**known | changes)


async def listed(door, headers, **query):
    answer = await door.client.get("/v1/due-claims", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_insurer_sees_what_is_near_and_what_is_overdue_with_its_days(door):
    insurer = records.new("in")[:20]
    await door.store(*(claim(days, insurer) for days in (-3, -1, 0, 2, 3, 30)), claim(0, "another"))
    mine = door.adjuster(insurer=insurer)
    near = await listed(door, mine)
    assert [(i["due_on"], i["late_days"], i["whose_turn"]) for i in near["items"]] == [
        ("2026-03-10", 0, "adjuster"), ("2026-03-12", 0, "adjuster"),
    ]  # fmt: skip
    overdue = await listed(door, mine, state="overdue")
    assert [(i["due_on"], i["late_days"]) for i in overdue["items"]] == [("2026-03-07", 3), ("2026-03-09", 1)]


async def test_what_no_channel_takes_to_the_family_is_listed_for_whoever_has_to_tell_it(door):
    insurer = records.new("in")[:20]
    told, untold = (
        claim(20, insurer, case={"undelivered": []}),
        claim(20, insurer, case={"undelivered": ["decided_refused"]}),
    )
    untold.state, untold.due_clock = "decided", "refusal_notice"
    await door.store(told, untold, claim(20, insurer))
    (item,) = (await listed(door, door.adjuster(insurer=insurer, lead=True), state="undelivered"))["items"]
    assert (item["claim_id"], item["undelivered"], item["whose_turn"]) == (
        untold.claim_id, ["decided_refused"], "adjuster",
    )  # fmt: skip


async def test_a_delivery_is_recorded_by_a_lead_alone(door):
    family = await new_family(door)
    body = {"kind": "decided_refused", "how": "telephone", "at": "2026-03-10T09:30:00+08:00", "by": "adj-2"}
    path = f"/v1/claims/{family.claim_id}/deliveries"
    answer = await door.client.post(path, json=body, headers=door.adjuster())
    assert (answer.status_code, answer.json()["code"], door.processes.told) == (403, "lead_required", [])
    assert (await door.client.post(path, json=body, headers=door.adjuster("lead-1", lead=True))).status_code == 200
    ((claim_id, update, delivery),) = door.processes.told
    assert (claim_id, update, delivery.by, delivery.actor.subject) == (
        family.claim_id, "record_delivery", "adj-2", "lead-1",
    )  # fmt: skip


async def test_the_list_is_paged_from_the_most_urgent_on(door):
    insurer = records.new("in")[:20]
    await door.store(*(claim(-days, insurer) for days in range(1, 6)))
    mine, seen, cursor = door.adjuster(insurer=insurer), [], None
    for _ in range(3):
        page = await listed(door, mine, state="overdue", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["late_days"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == ([5, 4, 3, 2, 1], None)


def broken(region, clock="determination", insurer="xiangjiang", done=None, due_on=date(2026, 2, 2)):
    return BrokenClock(
        claim_id=records.new("cl"),
        since=due_on - timedelta(days=30),
        clock=clock,
        due_on=due_on,
        insurer_code=insurer,
        region=region,
        done_on=done,
        late_days=(done - due_on).days if done else None,
    )


async def counted(door, region, **query):
    headers = door.as_("supervisor", "centre-1", region=region)
    answer = await door.client.get("/v1/overview/clocks", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return [(i["insurer"], i["clock"], i["broken"], i["still_open"]) for i in answer.json()["items"]]


async def test_a_supervisor_counts_broken_clocks_of_the_region_and_sees_no_case(door):
    await door.store(
        broken("650102"), broken("650102", done=date(2026, 2, 9)), broken("650203", "payment", "ganpo"),
        broken("660102"), broken("650102", due_on=date(2025, 12, 31)),
    )  # fmt: skip
    city, province = [("xiangjiang", "determination", 2, 1)], ("ganpo", "payment", 1, 1)
    assert await counted(door, "650100") == city
    assert await counted(door, "650102") == city
    assert await counted(door, "650000") == [province, *city]
    assert await counted(door, "650100", due_from="2025-01-01", due_to="2025-12-31") == [
        ("xiangjiang", "determination", 1, 1)
    ]


async def test_the_longest_delay_is_told_of_what_is_done_and_of_what_still_waits(door):
    await door.store(broken("670102"), broken("670102", "payment", done=date(2026, 2, 9)))
    headers = door.as_("supervisor", "centre-1", region="670100")
    answer = (await door.client.get("/v1/overview/clocks", headers=headers)).json()
    assert {i["clock"]: i["longest_late_days"] for i in answer["items"]} == {"determination": 36, "payment": 7}


async def test_a_supervisor_of_no_region_sees_none(door):
    answer = await door.client.get("/v1/overview/clocks", headers=door.as_("supervisor", "centre-1"))
    assert answer.status_code == 403


async def test_an_insurers_operator_counts_no_other_insurers_clocks(door):
    mine, other = records.new("in")[:20], records.new("in")[:20]
    await door.store(broken("680102", insurer=mine), broken("680102", insurer=other))
    for insurer, expected in ((mine, {mine}), (None, {mine, other})):
        headers = door.as_("operator", "op-1", **({"insurer": insurer} if insurer else {}))
        items = (await door.client.get("/v1/overview/clocks", headers=headers)).json()["items"]
        assert {item["insurer"] for item in items} & {mine, other} == expected
