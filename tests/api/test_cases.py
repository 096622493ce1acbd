import json
from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from api_routes import ANYONE, ROUTES
from refusals import problems_of
from sqlmodel import select

from activities.serious_cases import FindStep, SeriousCases
from insurance.rules.serious import STAGES, Reached
from insurance.tables import Claim, ConsentRecord, OutboxNotice, Policy, Receipt, SeriousCase
from tests import records
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import SchoolNoted

pytestmark = pytest.mark.servers


def teacher(door: Door, school="2143000001"):
    return door.as_("school", "teacher-1", school=school)


def path_of(family: Family):
    return f"/v1/schools/{family.school_code}/cases/{family.case_id}"


async def get(door: Door, path, headers, expected=200):
    answer = await door.client.get(path, headers=headers)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def post(door: Door, path, body, headers, expected):
    answer = await door.client.post(path, json=body, headers=headers)
    assert answer.status_code == expected, answer.text
    return answer


async def consent(door: Door, family: Family, **changes):
    async with door.database.transaction() as session:
        row = await session.get(ConsentRecord, family.consent_id)
        for name, value in changes.items():
            setattr(row, name, value)


async def published(door: Door, family: Family, seq=2, **changes):
    """The case as its process publishes it later."""
    async with door.database.transaction() as session:
        claim = await session.get(Claim, family.claim_id)
    record = records.serious_case(records.case(claim_id=family.claim_id, policy_no=claim.policy_no), seq, **changes)
    later = replace(record, updated_at=records.NOW + timedelta(minutes=seq))
    await SeriousCases(door.database).publish_serious_case(later)


# --- schools ------------------------------------------------------------------------------------------------------------


async def test_a_school_follows_stage_and_what_to_do(door: Door):
    family = await new_family(door)
    at = records.NOW + timedelta(hours=2)
    reached = (
        Reached("notified", records.NOW, "system"),
        Reached("in_contact", at, "adjuster:adj-1", "母亲接听，孩子骨折"),
    )
    await published(door, family, state="in_contact", reached=(*reached, Reached("agreed", at, "system")))
    shown = await get(door, path_of(family), teacher(door))
    assert (shown["state"], shown["label"]) == ("in_contact", "已联系家庭")
    assert "保险公司已与家庭联系" in shown["to_do"]
    assert (shown["child"], shown["class_name"]) == ("黄**", "三年级二班")
    assert [step["state"] for step in shown["steps"]] == ["notified", "in_contact"]


async def test_a_school_sees_nothing_else(door: Door):
    family = await new_family(door)
    await published(
        door, family, because=("death", "large_sum"), adjuster="adj-1",
        reached=(Reached("in_contact", records.NOW, "adjuster:adj-1", "孩子骨折，已转院"),),
    )  # fmt: skip
    shown = await get(door, path_of(family), teacher(door))
    assert set(shown) == {
        "case_id", "state", "label", "to_do", "child", "class_name", "told_at", "updated_at", "steps", "notes",
    }  # fmt: skip
    assert set(shown["steps"][0]) == {"state", "label", "at"}
    text = json.dumps(shown, ensure_ascii=False)
    secrets = ("身故", "赔付金额", "骨折", "黄小明", "adj-1", "4301", "fen", family.policy_no)
    assert not [word for word in secrets if word in text]


def words_of(thing):
    """Every text and number in what a person, a report or a case knows."""
    if isinstance(thing, dict):
        return [word for value in thing.values() for word in words_of(value)]
    if isinstance(thing, list):
        return [word for value in thing for word in words_of(value)]
    return [str(thing)] if isinstance(thing, str | int) and not isinstance(thing, bool) and len(str(thing)) > 1 else []


async def secrets_of(door: Door, family: Family):
    """Whatever is known of the child, the parents, the accident and the money, but for class, school and the masked name."""
    async with door.database.transaction() as session:
        claim = await session.get_one(Claim, family.claim_id)
        policy = await session.get_one(Policy, family.policy_no)
        receipts = (await session.exec(select(Receipt).where(Receipt.claim_id == family.claim_id))).all()
    case = {name: claim.case[name] for name in ("report", "payees", "report_no", "subject")}
    money = [line["payable_fen"] for line in claim.case["assessment"]["settlement"]["lines"]]
    papers = [receipt.fields for receipt in receipts]
    known = words_of([policy.insured, policy.applicant, case, money, papers, policy.policy_no])
    shown = {policy.insured["class_name"], policy.insured["school_code"], policy.insured["school_type"]}
    common = {"male", "female", "resident_id", "primary", "accident", "outpatient", "parent", "0.00"}
    return set(known) - shown - common


