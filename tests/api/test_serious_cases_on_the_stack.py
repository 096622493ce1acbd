import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from api_family import Family, new_family
from api_routes import report
from stack_door import StackDoor, open_stack_door, today

from insurance.rules.cover import shanghai_day
from tests import records
from tests.running_stack import Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


async def asked(door: StackDoor, method, path, headers, expected=(200, 201), **content):
    answer = await door.client.request(method, path, headers=headers, **content)
    assert answer.status_code in expected, answer.text
    return answer.json()


async def until(door: StackDoor, path, headers, reached):
    async with asyncio.timeout(30):
        while True:
            answer = await door.client.get(path, headers=headers)
            if answer.status_code == 200 and reached(answer.json()):
                return answer.json()
            await asyncio.sleep(0.1)


async def reported(door: StackDoor, **changes) -> tuple[Family, str]:
    """A family, and the claim that it has just reported."""
    family = await new_family(door, insured_from=shanghai_day(datetime.now(UTC)) - timedelta(days=80))
    body = today(report()) | changes
    path = f"/v1/policies/{family.policy_no}/claims"
    made = await asked(door, "POST", path, door.parent(family.subject), json=body)
    return family, made["claim_id"]


def teacher(door: StackDoor):
    return door.as_("school", "teacher-1", school="2143000001")


async def test_a_disability_is_followed_by_an_adjuster_and_the_school_to_its_end(door: StackDoor):
    family, claim_id = await reported(door, patient_state="disabled")
    case, adjuster = f"/v1/serious-cases/{claim_id}-s", door.adjuster()
    opened = await until(door, case, adjuster, lambda c: c["state"] == "notified")
    assert opened["because"] == ["disability"]
    called = await asked(door, "POST", f"{case}/in-contact", adjuster, json={"comment": "母亲接听"})
    assert (called["state"], called["adjuster"]) == ("in_contact", "adj-1")
    again = await door.client.post(f"{case}/in-contact", headers=adjuster, json={})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    schools = f"/v1/schools/2143000001/cases/{claim_id}-s"
    seen = await asked(door, "GET", schools, teacher(door))
    assert (seen["state"], [step["state"] for step in seen["steps"]]) == ("in_contact", ["notified", "in_contact"])
    await asked(door, "POST", f"{schools}/notes", teacher(door), json={"text": "事故经过已交给家长"})
    noted = await until(door, case, adjuster, lambda c: c["timeline"][-1]["event"] == "school_noted")
    assert [note["text"] for note in noted["notes"]] == ["事故经过已交给家长"]
    await asked(door, "POST", f"/v1/claims/{claim_id}/withdraw", door.parent(family.subject))
    await until(door, case, adjuster, lambda c: c["state"] == "closed")
    late = await door.client.post(f"{schools}/notes", headers=teacher(door), json={"text": "还有一事"})
    assert (late.status_code, late.json()["code"]) == (409, "illegal_move")


async def test_three_students_of_one_event_are_serious_cases(door: StackDoor):
    place = {"accident_place": f"芙蓉路{records.new('x')}号校车上"}
    claims = [claim_id for _, claim_id in [await reported(door, **place) for _ in range(3)]]
    adjuster = door.adjuster()
    related = await asked(door, "GET", f"/v1/claims/{claims[0]}/related", adjuster)
    assert {item["claim_id"] for item in related["items"] if item["why"] == "same_place"} == set(claims[1:])
    body = {"title": "校车", "claim_ids": claims[:2]}
    made = await asked(door, "POST", "/v1/incidents", adjuster, json=body)
    assert made["serious"] is False
    path = f"/v1/incidents/{made['incident_id']}/claims"
    grown = await asked(door, "POST", path, adjuster, json={"claim_ids": [claims[2]]})
    assert grown["serious"] is True
    for claim_id in claims:
        case = await until(door, f"/v1/serious-cases/{claim_id}-s", adjuster, lambda c: c["state"] == "notified")
        assert case["because"] == ["incident"]
        claim = await asked(door, "GET", f"/v1/claims/{claim_id}", adjuster)
        assert (claim["incident_id"], claim["serious_case_id"]) == (made["incident_id"], f"{claim_id}-s")
