from collections.abc import AsyncIterator

import pytest
from api_family import new_family
from stack_door import StackDoor, open_stack_door

from tests.running_stack import Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


async def post(door: StackDoor, path, headers, expected=(200, 201), **body):
    answer = await door.client.post(path, json=body, headers=headers)
    assert answer.status_code in expected, answer.text
    return answer.json()


async def test_a_complaint_goes_from_the_family_to_the_desk_and_its_answer_to_the_superior(door: StackDoor):
    family = await new_family(door, adjuster="adj-1")  # type: ignore[arg-type]
    parent, lead = door.parent(family.subject), door.adjuster("lead-1", lead=True)
    operator = door.as_("operator", "operator-1", insurer="xiangjiang")
    about = {"claim_id": family.claim_id, "kind": "decision", "text": "没有说明原因"}
    made = await post(door, "/v1/complaints", parent, **about)
    path = f"/v1/complaints/{made['complaint_id']}"
    again = await post(door, "/v1/complaints", parent, (409,), **about)
    assert again["code"] == "complaint_open"
    # who decided it
    himself = await post(door, f"{path}/take", door.adjuster("adj-1", lead=True), (409,))
    assert himself["code"] == "conflict_of_interest"
    assert (await post(door, f"{path}/take", lead))["handler"] == "lead-1"
    answered = await post(door, f"{path}/answer", lead, outcome="not_upheld", text="结果不变")
    assert (answered["state"], answered["answer"]["by"], answered["clocks"][0]["state"]) == ("decided", "lead-1", "met")
    asked = await post(door, f"{path}/review", parent, reason="没有说明依据")
    assert [clock["clock"] for clock in asked["clocks"]] == ["complaint", "complaint_review"]
    assert (await post(door, f"{path}/take", lead, (403,)))["code"] == "superior_required"
    await post(door, f"{path}/take", operator)
    reviewed = await post(door, f"{path}/answer", operator, outcome="partly_upheld", text="补充说明")
    assert (reviewed["state"], reviewed["review_answer"]["by"]) == ("reviewed", "operator-1")
    claim = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=parent)).json()
    told = [event["event"] for event in claim["timeline"] if event["event"].startswith("complaint_")]
    assert told == [
        "complaint_received", "complaint_taken", "complaint_answered", "complaint_review_requested", "complaint_taken",
        "complaint_reviewed",
    ]  # fmt: skip
    history = (await door.client.get(f"/v1/claims/{family.claim_id}/history", headers=lead)).json()
    assert history["verification"]["intact"]