async def test_at_no_stage_and_by_no_route_a_school_sees_personal_data(door: Door):
    family = await new_family(door)
    secrets = await secrets_of(door, family)
    assert {"黄小明", "13712345678", "430102201602290017", "跑步时摔倒", "学校操场", "1280.50"} <= secrets
    for seq, stage in enumerate(STAGES, start=2):
        reached = tuple(
            Reached(before, records.NOW, "adjuster:adj-1", "母亲接听，孩子骨折") for before in STAGES[: seq - 1]
        )
        await published(
            door, family, seq, state=stage, reached=reached, adjuster="adj-1", because=("disability", "large_sum")
        )
        listed = await get(door, "/v1/schools/2143000001/cases?limit=100", teacher(door))
        answers = [await get(door, path_of(family), teacher(door)), *listed["items"]]
        if stage != "closed":
            noted = await post(door, f"{path_of(family)}/notes", {"text": "已交给家长"}, teacher(door), 201)
            answers.append(noted.json())
        text = json.dumps(answers, ensure_ascii=False)
        assert stage in text
        assert not [word for word in {*secrets, "骨折", "adj-1", "伤残", "赔付金额"} if word in text]


async def test_what_a_school_may_ask_for_is_its_roster_its_enrolment_and_its_cases(door: Door):
    theirs = {route.path for route in ROUTES if "school" in route.roles and route.roles != ANYONE}
    assert {path.split("/")[2] for path in theirs} == {"schools"}
    assert {path.split("/")[4] for path in theirs} == {"roster", "enrolment", "cases"}


async def test_a_school_lists_the_cases_of_its_own_students(door: Door):
    first, second = await new_family(door), await new_family(door)
    listed = await get(door, "/v1/schools/2143000001/cases?limit=100", teacher(door))
    assert {first.case_id, second.case_id} <= {item["case_id"] for item in listed["items"]}
    await get(door, "/v1/schools/2143000001/cases", teacher(door, "2143000002"), 404)
    assert (await get(door, "/v1/schools/2143000002/cases", teacher(door, "2143000002")))["items"] == []


async def test_a_school_that_has_nothing_to_do_with_a_case_does_not_find_it_under_its_own_address(door: Door):
    family = await new_family(door)
    await get(door, f"/v1/schools/2143000002/cases/{family.case_id}", teacher(door, "2143000002"), 404)


@pytest.mark.parametrize("changes", [{"agreed": False}, {"withdrawn_at": records.NOW}])
async def test_without_the_familys_consent_a_school_sees_no_case_from_that_moment_on(door: Door, changes):
    family = await new_family(door)
    await get(door, path_of(family), teacher(door))
    await consent(door, family, **changes)
    await get(door, path_of(family), teacher(door), 404)
    listed = await get(door, "/v1/schools/2143000001/cases?limit=100", teacher(door))
    assert family.case_id not in [item["case_id"] for item in listed["items"]]
    body = {"text": "事故经过"}
    await post(door, f"{path_of(family)}/notes", body, teacher(door), 404)


async def test_after_a_correction_of_the_school_the_right_one_sees_the_case_and_the_wrong_one_does_not(door: Door):
    family, right = await new_family(door), "2143000007"
    theirs = path_of(family).replace("2143000001", right)
    async with door.database.transaction() as session:
        policy = await session.get_one(Policy, family.policy_no)
        policy.insured = policy.insured | {"school_code": right, "class_name": "四年级一班"}
    await get(door, path_of(family), teacher(door), 404)
    await get(door, theirs, teacher(door, right))
    entries = records.entries(family.case_id)
    (notice,) = entries.notices
    told = replace(entries, movements=(), notices=(replace(notice, subject="school:2143000001"),))
    await published(door, family, entries=told)
    shown = await get(door, theirs, teacher(door, right))
    assert shown["class_name"] == "四年级一班"
    await get(door, path_of(family), teacher(door), 404)
    async with door.database.transaction() as session:
        sent = await session.exec(select(OutboxNotice.subject).where(OutboxNotice.about == family.case_id))
        assert set(sent.all()) == {f"school:{right}"}


