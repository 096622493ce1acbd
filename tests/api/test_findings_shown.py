import json
from dataclasses import replace

import pytest
from api_door import Door
from api_family import Family, new_family
from refusals import is_chinese, is_code, problems_of
from sqlmodel import select

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from activities.reviews import ReviewRecords
from api.claim_files import case_of, evidence_of
from insurance.tables import Claim, Receipt
from tests import records
from workflows.client import MoveRefused

pytestmark = pytest.mark.servers


async def claim_of(door: Door, family: Family, headers):
    answer = await door.client.get(f"/v1/claims/{family.claim_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def with_the_receipt_of(door: Door, other: Family, *, insurer: str = "xiangjiang") -> Family:
    """A family that gives another's receipt, with somebody else's name on it, assessed and published as its process would do."""
    family = await new_family(door)
    async with door.database.transaction() as session:
        (theirs,) = (await evidence_of(session, other.claim_id))[1]
        documents, (mine,) = await evidence_of(session, family.claim_id)
        row = await session.get(Claim, other.claim_id)
        row.insurer_code = insurer
        case = case_of(await session.get(Claim, family.claim_id))
    receipt = replace(mine, fields=replace(theirs.fields, payer="黄建国", total="2280.50"))
    step = AssessStep(case.claim_id, case.policy_no, case.report, (receipt,), documents)
    case = replace(case, assessment=await Assessing(door.database).assess_claim(step), event_count=4)
    await ClaimRecords(door.database).publish_claim(records.claim(4, case=case, receipts=(receipt,)))
    findings = case.assessment.findings
    await ReviewRecords(door.database).publish_review(
        records.review(review_id=family.review_id, claim_id=family.claim_id, seq=2, findings=findings)
    )
    return family


async def test_every_finding_says_what_and_where_in_words_for_a_family(door: Door):
    family = await new_family(door)
    again = await with_the_receipt_of(door, family)
    claim = await claim_of(door, again, door.parent(again.subject))
    found = {finding["code"]: finding for finding in claim["findings"]}
    assert {"payer_other_person", "same_number_other_amount"} <= found.keys()
    for finding in claim["findings"]:
        assert is_code(finding["code"]) and is_chinese(finding["explanation"])
    assert found["payer_other_person"] == found["payer_other_person"] | {
        "receipt_id": claim["receipts"][0]["receipt_id"], "fields": ["payer"],
    }  # fmt: skip


async def test_a_review_shows_the_findings_of_its_claim(door: Door):
    family = await new_family(door)
    again = await with_the_receipt_of(door, family)
    review = (await door.client.get(f"/v1/reviews/{again.review_id}", headers=door.adjuster())).json()
    assert review["findings"] == review["claim"]["findings"]


async def test_adjusters_see_where_else_a_receipt_stands_and_families_do_not(door: Door):
    family = await new_family(door)
    again = await with_the_receipt_of(door, family)
    (repeat,) = (await claim_of(door, again, door.adjuster()))["repeats"]
    assert (repeat["how"], repeat["claim_id"]) == ("same_number_other_amount", family.claim_id)
    seen = await claim_of(door, again, door.parent(again.subject))
    assert seen["repeats"] == []
    assert family.claim_id not in str(seen)


async def test_a_claim_of_another_insurer_is_not_named(door: Door):
    family = await new_family(door)
    again = await with_the_receipt_of(door, family, insurer="ganpo")
    shown = await claim_of(door, again, door.adjuster())
    assert [repeat["claim_id"] for repeat in shown["repeats"]] == [None]
    assert family.claim_id not in str(shown)


async def test_a_receipt_comes_back_from_the_tables_as_it_was_published(door: Door, family: Family):
    receipt = records.receipt(assumed=("category",), items_whole=True)
    case = records.case()
    await ClaimRecords(door.database).publish_claim(records.claim(case=case, receipts=(receipt,)))
    async with door.database.transaction() as session:
        assert (await evidence_of(session, case.claim_id))[1] == (receipt,)


async def test_a_receipt_stored_before_there_was_more_to_keep_is_read_with_defaults(door: Door, family: Family):
    async with door.database.transaction() as session:
        row = (await session.exec(select(Receipt).where(Receipt.claim_id == family.claim_id))).one()
        row.checks = {"checks": row.checks["checks"], "treated_on": row.checks["treated_on"]}
    async with door.database.transaction() as session:
        (receipt,) = (await evidence_of(session, family.claim_id))[1]
    assert (receipt.codes, receipt.assumed, receipt.items_whole) == ((), (), False)


async def test_what_a_newer_reading_superseded_is_shown_to_adjusters_alone(door: Door):
    family = await new_family(door)
    async with door.database.transaction() as session:
        case = case_of(await session.get(Claim, family.claim_id))
    half = replace(records.receipt(), superseded=True)
    await ClaimRecords(door.database).publish_claim(records.claim(4, case=case, receipts=(half,)))
    seen = await claim_of(door, family, door.parent(family.subject))
    assert [r["receipt_id"] for r in seen["receipts"]] == [family.receipt_id]
    shown = {r["receipt_id"]: r["superseded"] for r in (await claim_of(door, family, door.adjuster()))["receipts"]}
    assert shown == {family.receipt_id: False, half.receipt_id: True}


async def test_reading_a_file_again_is_for_who_holds_the_review(door: Door):
    family = await new_family(door, adjuster="adj-1")
    path, body = f"/v1/reviews/{family.review_id}/read-again", {"document_id": "do-1"}
    other = await door.client.post(path, json=body, headers=door.adjuster("adj-2"))
    assert not problems_of(other, statuses=(409,), code="not_holder")
    assert door.processes.told == []
    assert (await door.client.post(path, json=body, headers=door.adjuster("adj-1"))).status_code == 200
    ((claim_id, update, order),) = door.processes.told
    assert (claim_id, update, order.document_id) == (family.claim_id, "read_again", "do-1")


@pytest.mark.parametrize(
    ("action", "body", "refusal", "field"),
    [
        ("read-again", {"document_id": "x"}, ("document_unknown", "没有这份票据文件", "document_id"), "document_id"),
        ("corrections", {"receipt_id": "r", "fields": {"total": "1"}, "reason": "核对原件"},
         ("invalid_amount", "金额应为两位小数", "fields.total"), "fields.total"),
    ],
)  # fmt: skip
async def test_what_the_process_refuses_names_the_field(door: Door, action, body, refusal, field):
    family = await new_family(door, adjuster="adj-1")
    update = {"read-again": "read_again", "corrections": "correct"}[action]
    door.processes.refusals[update] = MoveRefused(*refusal)
    answer = await door.client.post(
        f"/v1/reviews/{family.review_id}/{action}", json=body, headers=door.adjuster("adj-1")
    )
    assert not problems_of(answer, field, code=refusal[0])


async def test_a_correction_carries_texts_and_whole_lists_of_charges(door: Door):
    family = await new_family(door, adjuster="adj-1")
    items = [{"name": "治疗费", "amount": "100.00"}, {"name": "西药费", "amount": "28.50"}]
    fields = {"total": "128.50", "payer": None, "items": items}
    body = {"receipt_id": family.receipt_id, "fields": fields, "reason": "核对原件"}
    path, headers = f"/v1/reviews/{family.review_id}/corrections", door.adjuster("adj-1")
    assert (await door.client.post(path, json=body, headers=headers)).status_code == 200
    ((_, _, told),) = [call for call in door.processes.told if call[1] == "correct" and call[0] == family.claim_id]
    assert told.fields | {"items": json.loads(told.fields["items"])} == fields
    for wrong in ([{"name": "治疗费"}], [{"name": "治疗费", "amount": 1}], [7], {"name": "x"}, 7):
        answer = await door.client.post(path, json=body | {"fields": {"items": wrong}}, headers=headers)
        assert not problems_of(answer, "fields.items"), wrong


async def test_that_an_accident_was_told_before_is_confirmed_by_a_claim_of_the_same_policy(door: Door, family: Family):
    mine, path = await new_family(door, adjuster="adj-1"), "/v1/reviews/{}/event"
    path, headers = path.format(mine.review_id), door.adjuster("adj-1")
    for wrong in (family.claim_id, mine.claim_id, "cl-unknown"):
        answer = await door.client.post(path, json={"same_accident_as": wrong, "reason": "同一天"}, headers=headers)
        assert not problems_of(answer, "same_accident_as", code="claim_unknown")
    earlier = records.case(policy_no=mine.policy_no, subject=mine.subject)
    await ClaimRecords(door.database).publish_claim(records.claim(case=earlier))
    body = {"same_accident_as": earlier.claim_id, "reason": "病历写明是同一次受伤"}
    assert (await door.client.post(path, json=body, headers=headers)).status_code == 200
    ((claim_id, update, told),) = door.processes.told
    assert (claim_id, update, told.same_accident_as) == (mine.claim_id, "establish", earlier.claim_id)
    assert told.as_found(records.NOW).same_accident_as == earlier.claim_id


async def test_adjusters_see_which_claims_may_tell_of_the_same_accident_and_families_do_not(door: Door):
    family = await new_family(door)
    again = records.case(policy_no=family.policy_no, subject=family.subject)
    step = AssessStep(again.claim_id, again.policy_no, again.report, (), ())
    assessed = replace(again, assessment=await Assessing(door.database).assess_claim(step))
    await ClaimRecords(door.database).publish_claim(records.claim(case=assessed))
    path = f"/v1/claims/{again.claim_id}"
    (told,) = (await door.client.get(path, headers=door.adjuster())).json()["same_accident"]
    assert (told["claim_id"], told["same_policy"], told["days_apart"]) == (family.claim_id, True, 0)
    seen = (await door.client.get(path, headers=door.parent(family.subject))).json()
    assert seen["same_accident"] == [] and family.claim_id not in str(seen)
