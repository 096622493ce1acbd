import asyncio
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family
from refusals import problems_of

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from tests import records
from workflows.client import ProcessEnded, ProcessUnavailable
from workflows.messages import IncidentLink

pytestmark = pytest.mark.servers


async def child_hurt(door: Door, digest=None, insurer="xiangjiang", state="in_review", school="2143000001", **report):
    """A claim of a child of its own, known to others by its accident."""
    policy = records.policy(insured_digest=digest or records.new("c"), insurer_code=insurer)
    policy.insured = policy.insured | {"school_code": school}
    await door.store(policy)
    case = records.case(policy_no=policy.policy_no, insurer_code=insurer, state=state, report=records.report(**report))
    record = records.claim(case=case, open=state not in ("closed", "withdrawn"))
    await ClaimRecords(door.database).publish_claim(record)
    step = AssessStep(case.claim_id, policy.policy_no, case.report, (), ())
    await Assessing(door.database).assess_claim(step)
    return case.claim_id


async def post(door: Door, path, body, expected=(200, 201), **headers):
    answer = await door.client.post(path, json=body, headers=door.adjuster() | headers)
    assert answer.status_code in expected, answer.text
    return answer


async def linked(door: Door, *claim_ids, title="3月4日校车"):
    return (await post(door, "/v1/incidents", {"title": title, "claim_ids": claim_ids})).json()


def told(door: Door):
    return {claim_id: link for claim_id, what, link in door.processes.told if what == "incident"}


async def test_an_adjuster_links_the_claims_of_one_event(door: Door):
    first, second = await child_hurt(door), await child_hurt(door)
    made = await linked(door, first, second)
    assert (made["students"], made["serious"], made["created_by"]) == (2, False, "adj-1")
    assert {claim["claim_id"] for claim in made["claims"]} == {first, second}
    assert {claim["child"] for claim in made["claims"]} == {"黄**"}
    assert told(door) == {}
    shown = await door.client.get(f"/v1/incidents/{made['incident_id']}", headers=door.adjuster())
    assert shown.json() == made
    listed = (await door.client.get("/v1/incidents", headers=door.adjuster())).json()["items"]
    assert made["incident_id"] in [item["incident_id"] for item in listed]


async def test_with_the_third_student_every_open_claim_of_the_event_is_told(door: Door):
    first, second, third = [await child_hurt(door) for _ in range(3)]
    over = await child_hurt(door, state="closed")
    made = await linked(door, first, second)
    path = f"/v1/incidents/{made['incident_id']}/claims"
    grown = (await post(door, path, {"claim_ids": [third, over]})).json()
    assert (grown["students"], grown["serious"]) == (4, True)
    assert told(door) == dict.fromkeys((first, second, third), IncidentLink(made["incident_id"], 4))


async def test_two_claims_of_one_child_are_one_student(door: Door):
    digest = records.new("c")
    made = await linked(door, await child_hurt(door, digest), await child_hurt(door, digest), await child_hurt(door))
    assert (made["students"], made["serious"]) == (2, False)
    assert told(door) == {}


async def test_a_withdrawn_claim_counts_as_no_student(door: Door):
    first, second = await child_hurt(door), await child_hurt(door)
    made = await linked(door, first, second, await child_hurt(door, state="withdrawn"))
    assert (made["students"], made["serious"], len(made["claims"])) == (2, False, 3)
    assert told(door) == {}
    listed = (await door.client.get("/v1/incidents", headers=door.adjuster())).json()["items"]
    assert [item["students"] for item in listed if item["incident_id"] == made["incident_id"]] == [2]
    await post(door, f"/v1/incidents/{made['incident_id']}/claims", {"claim_ids": [await child_hurt(door)]})
    assert len(told(door)) == 3


async def test_an_event_of_withdrawn_claims_has_no_student(door: Door):
    made = await linked(door, await child_hurt(door, state="withdrawn"))
    assert (made["students"], made["serious"]) == (0, False)


async def test_a_wrong_link_is_taken_out_with_a_reason_that_the_history_keeps(door: Door):
    first, second = await child_hurt(door), await child_hurt(door)
    made = await linked(door, first, second)
    path = f"/v1/incidents/{made['incident_id']}/claims/{second}/remove"
    left = (await post(door, path, {"reason": "不是同一辆校车"})).json()
    assert (left["students"], [claim["claim_id"] for claim in left["claims"]]) == (1, [first])
    assert [(e["event"], e["by"], e["reason"]) for e in left["history"]] == [
        ("incident_linked", "adjuster:adj-1", None), ("incident_linked", "adjuster:adj-1", None),
        ("incident_unlinked", "adjuster:adj-1", "不是同一辆校车"),
    ]  # fmt: skip
    history = (await door.client.get(f"/v1/claims/{second}/history", headers=door.adjuster())).json()
    noted = [(e["event"], e["reason"]) for e in history["entries"] if e["event"].startswith("incident_")]
    assert noted == [("incident_linked", None), ("incident_unlinked", "不是同一辆校车")]
    assert history["verification"]["intact"]
    claim = (await door.client.get(f"/v1/claims/{second}", headers=door.parent())).json()
    assert not [e for e in claim["timeline"] if e["event"].startswith("incident_")]


async def test_what_was_taken_out_belongs_elsewhere_or_can_be_linked_again(door: Door):
    first, second = await child_hurt(door), await child_hurt(door)
    made = await linked(door, first, second)
    path = f"/v1/incidents/{made['incident_id']}/claims/{second}/remove"
    await post(door, path, {"reason": "另一起"})
    await post(door, path, {"reason": "另一起"}, (404,))
    assert (await linked(door, second, title="食堂"))["students"] == 1


