import asyncio
from dataclasses import replace

import pytest
from api_door import SETTINGS, Door
from api_family import Family, new_family
from api_routes import policy_correction
from pydantic import SecretStr
from refusals import problems_of
from sqlmodel import select
from test_letters import text_of

from activities.claims import ClaimRecords
from activities.corrections import CorrectionHold, CorrectionRecord, Corrections
from activities.policy_documents import PolicyDocuments
from activities.surrenders import HoldStep, SurrenderRecords
from api.digest import insured_digest
from insurance.rules.death_cover import death_cover
from insurance.tables import AccidentMark, Claim, Event, IncidentClaim, OutboxNotice, Policy, Purchase
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    """A claim is in review."""
    return await new_family(door)


async def post(door: Door, family: Family, body=None, key=None, **changes):
    headers = door.parent(family.subject) | ({"idempotency-key": key} if key else {})
    body = (policy_correction() if body is None else body) | changes
    return await door.client.post(f"/v1/policies/{family.policy_no}/corrections", json=body, headers=headers)


async def get(door: Door, family: Family, address: str):
    return (await door.client.get(address, headers=door.parent(family.subject))).json()


async def policy_of(door: Door, family: Family) -> Policy:
    async with door.database.transaction() as session:
        return await session.get_one(Policy, family.policy_no)


async def confirmed(door: Door, correction_id: str, **changes) -> CorrectionRecord:
    """What the process publishes when the insurer has confirmed."""
    order = door.processes.started[correction_id]
    assert await Corrections(door.database).hold_for_correction(CorrectionHold(correction_id, order.policy_no)) is None
    await documents(door).keep_policy_document(order.policy_no)
    record = records.correction(
        correction_id=correction_id, policy_no=order.policy_no, subject=order.subject, state="corrected", seq=2,
        changes=order.changes, application=order.application, insured_digest=order.insured_digest,
        endorsement_no="5202603100001", entries=records.entries(correction_id), **changes,
    )  # fmt: skip
    await Corrections(door.database).publish_correction(record)
    return record


def documents(door: Door) -> PolicyDocuments:
    return PolicyDocuments(door.database, door.storage, SETTINGS)


async def change(door: Door, family: Family, **values) -> None:
    async with door.database.transaction() as session:
        policy = await session.get_one(Policy, family.policy_no, with_for_update=True)
        for name, value in values.items():
            setattr(policy, name, value)


# --- asking -----------------------------------------------------------------------------------------------------------


async def test_a_correction_is_asked_of_the_insurer_and_changes_nothing_yet(door: Door, family: Family):
    before = await policy_of(door, family)
    answer = await post(door, family)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    order = door.processes.started[told["correction_id"]]
    assert (told["state"], told["label"], told["due_on"]) == ("submitted", "已提交", "2026-03-17")
    assert [c.field for c in order.changes] == [
        "applicant.mobile", "insured.name", "insured.school_code", "insured.school_region", "insured.class_name",
    ]  # fmt: skip
    assert (order.application.insured.name, order.application.applicant.mobile) == ("黄小鸣", "13812345678")
    after = await policy_of(door, family)
    assert (after.insured, after.applicant, after.endorsements) == (before.insured, before.applicant, None)


async def test_what_is_asked_for_is_shown_masked(door: Door, family: Family):
    told = (await post(door, family)).json()
    shown = {c["field"]: (c["label"], c["old"], c["new"]) for c in told["changes"]}
    assert shown["insured.name"] == ("被保险人姓名", "黄**", "黄**")
    assert shown["applicant.mobile"] == ("投保人手机号", "137****5678", "138****5678")
    assert shown["insured.class_name"] == ("班级", "三年级二班", "四年级二班")
    again = await get(door, family, f"/v1/corrections/{told['correction_id']}")
    assert again["changes"] == told["changes"] and again["timeline"] == []
    items = (await get(door, family, f"/v1/policies/{family.policy_no}/corrections"))["items"]
    assert told["correction_id"] in {item["correction_id"] for item in items}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "body", "nothing_to_correct"),
        ({"insured": {"name": "黄小明"}}, "body", "nothing_to_correct"),
        ({"insured": {"id_number": "430102201602290018"}}, "insured.id_number", "bad_check_digit"),
        ({"insured": {"birth_date": "2016-02-28"}}, "insured.birth_date", "differs_from_id_number"),
        ({"insured": {"gender": "female"}}, "insured.gender", "differs_from_id_number"),
        ({"insured": {"name": "李四", "id_number": "360102201203151230", "birth_date": "2012-03-15"}}, "insured.name", "another_person"),
        ({"insured": {"id_number": "360102198105123450", "birth_date": "1981-05-12"}}, "insured.id_number", "same_person"),
        ({"applicant": {"mobile": "123"}}, "applicant.mobile", "bad_format"),
        ({"relationship": "self"}, "relationship", "not_correctable"),
        ({"effective_date": "2026-05-01"}, "effective_date", "not_correctable"),
        ({"product_id": "jiangxi-plus"}, "product_id", "not_correctable"),
        ({"premium_fen": 1}, "premium_fen", "not_correctable"),
    ],
)  # fmt: skip
async def test_what_is_no_correction_is_refused_with_its_reason(door: Door, family: Family, body, field, code):
    before = await door.rows()
    assert not problems_of(await post(door, family, body), field)
    answer = (await post(door, family, body)).json()
    assert code in [error["code"] for error in answer["errors"]]
    assert (await door.rows(), door.processes.started) == (before, {})
    assert (await policy_of(door, family)).correction_id is None


