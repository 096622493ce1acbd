import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from sqlmodel import select

from activities.complaints import ComplaintRecord, Complaints
from activities.journal import Entries, TimelineEvent
from insurance.calendar import load_calendar
from insurance.rules.complaints import Answer
from insurance.tables import Claim, Complaint, Message, PersonalDataRead
from tests import records
from workflows.client import MoveRefused

pytestmark = pytest.mark.servers
WORDS = "复核后的结果仍然没有说明原因"


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door, adjuster="adj-1")


async def post(door: Door, path: str, headers, **body):
    return await door.client.post(path, json=body, headers=headers)


async def complain(door: Door, family: Family, **body):
    about = {"claim_id": family.claim_id} if "policy_no" not in body else {}
    sent = about | {"kind": "decision", "text": WORDS} | body
    return await post(door, "/v1/complaints", door.parent(family.subject), **sent)


async def published(door: Door, complaint: ComplaintRecord) -> str:
    await Complaints(door.database, load_calendar()).publish_complaint(complaint)
    return complaint.complaint.complaint_id


def lead(door: Door, insurer="xiangjiang"):
    return door.adjuster("lead-1", insurer, lead=True)


async def seen(door: Door, complaint_id: str, headers):
    answer = await door.client.get(f"/v1/complaints/{complaint_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- the family -----------------------------------------------------------------------------------------------------------


async def test_a_complaint_shows_its_clock_with_the_rule_and_where_else_to_turn(door: Door, family: Family):
    answer = await complain(door, family)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    (clock,) = body["clocks"]
    assert (clock["clock"], clock["article"], clock["due_on"]) == (
        "complaint",
        "银行业保险业消费投诉处理管理办法",
        "2026-03-25",
    )
    assert (body["label"], body["text"], body["regulators_hotline"]) == ("已受理", WORDS, "12378")
    order = door.processes.started[body["complaint_id"]]
    assert (order.complaint.claim_id, order.complaint.region) == (family.claim_id, "430102")


async def test_whoever_handled_the_claim_is_who_it_is_about_and_the_family_is_not_told_whom(door: Door, family: Family):
    await door.store(
        Message(
            message_id=records.new("me"), about=family.claim_id, policy_no=family.policy_no, claim_id=family.claim_id,
            insurer_code="xiangjiang", subject=family.subject, by="adjuster", author="adj-7", text="请等待",
            created_at=records.NOW,
        )
    )  # fmt: skip
    body = (await complain(door, family)).json()
    assert "complained_about" not in body
    assert (await seen(door, body["complaint_id"], lead(door)))["complained_about"] == ["adj-1", "adj-7"]


async def test_a_policy_can_be_complained_about(door: Door, family: Family):
    other = await new_family(door)
    async with door.database.transaction() as session:
        (await session.get_one(Complaint, other.complaint_id)).state = "withdrawn"
    answer = await complain(door, other, policy_no=other.policy_no, kind="selling")
    assert (answer.status_code, answer.json()["claim_id"], answer.json()["kind_label"]) == (
        201,
        None,
        "投保、销售或退保",
    )


async def test_there_is_one_complaint_at_a_time_about_one_claim(door: Door, family: Family):
    answers = await asyncio.gather(*(complain(door, family) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await complain(door, family)).json()["code"] == "complaint_open"


@pytest.mark.parametrize("about", [{"claim_id": None}, {"policy_no": "P-1", "claim_id": "cl-1"}])
async def test_a_complaint_is_about_one_thing(door: Door, family: Family, about):
    body = {"kind": "other", "text": WORDS} | about
    answer = await post(door, "/v1/complaints", door.parent(family.subject), **body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "about_one")


async def test_another_familys_claim_can_not_be_complained_about(door: Door, family: Family):
    answer = await post(
        door, "/v1/complaints", door.parent("somebody-else"), claim_id=family.claim_id, kind="other", text=WORDS
    )
    assert answer.status_code == 404


TOLD = Entries(events=(TimelineEvent(1, "complaint_received", "family", "您提交了投诉", records.NOW),))


async def events(door: Door, path: str, headers, where: str = "timeline"):
    answer = await door.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return [event["event"] for event in answer.json()[where]]


async def test_a_complaint_stands_in_the_claims_timeline_and_history_without_its_words(door: Door, family: Family):
    await published(door, records.complaint(1, TOLD, claim_id=family.claim_id, subject=family.subject))
    claim = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))).json()
    (line,) = [e for e in claim["timeline"] if e["event"] == "complaint_received"]
    assert (line["seq"], line["by"], line["text"]) == (0, "family", "您提交了投诉")
    history = (await door.client.get(f"/v1/claims/{family.claim_id}/history", headers=lead(door))).json()
    assert history["verification"]["intact"]
    assert "complaint_received" in [e["event"] for e in history["entries"]]
    assert WORDS not in str(history)