@pytest.mark.parametrize("reason", ["", None, 7])
async def test_nothing_is_taken_out_without_a_reason(door: Door, reason):
    claim_id = await child_hurt(door)
    made = await linked(door, claim_id)
    path = f"/v1/incidents/{made['incident_id']}/claims/{claim_id}/remove"
    assert not problems_of(await post(door, path, {"reason": reason}, (422,)), "reason")


async def test_a_claim_that_ends_at_this_moment_keeps_nobody_from_linking(door: Door):
    claim_ids = [await child_hurt(door) for _ in range(3)]
    door.processes.refusals[claim_ids[0]] = ProcessEnded()
    assert (await linked(door, *claim_ids))["students"] == 3
    assert len(told(door)) == 3


async def test_nothing_is_linked_while_processes_can_not_be_told(door: Door):
    claim_ids = [await child_hurt(door) for _ in range(3)]
    before = await door.rows()
    door.processes.refusals[claim_ids[2]] = ProcessUnavailable()
    await post(door, "/v1/incidents", {"claim_ids": claim_ids}, (503,))
    assert await door.rows() == before


async def test_a_claim_belongs_to_one_event_at_most_and_to_the_same_one_as_often_as_one_likes(door: Door):
    first, second = await child_hurt(door), await child_hurt(door)
    made = await linked(door, first)
    answer = await post(door, "/v1/incidents", {"claim_ids": [second, first]}, (409,))
    assert not problems_of(answer, statuses=(409,), code="already_linked")
    again = (await post(door, f"/v1/incidents/{made['incident_id']}/claims", {"claim_ids": [first, first]})).json()
    assert [claim["claim_id"] for claim in again["claims"]] == [first]


async def test_the_same_key_makes_one_event(door: Door):
    body, key = {"claim_ids": [await child_hurt(door)]}, {"idempotency-key": records.new("key")}
    at_once = await asyncio.gather(*(post(door, "/v1/incidents", body, **key) for _ in range(4)))
    before = await door.rows()
    again = await post(door, "/v1/incidents", body, **key)
    assert [answer.json() for answer in at_once] == [again.json()] * 4
    other = await post(door, "/v1/incidents", body | {"title": "食堂"}, (409,), **key)
    assert not problems_of(other, statuses=(409,), code="idempotency_key_reused")
    assert await door.rows() == before


async def test_claims_of_another_insurer_can_not_be_linked(door: Door):
    mine, theirs = await child_hurt(door), await child_hurt(door, insurer="ganpo")
    for unknown in (theirs, "cl-nothing"):
        answer = await post(door, "/v1/incidents", {"claim_ids": [mine, unknown]}, (422,))
        assert not problems_of(answer, "claim_ids.1")


@pytest.mark.parametrize("claim_ids", [[], ["x" * 65], [""], "cl-1", [1], ["cl-1"] * 101])
async def test_what_names_no_claims_is_refused(door: Door, claim_ids):
    answer = await post(door, "/v1/incidents", {"claim_ids": claim_ids}, (422,))
    assert not problems_of(answer, "claim_ids")


# --- suggestions ------------------------------------------------------------------------------------------------------


async def related(door: Door, claim_id):
    answer = await door.client.get(f"/v1/claims/{claim_id}/related", headers=door.adjuster())
    assert answer.status_code == 200, answer.text
    return [(item["claim_id"], item["why"]) for item in answer.json()["items"]]


async def test_claims_that_may_be_of_one_event_are_suggested(door: Door):
    bus, day = "芙蓉路与人民路口的校车上", records.NOW - timedelta(days=40)
    mine = await child_hurt(door, accident_place=bus, accident_at=day, school="2143000011")
    other_school = await child_hurt(door, accident_place="芙蓉路 与人民路口", accident_at=day, school="2143000012")
    classmate = await child_hurt(door, accident_place="教室", accident_at=day, school="2143000011")
    await child_hurt(door, accident_place=bus, accident_at=day - timedelta(days=1), school="2143000011")
    await child_hurt(door, accident_place=bus, accident_at=day, school="2143000011", insurer="ganpo")
    await child_hurt(door, accident_place=bus, accident_at=day, school="2143000011", state="withdrawn")
    assert await related(door, mine) == [(other_school, "same_place"), (classmate, "same_school")]
    made = await linked(door, classmate)
    answer = await door.client.get(f"/v1/claims/{mine}/related", headers=door.adjuster())
    assert [item["incident_id"] for item in answer.json()["items"]] == [None, made["incident_id"]]


async def test_a_claim_that_was_only_reported_is_suggested_already(door: Door, family: Family):
    body = {
        "patient_state": "outpatient", "accident_region": "430102", "accident_at": "2025-12-24T10:30:00+08:00",
        "accident_place": "新民小学食堂", "event": "illness", "on_campus": True, "description": "呕吐",
        "claimant_mobile": "13712345678", "consents": [{"kind": "medical_data", "agreed": True}],
    }  # fmt: skip
    mine = await child_hurt(
        door, accident_place="新民小学食堂二楼", accident_at=records.NOW.fromisoformat("2025-12-24T12:00:00+08:00")
    )
    path = f"/v1/policies/{family.policy_no}/claims"
    reported = await door.client.post(path, json=body, headers=door.parent(family.subject))
    assert await related(door, mine) == [(reported.json()["claim_id"], "same_place")]


# --- on the claim -------------------------------------------------------------------------------------------------------


async def test_a_claim_tells_its_event_to_adjusters_only(door: Door, family: Family):
    path = f"/v1/claims/{family.claim_id}"
    seen = (await door.client.get(path, headers=door.adjuster())).json()
    assert seen["incident_id"] == family.incident_id
    mine = (await door.client.get(path, headers=door.parent(family.subject))).json()
    assert "incident_id" not in mine and "serious_case_id" not in mine