async def test_a_note_of_the_school_is_kept_once_and_told(door: Door):
    family = await new_family(door)
    key = {"idempotency-key": records.new("key")}
    answers = [
        await post(door, f"{path_of(family)}/notes", {"text": "事故经过已交给家长"}, teacher(door) | key, 201)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    (note,) = answers[0].json()["notes"]
    assert (note["by"], note["text"]) == ("school", "事故经过已交给家长")
    assert door.processes.told == [(family.case_id, "school_note", SchoolNoted(note["note_id"]))]
    seen = await get(door, f"/v1/serious-cases/{family.case_id}", door.adjuster())
    assert seen["notes"] == [note]
    other = await post(door, f"{path_of(family)}/notes", {"text": "另一件事"}, teacher(door) | key, 409)
    assert not problems_of(other, statuses=(409,), code="idempotency_key_reused")


async def test_a_closed_case_takes_no_notes(door: Door):
    family = await new_family(door)
    door.processes.refusals[family.case_id] = ProcessEnded()
    before = await door.rows()
    ended = await post(door, f"{path_of(family)}/notes", {"text": "事故经过"}, teacher(door), 409)
    assert not problems_of(ended, statuses=(409,), code="illegal_move")
    assert await door.rows() == before
    await published(door, family, state="closed")
    await post(door, f"{path_of(family)}/notes", {"text": "事故经过"}, teacher(door), 409)


# --- adjusters ------------------------------------------------------------------------------------------------------------


async def test_an_adjuster_sees_why_it_is_serious_and_every_milestone(door: Door):
    family = await new_family(door)
    shown = await get(door, f"/v1/serious-cases/{family.case_id}", door.adjuster())
    assert (shown["because"], shown["reasons"]) == (["disability"], ["伤残"])
    assert [(m["name"], m["due_at"], m["late"]) for m in shown["milestones"]] == [
        ("in_contact", "2026-03-11T10:00:00.000+08:00", False),
        ("documents", "2026-03-13T10:00:00.000+08:00", False),
    ]
    assert shown["due_at"] == shown["milestones"][0]["due_at"]
    assert shown["school"] == {"code": "2143000001", "told": True}
    claim = await get(door, f"/v1/claims/{family.claim_id}", door.adjuster())
    assert claim["serious_case_id"] == family.case_id


@pytest.mark.parametrize(("address", "update"), [("in-contact", "in_contact"), ("documents-told", "documents")])
async def test_an_adjuster_says_what_was_done(door: Door, address, update):
    family = await new_family(door)
    path = f"/v1/serious-cases/{family.case_id}/{address}"
    await post(door, path, {"comment": "母亲接听"}, door.adjuster(), 200)
    ((process_id, told, step),) = door.processes.told
    assert (process_id, told, step.comment, step.actor.subject) == (family.case_id, update, "母亲接听", "adj-1")
    door.processes.refusals[update] = MoveRefused("illegal_move", "已经记录过")
    assert not problems_of(await post(door, path, {}, door.adjuster(), 409), statuses=(409,), code="illegal_move")


async def test_open_and_closed_cases_are_listed_apart(door: Door):
    open_, closed = await new_family(door), await new_family(door)
    await published(door, closed, state="closed")
    for state, expected, other in (("open", open_, closed), ("closed", closed, open_)):
        listed = await get(door, f"/v1/serious-cases?state={state}&limit=100", door.adjuster())
        ids = [item["case_id"] for item in listed["items"]]
        assert expected.case_id in ids and other.case_id not in ids
    assert (await get(door, "/v1/serious-cases", door.adjuster(insurer="ganpo")))["items"] == []


# --- what the process publishes --------------------------------------------------------------------------------------------


async def test_a_case_is_found_again_as_it_was_left(door: Door):
    family = await new_family(door)
    await published(door, family, 5, state="closed", event_count=7)
    step = FindStep(family.case_id, family.policy_no)
    found = await SeriousCases(door.database).find_serious_case(step)
    assert (found.seq, found.earlier.state, found.earlier.event_count) == (5, "closed", 7)
    assert (found.school.code, found.school.child, found.school.may_be_told) == ("2143000001", "黄**", True)
    await consent(door, family, withdrawn_at=records.NOW)
    assert (await SeriousCases(door.database).find_serious_case(step)).school.may_be_told is False


async def test_an_older_record_never_overwrites_a_newer_one(door: Door):
    family = await new_family(door)
    await published(door, family, 9, state="decided")
    await published(door, family, 3, state="in_contact")
    async with door.database.transaction() as session:
        row = await session.get(SeriousCase, family.case_id)
    assert (row.state, row.seq) == ("decided", 9)


async def test_no_notice_reaches_a_school_whose_family_took_its_consent_back(door: Door):
    for withdrawn in (None, records.NOW):
        family = await new_family(door)
        await consent(door, family, withdrawn_at=withdrawn)
        entries = records.entries(family.case_id)
        (notice,) = entries.notices
        entries = replace(entries, movements=(), notices=(replace(notice, subject="school:2143000001"), notice))
        entries = replace(entries, notices=(entries.notices[0], replace(notice, key="1:told:1")))
        await published(door, family, entries=entries)
        async with door.database.transaction() as session:
            told = await session.exec(select(OutboxNotice.subject).where(OutboxNotice.about == family.case_id))
            subjects = set(told.all())
            row = await session.get(SeriousCase, family.case_id)
        assert ("school:2143000001" in subjects) is (withdrawn is None)
        assert "parent-1" in subjects
        assert (row.school_code is not None) is (withdrawn is None)