async def test_whom_a_complaint_is_about_reads_nothing_of_how_it_is_handled(door: Door, family: Family):
    about = {"subject": family.subject, "policy_no": family.policy_no, "handler": "lead-3"}
    complaint_id = await published(door, records.complaint(1, TOLD, claim_id=family.claim_id, **about))
    sold = await published(door, records.complaint(1, TOLD, claim_id=None, **about))
    knows = {
        "adj-1": False, "lead-1": True, "lead-3": True, "op-1": True, "op-2": True, "adj-9": False,
    }  # fmt: skip
    for subject, sees in knows.items():
        staff = door.adjuster(subject, lead=subject != "adj-1")
        if subject.startswith("op"):
            staff = door.as_("operator", subject, **({"insurer": "xiangjiang"} if subject == "op-2" else {}))
        else:
            for path in (f"/v1/claims/{family.claim_id}", f"/v1/policies/{family.policy_no}"):
                assert ("complaint_received" in await events(door, path, staff)) is sees, (subject, path)
        history = await events(door, f"/v1/claims/{family.claim_id}/history", staff, "entries")
        assert ("complaint_received" in history) is sees, subject
    # the lead whom it is about
    himself = door.adjuster("adj-9", lead=True)
    for known in (complaint_id, sold):
        answer = await door.client.get(f"/v1/complaints/{known}", headers=himself)
        assert (answer.status_code, answer.json()["code"]) == (403, "conflict_of_interest")
    listed = await door.client.get("/v1/complaints", params={"claim_id": family.claim_id}, headers=himself)
    assert complaint_id not in listed.text


async def test_the_answer_names_who_gave_it(door: Door, family: Family):
    answered = Answer("partly_upheld", "将补付差额", "lead-1", records.NOW)
    complaint_id = await published(
        door, records.complaint(2, subject=family.subject, state="decided", answer=answered, handler="lead-1")
    )
    body = await seen(door, complaint_id, door.parent(family.subject))
    assert body["answer"] | {"at": None} == {
        "outcome": "partly_upheld", "label": "投诉部分成立", "text": "将补付差额", "by": "lead-1", "at": None,
    }  # fmt: skip
    assert (body["clocks"][0]["state"], body["review_until"]) == ("met", "2026-04-10T00:00:00.000+08:00")


async def test_a_family_asks_for_a_review_and_withdraws(door: Door, family: Family):
    for path, body in (("review", {"reason": "没有说明依据"}), ("withdraw", {})):
        answer = await post(door, f"/v1/complaints/{family.complaint_id}/{path}", door.parent(family.subject), **body)
        assert answer.status_code == 200, answer.text
    assert [(told[0], told[1]) for told in door.processes.told] == [
        (family.complaint_id, "ask_review"), (family.complaint_id, "withdraw"),
    ]  # fmt: skip


# --- the desk -------------------------------------------------------------------------------------------------------------


async def test_the_most_urgent_stands_first_on_the_desks_list(door: Door, family: Family):
    mine = [
        await published(door, records.complaint(insurer_code="ganpo", received_at=records.NOW - timedelta(days=days)))
        for days in (1, 9, 5)
    ]
    answer = await door.client.get("/v1/complaints", params={"state": "open"}, headers=lead(door, "ganpo"))
    found = answer.json()["items"]
    assert [item["complaint_id"] for item in found] == [mine[1], mine[2], mine[0]]
    assert "text" not in found[0]


async def test_an_adjuster_without_a_lead_is_not_the_desk(door: Door, family: Family):
    for path in ("/v1/complaints", f"/v1/complaints/{family.complaint_id}"):
        answer = await door.client.get(path, headers=door.adjuster())
        assert (answer.status_code, answer.json()["code"]) == (403, "lead_required")


async def test_the_platforms_own_operator_answers_for_no_insurer(door: Door, family: Family):
    platform = door.as_("operator", "op-1")
    assert (await seen(door, family.complaint_id, platform))["complaint_id"] == family.complaint_id
    answer = await post(door, f"/v1/complaints/{family.complaint_id}/take", platform)
    assert (answer.status_code, door.processes.told) == (403, [])
    insurers = door.as_("operator", "op-2", insurer="xiangjiang")
    assert (await post(door, f"/v1/complaints/{family.complaint_id}/take", insurers)).status_code == 200


