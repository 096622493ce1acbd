from dataclasses import replace
from datetime import date, timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from api_routes import report

from activities.claims import ClaimRecords
from insurance.rules.case import Established, PapersRequest
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


def papers(answer, field="required_documents"):
    return {document["kind"]: document["required"] for document in answer[field]}


async def test_a_family_that_claims_for_a_critical_illness_is_told_its_papers_at_once(door: Door, family: Family):
    headers = door.parent(family.subject)
    told = report() | {"event": "illness", "patient_state": "inpatient"}
    address = f"/v1/policies/{family.policy_no}/claims"
    for is_one, asked in ((True, "yes"), (False, "over_3000")):
        answer = await door.client.post(address, json=told | {"critical_illness": is_one}, headers=headers)
        assert answer.status_code == 201, answer.text
        assert papers(answer.json())["diagnosis"] == asked
        order = door.processes.started[answer.json()["claim_id"]]
        assert order.report.critical_illness is is_one


@pytest.mark.parametrize(
    ("found", "more"),
    [
        ({"critical_illness": date(2026, 3, 9)}, {"medical_record", "diagnosis", "exam_report"}),
        ({"disability_grades": (8,)}, {"disability_report", "accident_proof", "exam_report"}),
        ({"died_on": date(2026, 3, 9)}, {"death_certificate", "heirs_statement", "accident_proof"}),
    ],
)
async def test_what_is_missing_follows_what_is_established(door: Door, found, more):
    family = await new_family(door)
    headers = door.parent(family.subject)
    before = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)).json()
    assert papers(before, "missing") == {}
    established = Established("adj-1", "见材料", records.NOW, **found)
    case = records.case(
        claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review",
        established=established,
    )  # fmt: skip
    await ClaimRecords(door.database).publish_claim(
        records.claim(9, case=replace(case, updated_at=records.NOW + timedelta(hours=1)))
    )
    after = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)).json()
    assert more <= set(papers(after, "missing"))
    assert {papers(after)[kind] for kind in more} == {"yes"}


@pytest.mark.parametrize(("another_number", "is_large"), [(False, False), (True, True)])
async def test_a_receipt_in_two_photos_counts_once_for_what_is_missing(door: Door, another_number, is_large):
    family = await new_family(door, adjuster="adj-1")
    one, again = records.receipt("1600.00"), records.receipt("1600.00")
    if not another_number:
        again = replace(again, fields=one.fields, read_fields=one.fields)
    case = records.case(
        claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review",
        review_id=family.review_id, updated_at=records.NOW + timedelta(hours=1),
    )  # fmt: skip
    # the family's own of 1280.50 counts no more
    gone = records.receipt("0.00", receipt_id=family.receipt_id)
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=case, receipts=(gone, one, again)))
    headers = door.adjuster("adj-1")
    missing = papers((await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)).json(), "missing")
    assert ("diagnosis" in missing) is is_large
    path = f"/v1/reviews/{family.review_id}/request-documents"
    assert (await door.client.post(path, json={"kinds": ["other"]}, headers=headers)).status_code == 200
    assert door.processes.told[-1][2].kinds == ("other", *missing)


@pytest.mark.parametrize("state", ["paid", "closed", "withdrawn"])
async def test_nothing_is_missing_of_a_claim_that_needs_no_papers_any_more(door: Door, family: Family, state):
    large = records.receipt("9000.00")
    case = records.case(
        claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review",
        updated_at=records.NOW + timedelta(hours=1),
    )  # fmt: skip
    address, headers = f"/v1/claims/{family.claim_id}", door.parent(family.subject)
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=case, receipts=(large,)))
    assert (await door.client.get(address, headers=headers)).json()["missing"] != []
    ended = replace(case, state=state, updated_at=case.updated_at + timedelta(hours=1))
    await ClaimRecords(door.database).publish_claim(records.claim(10, case=ended))
    assert (await door.client.get(address, headers=headers)).json()["missing"] == []


async def test_the_one_request_names_everything_that_is_missing(door: Door):
    family = await new_family(door, adjuster="adj-1")
    case = records.case(
        claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review",
        review_id=family.review_id, established=Established("adj-1", "见材料", records.NOW, died_on=date(2026, 3, 9)),
        updated_at=records.NOW + timedelta(hours=1),
    )  # fmt: skip
    path, headers = f"/v1/reviews/{family.review_id}/request-documents", door.adjuster("adj-1")
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=case))
    assert (await door.client.post(path, json={"kinds": ["other"]}, headers=headers)).status_code == 200
    ((review_id, update, order),) = door.processes.told
    assert (review_id, update, order.kinds[0]) == (family.review_id, "request_documents", "other")
    shown = await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)
    assert set(order.kinds[1:]) == set(papers(shown.json(), "missing")) >= {"death_certificate", "heirs_statement"}
    # of a kind that had come before, another one
    waits = replace(
        case, state="supplement_requested", updated_at=records.NOW + timedelta(minutes=90),
        papers_requests=(PapersRequest(("medical_receipt", "other"), "第二页看不清", "adj-1", records.NOW),),
    )  # fmt: skip
    for seq, came, left in ((10, (), {"medical_receipt", "other"}), (11, ("medical_receipt",), {"other"})):
        given = tuple(records.document(kind=kind, received_at=records.NOW + timedelta(minutes=1)) for kind in came)
        await ClaimRecords(door.database).publish_claim(records.claim(seq, case=waits, documents=given))
        missing = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)).json()["missing"]
        assert {d["kind"] for d in missing if d["why"] == "第二页看不清"} == left
        assert {"death_certificate", "heirs_statement"} < {d["kind"] for d in missing}
    # a second one is about a new fact alone
    asked = replace(
        case, updated_at=waits.updated_at, papers_requests=(PapersRequest(order.kinds, "", "adj-1", records.NOW),)
    )
    await ClaimRecords(door.database).publish_claim(records.claim(12, case=asked))
    again = {"kinds": ["diagnosis"], "new_fact": "医院更正了病历"}
    assert (await door.client.post(path, json=again, headers=headers)).status_code == 200
    assert door.processes.told[-1][2].kinds == ("diagnosis",)
    # of a dispute it is the first
    anew = replace(asked, clocks_from=records.NOW + timedelta(minutes=1), updated_at=records.NOW + timedelta(hours=2))
    await ClaimRecords(door.database).publish_claim(records.claim(13, case=anew))
    assert (await door.client.post(path, json={"kinds": ["diagnosis"]}, headers=headers)).status_code == 200
    assert set(door.processes.told[-1][2].kinds) > {"diagnosis", "death_certificate"}
