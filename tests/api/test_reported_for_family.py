import pytest
from api_door import Door
from api_family import Family, new_family
from api_routes import PNG, report
from sqlmodel import select

from api.claim_files import case_of
from insurance.tables import Claim, IdempotencyKey
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


async def reported(door: Door, policy_no: str, headers, **changes):
    return await door.client.post(f"/v1/policies/{policy_no}/claims", json=report() | changes, headers=headers)


async def test_a_claim_that_the_hotline_reports_is_the_familys(door: Door, family: Family):
    answer = await reported(door, family.policy_no, door.adjuster())
    assert answer.status_code == 201, answer.text
    claim_id = answer.json()["claim_id"]
    order = door.processes.started[claim_id]
    assert (order.subject, order.reported_by) == (family.subject, "adj-1")
    shown = await door.client.get(f"/v1/claims/{claim_id}", headers=door.parent(family.subject))
    assert (shown.status_code, shown.json()["reported_by"]) == (200, "adjuster")


async def test_an_oral_consent_stands_with_who_wrote_it_down_and_when(door: Door, family: Family):
    claim_id = (await reported(door, family.policy_no, door.adjuster())).json()["claim_id"]
    (consent,) = door.processes.started[claim_id].consents
    assert (consent.kind, consent.agreed, consent.recorded_by) == ("medical_data", True, "adj-1")
    assert consent.at == records.NOW
    async with door.database.transaction() as session:
        (kept,) = case_of(await session.get_one(Claim, claim_id)).consents
    assert kept.recorded_by == "adj-1"


async def test_a_familys_own_report_names_nobody_else(door: Door, family: Family):
    claim_id = (await reported(door, family.policy_no, door.parent(family.subject))).json()["claim_id"]
    order = door.processes.started[claim_id]
    assert (order.reported_by, order.consents[0].recorded_by) == (None, None)
    shown = await door.client.get(f"/v1/claims/{claim_id}", headers=door.parent(family.subject))
    assert shown.json()["reported_by"] == "family"


async def test_a_consent_that_the_family_refused_orally_is_respected(door: Door, family: Family):
    refused = [{"kind": "medical_data", "agreed": False}]
    answer = await reported(door, family.policy_no, door.adjuster(), consents=refused)
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_required")


async def test_a_policy_that_belongs_to_no_account_has_nobody_to_report_for(door: Door):
    policy = records.policy(applicant_subject=None)
    await door.store(policy)
    answer = await reported(door, policy.policy_no, door.adjuster())
    assert (answer.status_code, answer.json()["code"]) == (409, "no_account")


async def test_papers_that_an_adjuster_hands_in_say_so(door: Door, family: Family):
    answer = await door.client.post(
        f"/v1/claims/{family.claim_id}/documents",
        files={"file": ("a.png", PNG)},
        data={"kind": "diagnosis"},
        headers=door.adjuster(),
    )
    assert answer.status_code == 201, answer.text
    ((_, update, document),) = door.processes.told
    assert (update, document.given_by) == ("add_document", "adjuster:adj-1")


@pytest.mark.parametrize("move", ["submit", "accept", "dispute", "withdraw"])
async def test_what_only_a_family_may_say_an_adjuster_may_not(door: Door, family: Family, move):
    answer = await door.client.post(f"/v1/claims/{family.claim_id}/{move}", headers=door.adjuster())
    assert answer.status_code == 403
    assert door.processes.told == []


@pytest.mark.parametrize("by", ["family", "adjuster"])
async def test_no_report_is_refused_for_being_late(door: Door, by):
    ended = records.policy(
        effective_date=records.EFFECTIVE.replace(year=2021), ends_on=records.EFFECTIVE.replace(year=2022)
    )
    await door.store(ended)
    headers = door.parent("parent-1") if by == "family" else door.adjuster()
    answer = await reported(door, ended.policy_no, headers, accident_at="2021-10-08T10:30:00+08:00")
    assert answer.status_code == 201, answer.text


async def test_one_key_of_an_adjuster_reports_once(door: Door, family: Family):
    key = records.new("key")
    answers = [await reported(door, family.policy_no, door.adjuster() | {"idempotency-key": key}) for _ in range(2)]
    assert answers[0].json()["claim_id"] == answers[1].json()["claim_id"]
    async with door.database.transaction() as session:
        kept = (await session.exec(select(IdempotencyKey).where(IdempotencyKey.key == key))).all()
    assert [row.subject for row in kept] == ["adj-1"]
