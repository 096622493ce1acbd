from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from api_door import Door
from api_routes import purchase, report
from refusals import problems_of

from insurance.tables import ConsentRecord, Policy, Purchase, QueuedPurchase
from tests import records
from workflows.admission import order_document
from workflows.client import MoveRefused, ProcessEnded

pytestmark = pytest.mark.servers
KINDS = ("child_data", "share_with_insurer", "school_feedback")


async def bought(door: Door, subject, **changes):
    consents = [*purchase()["consents"], {"kind": "school_feedback", "agreed": False}]
    body = purchase() | {"consents": consents} | changes
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))
    assert answer.status_code == 201, answer.text
    return answer.json()["purchase_id"]


async def listed(door: Door, subject):
    answer = await door.client.get("/v1/consents", headers=door.parent(subject))
    return {item["kind"]: item for item in answer.json()["items"]}


async def say(door: Door, subject, what, consent_id):
    return await door.client.post(f"/v1/consents/{consent_id}/{what}", headers=door.parent(subject))


async def test_each_question_has_its_own_answer_with_its_time_and_what_taking_it_back_means(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    consents = await listed(door, subject)
    assert {kind: item["agreed"] for kind, item in consents.items()} == {
        "child_data": True, "share_with_insurer": True, "school_feedback": False,
    }  # fmt: skip
    assert all(item["withdrawal_means"] for item in consents.values())
    assert consents["child_data"]["given_at"] == "2026-03-10T10:00:00.000+08:00"
    assert consents["school_feedback"]["given_at"] is None


async def test_a_consent_is_taken_back_at_any_time_and_given_again(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    consent_id = (await listed(door, subject))["child_data"]["consent_id"]
    for _ in range(2):
        taken = await say(door, subject, "withdraw", consent_id)
        assert (taken.status_code, taken.json()["agreed"]) == (200, False)
        assert taken.json()["withdrawn_at"] is not None
    given = await say(door, subject, "give", consent_id)
    assert (given.status_code, given.json()["agreed"], given.json()["withdrawn_at"]) == (200, True, None)


async def test_an_answer_given_later_has_its_own_time_and_place_and_the_earlier_ones_are_kept(door: Door):
    subject = records.new("parent")
    await bought(door, subject, device="WeChat 8.0")
    consent_id = (await listed(door, subject))["child_data"]["consent_id"]
    answers = (("withdraw", 1, "me-2", "Web"), ("withdraw", 2, "me-2", "Web"), ("give", 3, "me-3", "App"))
    try:
        for what, minutes, page, device in answers:
            door.app.state.parts = replace(
                door.parts, clock=lambda later=minutes: records.NOW + timedelta(minutes=later)
            )
            body = {"page_version": page, "device": device}
            address = f"/v1/consents/{consent_id}/{what}"
            assert (await door.client.post(address, json=body, headers=door.parent(subject))).status_code == 200
    finally:
        door.app.state.parts = door.parts
    shown = (await listed(door, subject))["child_data"]
    assert (shown["given_at"], shown["page_version"], shown["device"]) == (
        "2026-03-10T10:03:00.000+08:00", "me-3", "App",
    )  # fmt: skip
    async with door.database.transaction() as session:
        kept = (await session.get_one(ConsentRecord, consent_id)).history["items"]
    assert [(item["said"], item["page_version"], item["device"], item["by"]) for item in kept] == [
        ("given", "h5-2026.03.1", "WeChat 8.0", subject),
        ("withdrawn", "me-2", "Web", subject),
        ("given", "me-3", "App", subject),
    ]
    assert [datetime.fromisoformat(item["at"]) - records.NOW for item in kept] == [
        timedelta(minutes=minutes) for minutes in (0, 1, 3)
    ]


async def test_a_first_no_is_kept_when_a_yes_follows(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    consent_id = (await listed(door, subject))["school_feedback"]["consent_id"]
    assert (await say(door, subject, "give", consent_id)).json()["agreed"] is True
    async with door.database.transaction() as session:
        kept = (await session.get_one(ConsentRecord, consent_id)).history["items"]
    assert [item["said"] for item in kept] == ["refused", "given"]


async def test_what_was_never_agreed_to_is_not_taken_back(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    consent_id = (await listed(door, subject))["school_feedback"]["consent_id"]
    assert (await say(door, subject, "withdraw", consent_id)).status_code == 409


def asked(door: Door, kind: str):
    return door.parts.catalogue.consent(kind, records.PLAN_2.insurer_code)


async def test_an_answer_is_kept_with_the_text_that_it_answers_and_a_later_one_with_the_later_text(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    first = asked(door, "child_data")
    shown = (await listed(door, subject))["child_data"]
    assert (shown["version"], shown["sha256"]) == (first.version, first.sha256)
    await say(door, subject, "withdraw", shown["consent_id"])
    later = replace(first, version="2", sha256="b" * 64)
    catalogue = replace(door.parts.catalogue, consents=(*door.parts.catalogue.consents, later))
    door.app.state.parts = replace(door.parts, catalogue=catalogue)
    try:
        given = (await say(door, subject, "give", shown["consent_id"])).json()
    finally:
        door.app.state.parts = door.parts
    assert (given["version"], given["sha256"]) == ("2", "b" * 64)
    async with door.database.transaction() as session:
        kept = (await session.get_one(ConsentRecord, shown["consent_id"])).history["items"]
    assert [(item["said"], item["version"], item["sha256"]) for item in kept] == [
        ("given", first.version, first.sha256), ("withdrawn", None, None), ("given", "2", "b" * 64),
    ]  # fmt: skip


@pytest.mark.parametrize(("field", "wrong"), [("version", "0"), ("sha256", "a" * 64)])
async def test_an_answer_to_another_text_than_the_one_that_is_asked_is_refused(door: Door, field, wrong):
    subject = records.new("parent")
    asked_now = {kind: asked(door, kind) for kind in ("child_data", "share_with_insurer")}
    consents = [
        {"kind": kind, "agreed": True, "version": text.version, "sha256": text.sha256}
        for kind, text in asked_now.items()
    ]
    await bought(door, subject, consents=consents)
    body = purchase() | {"consents": [consents[0], consents[1] | {field: wrong}]}
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))
    assert not problems_of(answer, f"consents.1.{field}", code="consent_text_changed")


async def in_state(door: Door, purchase_id, state):
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = state


@pytest.mark.parametrize("kind", ["child_data", "share_with_insurer", "insured_consent"])
@pytest.mark.parametrize("state", ["submitted", "underwriting", "awaiting_payment", "expired"])
async def test_a_purchase_that_is_not_paid_is_called_off_with_the_consent_it_needs(door: Door, kind, state):
    subject = records.new("parent")
    purchase_id = await bought(
        door, subject, consents=[{"kind": k, "agreed": True} for k in (*KINDS, "insured_consent")]
    )
    await in_state(door, purchase_id, state)
    consent = (await listed(door, subject))[kind]
    assert "尚未支付的投保随即取消，没有费用" in consent["withdrawal_means"]
    answer = await say(door, subject, "withdraw", consent["consent_id"])
    assert (answer.status_code, door.processes.told) == (200, [(purchase_id, "cancel", None)])


async def test_a_purchase_in_the_queue_leaves_it_with_the_consent(door: Door):
    subject = records.new("parent")
    purchase_id = await bought(door, subject)
    order = order_document(door.processes.started[purchase_id])
    await in_state(door, purchase_id, "queued")
    await door.store(
        QueuedPurchase(
            purchase_id=purchase_id, insurer_code="xiangjiang", subject=subject, turn=0, purchase_order=dict(order),
            created_at=records.NOW,
        )
    )  # fmt: skip
    door.processes.refusals["cancel"] = ProcessEnded()
    await say(door, subject, "withdraw", (await listed(door, subject))["child_data"]["consent_id"])
    async with door.database.transaction() as session:
        assert await session.get(QueuedPurchase, purchase_id) is None
        assert (await session.get_one(Purchase, purchase_id)).state == "cancelled"


@pytest.mark.parametrize(
    ("kind", "state"), [("school_feedback", "underwriting"), ("child_data", "paid"), ("child_data", "issued")]
)
async def test_what_is_paid_or_does_not_need_the_consent_goes_on(door: Door, kind, state):
    subject = records.new("parent")
    purchase_id = await bought(door, subject, consents=[{"kind": k, "agreed": True} for k in KINDS])
    await in_state(door, purchase_id, state)
    answer = await say(door, subject, "withdraw", (await listed(door, subject))[kind]["consent_id"])
    assert (answer.status_code, door.processes.told) == (200, [])


async def test_a_withdrawal_stands_when_the_purchase_was_paid_in_that_moment(door: Door):
    subject = records.new("parent")
    await bought(door, subject)
    door.processes.refusals["cancel"] = MoveRefused("illegal_move", "not while paid")
    answer = await say(door, subject, "withdraw", (await listed(door, subject))["child_data"]["consent_id"])
    assert (answer.status_code, answer.json()["agreed"]) == (200, False)


async def with_policy(door: Door, kind):
    """A policy whose family took a consent back."""
    policy: Policy = records.policy(applicant_subject=records.new("parent"), purchase_id=records.new("pu"))
    consent = ConsentRecord(
        consent_id=records.new("co"), subject=policy.applicant_subject, purchase_id=policy.purchase_id, kind=kind,
        agreed=True, created_at=records.NOW, withdrawn_at=records.NOW,
    )  # fmt: skip
    await door.store(policy, consent)
    return policy.applicant_subject, f"/v1/policies/{policy.policy_no}/claims", consent.consent_id


@pytest.mark.parametrize("kind", ["child_data", "share_with_insurer"])
async def test_a_claim_needs_the_consents_again_that_were_taken_back(door: Door, kind):
    # the rows are gone from this session's point of view once they are stored
    subject, address, consent_id = await with_policy(door, kind)
    refused = await door.client.post(address, json=report(), headers=door.parent(subject))
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_withdrawn")
    await say(door, subject, "give", consent_id)
    assert (await door.client.post(address, json=report(), headers=door.parent(subject))).status_code == 201


async def test_a_claim_does_not_need_the_school_to_be_told(door: Door):
    subject, address, _ = await with_policy(door, "school_feedback")
    assert (await door.client.post(address, json=report(), headers=door.parent(subject))).status_code == 201


# --- 历史记录 -----------------------------------------------------------------------------------------------------------


async def history(door: Door, subject):
    return (await door.client.get("/v1/insured-history", headers=door.parent(subject))).json()["items"]


async def test_children_insured_before_are_listed_once_masked_and_can_be_taken_over(door: Door):
    subject = records.new("parent")
    first, second = await bought(door, subject), await bought(door, subject)
    (item,) = await history(door, subject)
    assert item["insured_from"] in {first, second}
    assert (item["insured"]["name"], item["insured"]["id_number"]) == ("黄**", "430102********0017")
    school = {
        "school_code": "2143000001",
        "school_type": "primary",
        "school_region": "430102",
        "class_name": "四年级二班",
    }
    again = await bought(door, subject, insured=None, insured_from=second, school=school)
    order = door.processes.started[again]
    assert (order.application.insured.id_number, order.application.insured.class_name) == (
        "430102201602290017", "四年级二班",
    )  # fmt: skip


async def test_somebody_elses_child_is_not_taken_over(door: Door):
    theirs = await bought(door, records.new("parent"))
    body = purchase() | {"insured": None, "insured_from": theirs}
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(records.new("stranger")))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "insured_from")
    assert await history(door, records.new("stranger")) == []
