import pytest
from api_door import Door
from api_family import Family
from refusals import problems_of

from workflows.client import MoveRefused

pytestmark = pytest.mark.servers

REASON = {"reason": "金额有误"}


@pytest.mark.parametrize("path", ["/v1/claims/{0.claim_id}/undo", "/v1/reviews/{0.review_id}/undo"])
async def test_a_lead_undoes_by_the_claim_or_by_its_review_and_says_why(door: Door, family: Family, path):
    address = path.format(family)
    refused = await door.client.post(address, json=REASON, headers=door.adjuster())
    assert not problems_of(refused, statuses=(403,), code="lead_required")
    assert door.processes.told == []
    lead = door.adjuster("lead-1", lead=True)
    assert (await door.client.post(address, json={}, headers=lead)).status_code == 422
    answer = await door.client.post(address, json=REASON, headers=lead)
    assert (answer.status_code, answer.json()["claim_id"]) == (200, family.claim_id)
    ((process_id, update, undoing),) = door.processes.told
    assert (process_id, update, undoing.reason) == (family.claim_id, "undo", "金额有误")
    assert (undoing.actor.subject, undoing.actor.lead) == ("lead-1", True)


async def test_another_insurers_lead_finds_no_such_claim(door: Door, family: Family):
    stranger = door.adjuster("lead-9", insurer="ganpo", lead=True)
    answer = await door.client.post(f"/v1/claims/{family.claim_id}/undo", json=REASON, headers=stranger)
    assert answer.status_code == 404


async def test_what_is_paid_is_refused_in_words(door: Door, family: Family):
    door.processes.refusals["undo"] = MoveRefused("illegal_move", "赔款已支付或正在支付，不能撤销")
    lead = door.adjuster("lead-1", lead=True)
    answer = await door.client.post(f"/v1/claims/{family.claim_id}/undo", json=REASON, headers=lead)
    assert not problems_of(answer, statuses=(409,), code="illegal_move")