async def test_an_age_under_which_less_death_cover_may_be_insured_is_no_correction(door: Door, family: Family):
    """Bought for a child of ten with much cover elsewhere, who turns out to be nine."""
    ten = {"id_number": "360102201203151230", "birth_date": "2012-03-15"}
    insured = records.policy().insured | ten
    cover = death_cover(
        records.PLAN_2, records.application().insured.birth_date.replace(2012), records.EFFECTIVE, 100_000_00
    )
    await change(door, family, insured=insured, death_cover={"existing_fen": cover.existing_fen})
    answer = await post(door, family, {"insured": {"id_number": "430102201602290017", "birth_date": "2016-02-29"}})
    assert not problems_of(answer, "insured.birth_date", code="changes_cover")


async def test_a_name_first_and_a_number_next_is_another_person(door: Door, family: Family):
    told = (await post(door, family, {"insured": {"name": "李四"}})).json()
    await confirmed(door, told["correction_id"])
    number = {"id_number": "360102201203151230", "birth_date": "2012-03-15"}
    assert not problems_of(await post(door, family, {"insured": number}), "insured.id_number", code="another_person")


async def test_who_insures_themselves_is_not_called_two_ways(door: Door, family: Family):
    await change(door, family, relationship="self")
    answer = await post(door, family, {"applicant": {"name": "李铭"}, "insured": {"name": "李明"}})
    assert not problems_of(answer, "insured.name", code="differs_from_applicant")


async def test_one_correction_at_a_time(door: Door, family: Family):
    first = await post(door, family)
    second = await post(door, family, {"applicant": {"mobile": "13912345678"}})
    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "correction_open")
    assert (await get(door, family, f"/v1/policies/{family.policy_no}"))["correction_id"] == first.json()[
        "correction_id"
    ]


