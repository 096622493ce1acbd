from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from api_door import SETTINGS, Door
from api_family import Family
from api_routes import payee, report
from refusals import problems_of

from activities.purchases import PurchaseRecords
from activities.surrenders import SurrenderRecords
from insurance.tables import ConsentRecord
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def strict(door: Door) -> AsyncIterator[Door]:
    """With the settings of production."""
    parts = door.app.state.parts
    door.app.state.parts = replace(parts, settings=SETTINGS.model_copy(update={"environment": "production"}))
    yield door
    door.app.state.parts = parts


async def ask(door: Door, family: Family, what, consents):
    headers = door.parent(family.subject)
    body = (report() if what == "report" else payee(family)) | {"consents": consents}
    if consents is None:
        del body["consents"]
    if what == "report":
        return await door.client.post(f"/v1/policies/{family.policy_no}/claims", json=body, headers=headers)
    return await door.client.put(f"/v1/claims/{family.claim_id}/payee", json=body, headers=headers)


WHAT = pytest.mark.parametrize(("what", "kind"), [("report", "medical_data"), ("payee", "account_data")])


@WHAT
async def test_a_refused_consent_is_respected(door: Door, family: Family, what, kind):
    before = await door.rows()
    for consents in (
        [{"kind": kind, "agreed": False}],
        [{"kind": kind, "agreed": True}, {"kind": kind, "agreed": False}],
    ):
        answer = await ask(door, family, what, consents)
        assert not problems_of(answer, "consents", code="consent_required")
    assert (await door.rows(), door.processes.told) == (before, [])


@WHAT
@pytest.mark.parametrize("other", [None, [], "another"])
async def test_production_asks_for_each_consent_by_itself(strict: Door, family: Family, what, kind, other):
    another = {"medical_data": "account_data", "account_data": "medical_data"}[kind]
    consents = [{"kind": another, "agreed": True}] if other == "another" else other
    answer = await ask(strict, family, what, consents)
    assert not problems_of(answer, "consents", code="consent_required")


@WHAT
async def test_a_given_consent_goes_into_the_case_with_its_time(strict: Door, family: Family, what, kind):
    answer = await ask(strict, family, what, [{"kind": kind, "agreed": True}])
    assert answer.status_code in (200, 201), answer.text
    order = strict.processes.started[answer.json()["claim_id"]] if what == "report" else strict.processes.told[-1][2]
    assert [(c.kind, c.agreed, c.at) for c in order.consents] == [(kind, True, records.NOW)]


@WHAT
async def test_a_stack_of_development_lets_silence_through(door: Door, family: Family, what, kind):
    assert (await ask(door, family, what, None)).status_code in (200, 201)


# --- accounts for refunds ---------------------------------------------------------------------------------------------


async def give_account(door: Door, what: str, headers=None, **more):
    """Of a family of its own, whose money can't go back where it came from: its subject, the process and the answer."""
    subject = records.new("parent")
    policy = records.policy(applicant_subject=subject)
    bought = records.purchase(subject=subject, state="payee_needed")
    returning = records.surrender(subject=subject, policy_no=policy.policy_no, state="payee_needed")
    await PurchaseRecords(door.database).publish_purchase(bought)
    await door.store(policy)
    await SurrenderRecords(door.database).publish_surrender(returning)
    process_id = bought.purchase_id if what == "purchases" else returning.surrender_id
    body = {"kind": "alipay", "account": "father@example.com", "name": "黄建国"} | more
    answer = await door.client.put(f"/v1/{what}/{process_id}/payee", json=body, headers=headers or door.parent(subject))
    return subject, process_id, answer


REFUNDS = pytest.mark.parametrize("what", ["purchases", "surrenders"])
AGREED = [{"kind": "account_data", "agreed": True}]


@REFUNDS
async def test_a_refund_asks_for_the_consent_to_the_account_as_a_claim_does(door: Door, strict: Door, what):
    refused = [{"kind": "account_data", "agreed": False}]
    for consents in ({"consents": refused}, {"consents": [*AGREED, *refused]}, {}):
        _, _, answer = await give_account(strict, what, **consents)
        assert not problems_of(answer, "consents", code="consent_required")
    assert door.processes.told == []


@REFUNDS
async def test_a_refund_on_a_stack_of_development_lets_silence_through(door: Door, what):
    subject, process_id, answer = await give_account(door, what)
    assert (answer.status_code, [told[0] for told in door.processes.told]) == (200, [process_id])
    assert (await door.client.get("/v1/consents", headers=door.parent(subject))).json()["items"] == []


@REFUNDS
async def test_the_consent_to_a_refunds_account_is_kept_and_can_be_taken_back(strict: Door, what):
    subject, process_id, answer = await give_account(strict, what, consents=AGREED, page_version="me-7", device="App")
    assert answer.status_code == 200, answer.text
    (kept,) = (await strict.client.get("/v1/consents", headers=strict.parent(subject))).json()["items"]
    assert (kept["consent_id"], kept["kind"], kept["agreed"], kept["page_version"], kept["device"]) == (
        f"{process_id}-account_data", "account_data", True, "me-7", "App",
    )  # fmt: skip
    taken = await strict.client.post(f"/v1/consents/{kept['consent_id']}/withdraw", headers=strict.parent(subject))
    text = strict.parts.catalogue.consent("account_data", "xiangjiang")
    assert (kept["version"], kept["sha256"]) == (text.version, text.sha256)
    assert (taken.status_code, taken.json()["agreed"]) == (200, False) and taken.json()["withdrawal_means"]


async def test_who_writes_a_consent_down_for_a_family_is_kept_with_it(strict: Door):
    operator = strict.as_("operator", "op-1", insurer="xiangjiang")
    more = {"consents": AGREED, "reason": "电话核对身份证"}
    _, process_id, answer = await give_account(strict, "surrenders", operator, **more)
    assert answer.status_code == 200, answer.text
    async with strict.database.transaction() as session:
        kept = (await session.get_one(ConsentRecord, f"{process_id}-account_data")).history["items"]
    assert [(item["said"], item["by"]) for item in kept] == [("given", "operator:op-1")]