async def test_the_platforms_operator_may_look_again_at_what_the_insurers_only_one_answered(door: Door, family: Family):
    answer = Answer("not_upheld", "不成立", "op-2", records.NOW)
    asked = records.complaint(2, state="review_requested", answer=answer, review_asked_at=records.NOW)
    path = f"/v1/complaints/{await published(door, asked)}"
    platform = door.as_("operator", "op-1")
    assert (await post(door, f"{path}/take", platform)).status_code == 200
    answered = await post(door, f"{path}/answer", platform, outcome="upheld", text="将补付差额")
    assert answered.status_code == 200
    assert [told[1] for told in door.processes.told] == ["take", "answer"]
    others = door.as_("operator", "op-3", insurer="ganpo")
    assert (await post(door, f"{path}/take", others)).status_code == 404


@pytest.mark.parametrize(("path", "body"), [("take", {}), ("answer", {"outcome": "upheld", "text": "好"})])
async def test_who_decided_on_the_claim_since_it_was_complained_about_does_not_answer(door: Door, path, body):
    family = await new_family(door, adjuster="lead-1")
    complaint = records.complaint(claim_id=family.claim_id, policy_no=family.policy_no, complained_about=())
    address = f"/v1/complaints/{await published(door, complaint)}/{path}"
    answer = await post(door, address, lead(door), **body)
    assert (answer.status_code, answer.json()["code"], door.processes.told) == (409, "conflict_of_interest", [])
    other = door.adjuster("lead-2", lead=True)
    assert (await post(door, address, other, **body)).status_code == 200


async def test_who_is_complained_about_is_refused_with_the_reason(door: Door, family: Family):
    door.processes.refusals["take"] = MoveRefused("conflict_of_interest", "投诉涉及您经办的事项，须由其他人处理")
    answer = await post(door, f"/v1/complaints/{family.complaint_id}/take", lead(door))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict_of_interest")


async def test_the_desks_reading_is_logged(door: Door, family: Family):
    await seen(door, family.complaint_id, lead(door))
    async with door.database.transaction() as session:
        reads = select(PersonalDataRead).where(PersonalDataRead.object_id == family.complaint_id)
        assert [(read.subject, read.purpose) for read in (await session.exec(reads)).all()] == [("lead-1", "complaint")]


# --- the authority --------------------------------------------------------------------------------------------------------


async def test_a_supervisor_counts_the_regions_complaints_and_sees_none_of_them(door: Door):
    early = records.NOW - timedelta(days=40)
    late, base = early + timedelta(days=30), {"region": "620102", "received_at": early}
    await published(door, records.complaint(**base))
    await published(door, records.complaint(**base, state="withdrawn"))
    for at in (early, late):
        answer = Answer("upheld", "好", "lead-1", at)
        await published(door, records.complaint(**base, state="decided", answer=answer, updated_at=at))
    await published(door, records.complaint(**base | {"region": "630102"}))
    headers = door.as_("supervisor", "centre-1", region="620000")
    answer = await door.client.get("/v1/overview/complaints", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == [
        {
            "insurer": "xiangjiang", "kind": "decision", "label": "理赔结果", "received": 4, "answered": 2, "late": 2,
            "still_open": 1, "withdrawn": 1, "reviews_asked": 0,
        }
    ]  # fmt: skip
    none = await door.client.get("/v1/overview/complaints", headers=headers, params={"received_to": "2026-01-01"})
    assert none.json()["items"] == []
    for path in ("/v1/complaints", "/v1/complaints/cm-1"):
        assert (await door.client.get(path, headers=headers)).status_code == 403


async def test_an_insurers_operator_counts_no_other_insurers_complaints(door: Door):
    mine, other = records.new("in")[:20], records.new("in")[:20]
    for insurer in (mine, other):
        await published(door, records.complaint(insurer_code=insurer))
    for insurer, expected in ((mine, {mine}), (None, {mine, other})):
        headers = door.as_("operator", "op-1", **({"insurer": insurer} if insurer else {}))
        items = (await door.client.get("/v1/overview/complaints", headers=headers)).json()["items"]
        assert {item["insurer"] for item in items} & {mine, other} == expected


# --- its record -----------------------------------------------------------------------------------------------------------


async def test_an_older_record_replaces_no_newer_one(door: Door):
    answer = Answer("upheld", "好", "lead-1", records.NOW)
    newer = records.complaint(2, state="decided", answer=answer)
    complaint_id = await published(door, newer)
    await published(door, replace(newer, seq=1, complaint=replace(newer.complaint, state="received", answer=None)))
    async with door.database.transaction() as session:
        row = await session.get_one(Complaint, complaint_id)
    assert (row.state, row.answered_on, row.due_at, row.due_on) == (
        "decided",
        date(2026, 3, 10),
        None,
        date(2026, 3, 25),
    )


async def test_an_ended_claim_can_be_complained_about(door: Door, family: Family):
    async with door.database.transaction() as session:
        claim = await session.get_one(Claim, family.claim_id)
        claim.state, claim.open = "closed", False
    assert (await complain(door, family)).status_code == 201