async def test_of_two_at_the_same_moment_one_is_taken(door: Door, family: Family):
    answers = await asyncio.gather(*(post(door, family) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert len(door.processes.started) == 1


async def test_the_same_request_twice_is_one_correction(door: Door, family: Family):
    key = records.new("key")
    first, second = await post(door, family, key=key), await post(door, family, key=key)
    assert (first.json(), len(door.processes.started)) == (second.json(), 1)


async def test_a_repeat_after_a_lost_answer_finds_the_first_even_when_it_is_done(door: Door, family: Family):
    key = records.new("key")
    door.processes.loses_answers = True
    assert (await post(door, family, key=key)).status_code == 503
    door.processes.loses_answers = False
    (correction_id,) = door.processes.started
    await confirmed(door, correction_id)
    answer = await post(door, family, key=key)
    assert (answer.status_code, answer.json()["correction_id"], answer.json()["state"]) == (
        201,
        correction_id,
        "corrected",
    )


async def test_while_processes_do_not_answer_nothing_is_held(door: Door, family: Family):
    door.processes.away = True
    assert (await post(door, family)).status_code == 503
    assert (await policy_of(door, family)).correction_id is None


async def test_a_policy_that_is_surrendered_is_not_corrected(door: Door, family: Family):
    await change(door, family, surrender_id="su-1")
    assert not problems_of(await post(door, family), code="policy_ended", statuses=(409,))


async def test_a_policy_whose_year_is_over_can_be_for_a_claim_may_still_come(door: Door):
    family = await new_family(door, insured_from=records.EFFECTIVE.replace(2024))
    assert (await post(door, family)).status_code == 201


# --- claims under way -------------------------------------------------------------------------------------------------


async def test_claims_under_way_are_told_to_the_insurer_with_the_request(door: Door, family: Family):
    told = (await post(door, family)).json()
    assert door.processes.started[told["correction_id"]].open_reports == ("R1",)


@pytest.mark.parametrize("state", ["decided", "agreed", "paying", "payee_needed"])
async def test_while_a_claim_is_being_paid_the_insured_stays_who_it_was_decided_for(door: Door, family: Family, state):
    async with door.database.transaction() as session:
        (await session.get_one(Claim, family.claim_id)).state = state
    refused = await post(door, family)
    assert not problems_of(refused, code="claim_being_settled", statuses=(409,))
    assert (await post(door, family, {"applicant": {"mobile": "13912345678"}})).status_code == 201


async def test_what_is_confirmed_after_a_claim_was_decided_is_not_applied(door: Door, family: Family):
    told = (await post(door, family)).json()
    async with door.database.transaction() as session:
        (await session.get_one(Claim, family.claim_id)).state = "decided"
    order = door.processes.started[told["correction_id"]]
    record = records.correction(
        correction_id=told["correction_id"], policy_no=order.policy_no, subject=order.subject, state="corrected", seq=2,
        changes=order.changes, application=order.application, insured_digest=order.insured_digest,
        endorsement_no="5202603100001", entries=records.entries(told["correction_id"]),
    )  # fmt: skip
    before = await policy_of(door, family)
    corrections = Corrections(door.database)
    assert await corrections.publish_correction(record) == "claim_being_settled"
    after = await policy_of(door, family)
    assert (after.insured, after.endorsements, after.correction_id) == (before.insured, None, told["correction_id"])
    assert (await get(door, family, f"/v1/corrections/{told['correction_id']}"))["state"] == "submitted"
    async with door.database.transaction() as session:
        (await session.get_one(Claim, family.claim_id)).state = "in_review"
    assert await corrections.publish_correction(record) is None
    async with door.database.transaction() as session:
        (await session.get_one(Claim, family.claim_id)).state = "decided"
    # a repeat of what was applied
    assert await corrections.publish_correction(record) is None


async def test_who_weighs_an_open_claim_is_told_once_and_so_is_the_family(door: Door, family: Family):
    record = await confirmed(door, (await post(door, family)).json()["correction_id"])
    await Corrections(door.database).publish_correction(record)
    async with door.database.transaction() as session:
        beside = (await session.exec(select(Event).where(Event.process_id == f"{family.claim_id}-contact"))).all()
        staff = (await session.exec(select(OutboxNotice).where(OutboxNotice.about == family.claim_id))).all()
    assert [event.event for event in beside] == ["policy_corrected"]
    assert "role:lead:xiangjiang" in {notice.subject for notice in staff if notice.kind == "policy_corrected"}


# --- confirmed --------------------------------------------------------------------------------------------------------


async def test_what_is_confirmed_stands_in_the_policy_with_its_endorsement(door: Door, family: Family):
    correction_id = (await post(door, family)).json()["correction_id"]
    await confirmed(door, correction_id)
    policy = await policy_of(door, family)
    assert (policy.insured["name"], policy.insured["class_name"]) == ("黄小鸣", "四年级二班")
    assert (policy.applicant["mobile"], policy.correction_id) == ("13812345678", None)
    assert policy.endorsements["items"][0]["endorsement_no"] == "5202603100001"
    shown = await get(door, family, f"/v1/corrections/{correction_id}")
    assert (shown["state"], shown["endorsement_no"]) == ("corrected", "5202603100001")
    (endorsement,) = (await get(door, family, f"/v1/policies/{family.policy_no}"))["endorsements"]
    assert endorsement["endorsement_no"] == "5202603100001" and "被保险人姓名" in endorsement["labels"]


async def test_a_decline_frees_the_policy_and_changes_nothing(door: Door, family: Family):
    told = (await post(door, family)).json()
    order = door.processes.started[told["correction_id"]]
    declined = records.correction(
        correction_id=told["correction_id"], policy_no=family.policy_no, subject=family.subject, state="declined",
        seq=2, changes=order.changes, application=order.application, declined_code="x", declined_reason="证件不符",
    )  # fmt: skip
    await Corrections(door.database).publish_correction(declined)
    policy = await policy_of(door, family)
    assert (policy.insured["name"], policy.correction_id, policy.endorsements) == ("黄小明", None, None)
    shown = await get(door, family, f"/v1/corrections/{told['correction_id']}")
    assert (shown["state"], shown["declined_reason"]) == ("declined", "证件不符")
    assert (await post(door, family)).status_code == 201


async def test_the_e_policy_has_a_new_signed_version_and_the_one_before_stays(door: Door, family: Family):
    correction_id = (await post(door, family)).json()["correction_id"]
    await confirmed(door, correction_id)
    current = await door.client.get(f"/v1/policies/{family.policy_no}/document", headers=door.parent(family.subject))
    text = text_of(current.content)
    assert "黄小鸣" in text and "5202603100001" in text and "被保险人姓名" in text
    newer, older = (await get(door, family, f"/v1/policies/{family.policy_no}/documents"))["items"]
    assert (newer["current"], older["current"]) == (True, False)
    before = await door.client.get(older["url"], headers=door.parent(family.subject))
    assert before.status_code == 200
    assert "黄小明" in text_of(before.content) and "黄小鸣" not in text_of(before.content)


async def test_a_version_of_another_policy_is_not_found(door: Door, family: Family):
    other = await new_family(door)
    await door.client.get(f"/v1/policies/{other.policy_no}/document", headers=door.parent(other.subject))
    (item,) = (await get(door, other, f"/v1/policies/{other.policy_no}/documents"))["items"]
    mine = item["url"].replace(other.policy_no + "/", family.policy_no + "/")
    answer = await door.client.get(mine, headers=door.parent(family.subject))
    assert answer.status_code == 404


async def test_where_nobody_signs_there_is_nothing_to_keep(door: Door, family: Family, monkeypatch):
    monkeypatch.setattr(SETTINGS.signing, "code_secret", SecretStr(""))
    assert await documents(door).keep_policy_document(family.policy_no) is None
    assert (await get(door, family, f"/v1/policies/{family.policy_no}/documents"))["items"] == []


async def test_what_is_kept_is_what_a_download_gives(door: Door, family: Family):
    number = await documents(door).keep_policy_document(family.policy_no)
    await door.client.get(f"/v1/policies/{family.policy_no}/document", headers=door.parent(family.subject))
    (item,) = (await get(door, family, f"/v1/policies/{family.policy_no}/documents"))["items"]
    assert (item["number"], item["current"]) == (number, True)


async def test_another_number_keeps_what_is_known_of_the_childs_claims(door: Door, family: Family):
    number = {"id_number": "360102201203151230", "birth_date": "2012-03-15"}
    correction_id = (await post(door, family, {"insured": number})).json()["correction_id"]
    await confirmed(door, correction_id)
    digest = insured_digest(SETTINGS, "resident_id", number["id_number"])
    async with door.database.transaction() as session:
        link = await session.get_one(IncidentClaim, family.claim_id)
        mark = await session.get_one(AccidentMark, family.claim_id)
    policy = await policy_of(door, family)
    assert {policy.insured_digest, link.insured_digest, mark.insured_digest} == {digest}


async def test_the_next_form_is_filled_with_what_was_put_right(door: Door):
    family = await new_family(door)
    async with door.database.transaction() as session:
        purchase = await session.get_one(Purchase, family.purchase_id)
        purchase.policy_no = family.policy_no
    await confirmed(door, (await post(door, family)).json()["correction_id"])
    (item,) = (await get(door, family, "/v1/insured-history"))["items"]
    assert (item["insured"]["class_name"], item["relationship"]) == ("四年级二班", "parent")


# --- holding ----------------------------------------------------------------------------------------------------------


async def test_a_policy_is_held_for_one_correction_and_that_one_may_ask_again(door: Door, family: Family):
    corrections = Corrections(door.database)
    mine, other = CorrectionHold("pc-1", family.policy_no), CorrectionHold("pc-2", family.policy_no)
    assert await corrections.hold_for_correction(mine) is None
    assert await corrections.hold_for_correction(mine) is None
    assert await corrections.hold_for_correction(other) == "correction_open"


async def test_a_confirmed_surrender_keeps_a_correction_out_and_not_the_other_way_round(door: Door, family: Family):
    case = replace(records.case(policy_no=family.policy_no, claim_id=family.claim_id), state="closed")
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=case, open=False))
    corrections, surrenders = Corrections(door.database), SurrenderRecords(door.database)
    assert await corrections.hold_for_correction(CorrectionHold("pc-1", family.policy_no)) is None
    assert await surrenders.hold_policy(HoldStep("su-1", family.policy_no)) is None
    assert await corrections.hold_for_correction(CorrectionHold("pc-2", family.policy_no)) == "policy_ended"
