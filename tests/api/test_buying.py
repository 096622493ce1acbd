from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from api_door import SETTINGS, Door
from api_routes import PNG, agreements, applicant, insured, purchase
from refusals import problems_of

from activities.purchases import PurchaseRecords, Returning
from api.digest import insured_digest
from insurance.tables import ConsentFile, Policy, Purchase
from tests import records

pytestmark = pytest.mark.servers


async def buy(door: Door, subject="parent-1", **changes):
    body = purchase() | changes
    return await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))


async def test_an_application_starts_a_purchase_with_the_terms_frozen(door: Door):
    answer = await buy(door)
    assert (answer.status_code, answer.json()["state"]) == (201, "submitted")
    order = door.processes.started[answer.json()["purchase_id"]]
    assert order.terms == records.PLAN_2
    assert (order.subject, order.insurer_code, order.death_limit_fen) == ("parent-1", "xiangjiang", None)
    assert order.application.insured.name == "黄小明"
    shown = await door.client.get(f"/v1/purchases/{answer.json()['purchase_id']}", headers=door.parent())
    assert (shown.status_code, shown.json()["state"], shown.json()["premium_fen"]) == (200, "submitted", 120_00)


def without(number):
    return [a for n, a in enumerate(agreements(records.PLAN_2.product_id)) if n != number]


def spoiled(**changes):
    first, *rest = agreements(records.PLAN_2.product_id)
    return [first | changes, *rest]


@pytest.mark.parametrize(
    "agreed",
    [
        [],
        *[without(number) for number in range(len(agreements(records.PLAN_2.product_id)))],
        spoiled(version="1999"),
        spoiled(sha256="0" * 64),
        spoiled(document_id="another"),
        agreements("jiangxi-plus"),
    ],
)
async def test_every_current_document_must_be_agreed_to(door: Door, agreed):
    before = await door.rows()
    answer = await buy(door, agreements=agreed)
    assert not problems_of(answer, "agreements", code="document_not_agreed")
    assert "《" in answer.json()["title"]
    assert (await door.rows(), door.processes.started) == (before, {})


async def test_the_documents_of_a_product_are_those_that_must_be_agreed_to(door: Door):
    product = (await door.client.get(f"/v1/products/{records.PLAN_2.product_id}")).json()
    agreed = [{name: d[name] for name in ("document_id", "version", "sha256")} for d in product["documents"]]
    assert (await buy(door, agreements=agreed)).status_code == 201


@pytest.mark.parametrize("kind", ["child_data", "share_with_insurer"])
async def test_what_the_policy_can_not_do_without_must_be_consented_to(door: Door, kind):
    others = [c for c in purchase()["consents"] if c["kind"] != kind]
    for consents in (others, [*others, {"kind": kind, "agreed": False}]):
        answer = await buy(door, consents=consents)
        assert not problems_of(answer, "consents"), answer.text


async def test_telling_the_school_may_be_refused(door: Door):
    consents = [*purchase()["consents"], {"kind": "school_feedback", "agreed": False}]
    assert (await buy(door, consents=consents)).status_code == 201


def aged_9():
    return insured() | {"id_number": "430102201702280035", "birth_date": "2017-02-28"}


async def test_at_issue_only_the_difference_to_the_minors_cap_is_accepted(door: Door):
    answer = await buy(
        door,
        product_id="changsha-2024-plan-1",
        agreements=agreements("changsha-2024-plan-1"),
        insured=aged_9(),
        existing_death_cover_fen=50_000_00,
    )
    assert answer.status_code == 201, answer.text
    assert door.processes.started[answer.json()["purchase_id"]].death_limit_fen == 150_000_00


async def test_at_the_cap_nothing_more_is_accepted(door: Door):
    answer = await buy(door, insured=aged_9(), existing_death_cover_fen=200_000_00)
    assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    assert door.processes.started == {}


async def test_all_that_is_wrong_with_an_application_is_said_at_once(door: Door):
    answer = await buy(
        door,
        applicant=applicant() | {"mobile": "123", "birth_date": "1981-05-13"},
        insured=insured() | {"gender": "female"},
    )
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields >= {"applicant.mobile", "applicant.birth_date", "insured.gender"}


async def test_a_product_that_is_not_sold_can_not_be_bought(door: Door):
    assert not problems_of(await buy(door, product_id="changsha-1999"), "product_id", code="unknown_product")


# --- what is on file --------------------------------------------------------------------------------------------------

CHILD_NUMBER = "430102201702280035"


async def bring(door: Door, subject, kind="parents_consent", number=CHILD_NUMBER, data=PNG):
    form = {"kind": kind, "id_type": "resident_id", "id_number": number}
    return await door.client.post(
        "/v1/consent-files", files={"file": ("a.png", data)}, data=form, headers=door.parent(subject)
    )


async def test_another_guardian_buys_with_the_parents_consent_on_file_and_not_without(door: Door):
    aunt, child = records.new("aunt"), {"relationship": "other_guardian", "insured": aged_9()}
    refused = await buy(door, aunt, **child)
    assert not problems_of(refused, "relationship", code="guardian_death_cover")
    assert "父母的同意书" in refused.json()["title"]
    brought = await bring(door, aunt)
    assert (brought.status_code, brought.json()["kind"]) == (201, "parents_consent")
    assert (await buy(door, aunt, **child)).status_code == 201


STUDENT = {
    "id_number": "430102200508210012", "birth_date": "2005-08-21", "school_type": "university",
    "school_code": "4143010001",
}  # fmt: skip


def student():
    return insured() | STUDENT


async def test_a_parent_buys_for_a_grown_up_student_with_his_own_consent_and_not_without(door: Door):
    refused = await buy(door, insured=student())
    assert not problems_of(refused, "relationship", code="insured_consent_required")
    said = [*purchase()["consents"], {"kind": "insured_consent", "agreed": True}]
    subject = records.new("parent")
    answer = await buy(door, subject, insured=student(), consents=said)
    assert answer.status_code == 201, answer.text
    kept = (await door.client.get("/v1/consents", headers=door.parent(subject))).json()["items"]
    assert "insured_consent" in {consent["kind"] for consent in kept if consent["agreed"]}


async def test_a_grown_up_students_consent_may_be_a_paper(door: Door):
    subject = records.new("parent")
    assert (await bring(door, subject, "insured_consent", STUDENT["id_number"])).status_code == 201
    assert (await buy(door, subject, insured=student())).status_code == 201


async def test_a_consent_is_for_one_child_and_for_who_brought_it(door: Door):
    aunt, child = records.new("aunt"), {"relationship": "other_guardian", "insured": aged_9()}
    assert (await bring(door, aunt, number="430102201602290017")).status_code == 201
    assert (await bring(door, records.new("stranger"))).status_code == 201
    assert (await bring(door, aunt, kind="insured_consent")).status_code == 201
    assert not problems_of(await buy(door, aunt, **child), "relationship", code="guardian_death_cover")


async def test_a_consent_is_kept_under_lock_and_once(door: Door):
    aunt = records.new("aunt")
    first, again = await bring(door, aunt), await bring(door, aunt)
    assert first.json()["sha256"] == again.json()["sha256"]
    objects = (await door.rows())["objects"]
    assert (await bring(door, records.new("another"))).status_code == 201
    assert (await door.rows())["objects"] == objects


@pytest.mark.parametrize(
    ("changes", "field"), [({"number": "430102201702280036"}, "id_number"), ({"data": b"not a picture"}, "file")]
)
async def test_a_consent_that_is_none_is_refused(door: Door, changes, field):
    before = await door.rows()
    assert not problems_of(await bring(door, "aunt-1", **changes), field)
    assert await door.rows() == before


_numbers = count(300)


def new_number():
    """Of a boy born on 28 February 2017."""
    return with_check(f"43010220170228{next(_numbers) * 2 + 1:03d}")


def with_check(digits):
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return digits + "10X98765432"[weighed % 11]


def child(number):
    """Nine years old when cover begins; each test has its own."""
    return insured() | {
        "id_number": number,
        "birth_date": "2017-02-28",
        "gender": "male" if int(number[16]) % 2 else "female",
    }


async def insure(door: Door, number, **changes):
    """A child that has a policy already."""
    await door.store(records.policy(insured_digest=insured_digest(SETTINGS, "resident_id", number), **changes))
    return child(number)


def warned(answer):
    return [warning["code"] for warning in answer.json()["warnings"]]


async def test_who_buys_twice_is_told_that_costs_are_not_paid_twice(door: Door):
    answer = await buy(door, insured=await insure(door, "430102201702280115", death_limit_fen=0))
    assert (answer.status_code, warned(answer)) == (201, ["double_insurance"])
    shown = await door.client.get(f"/v1/purchases/{answer.json()['purchase_id']}", headers=door.parent())
    assert shown.json()["warnings"] == answer.json()["warnings"]


async def test_death_cover_that_we_know_of_counts_when_the_form_forgets_it(door: Door, monkeypatch):
    # on a stack of development it is a warning
    again = await insure(door, "430102201702280182", death_limit_fen=200_000_00)
    assert warned(await buy(door, insured=again)) == ["double_insurance"]
    monkeypatch.setattr(SETTINGS, "environment", "production")
    refused = await buy(door, insured=await insure(door, "430102201702280131", death_limit_fen=200_000_00))
    assert not problems_of(refused, "existing_death_cover_fen", code="minor_death_cap")


async def preview(door: Door, subject="parent-1", **changes):
    return await door.client.post("/v1/purchases/preview", json=purchase() | changes, headers=door.parent(subject))


async def test_nobody_finds_out_what_another_family_has_bought(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    insured_already = await insure(door, new_number(), death_limit_fen=200_000_00)
    never_insured, asker = child(new_number()), records.new("teacher")
    shown, unknown = [(await preview(door, asker, insured=who)).json() for who in (insured_already, never_insured)]
    assert [shown[name] for name in ("errors", "warnings", "death_cover")] == [
        unknown[name] for name in ("errors", "warnings", "death_cover")
    ]
    own = (await preview(door, insured=insured_already)).json()
    assert [error["code"] for error in own["errors"]] == ["minor_death_cap"]
    assert [warning["code"] for warning in own["warnings"]] == ["double_insurance"]
    # submitted, the cap holds, and says no more than that
    refused = await buy(door, asker, insured=insured_already)
    assert not problems_of(refused, "existing_death_cover_fen", code="minor_death_cap")
    assert len(refused.json()["errors"]) == 1 and "200000" not in refused.text


async def test_what_another_family_bought_is_no_warning(door: Door):
    asker = records.new("teacher")
    answer = await buy(door, asker, insured=await insure(door, new_number(), death_limit_fen=0))
    assert (answer.status_code, warned(answer)) == (201, [])


@pytest.mark.parametrize(
    ("first", "counts"),
    [(date(2026, 4, 2), True), (date(2027, 3, 31), True), (date(2027, 4, 1), False)],
)
async def test_a_policy_that_begins_within_the_term_counts_against_the_cap(door: Door, monkeypatch, first, counts):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    again = await insure(
        door, new_number(), death_limit_fen=200_000_00, effective_date=first, ends_on=date(2028, 3, 31)
    )
    answer = await buy(door, insured=again)
    if counts:
        assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    else:
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("paid", True),
        *((state, False) for state in ("queued", "underwriting", "awaiting_payment", "expired")),
        *((state, False) for state in ("cancelled", "declined", "refunding", "refunded")),
    ],
)
async def test_a_purchase_counts_against_the_cap_once_it_is_paid_and_until_it_has_ended(
    door: Door, monkeypatch, state, counts
):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    plan_1 = {"product_id": "changsha-2024-plan-1", "agreements": agreements("changsha-2024-plan-1")}
    mother, father, who = records.new("mother"), records.new("father"), child(new_number())
    first = await buy(door, mother, insured=who, **plan_1, existing_death_cover_fen=0)
    assert first.status_code == 201, first.text
    async with door.database.transaction() as session:
        row = await session.get_one(Purchase, first.json()["purchase_id"])
        row.state, row.death_cover_fen = state, 200_000_00
    own = (await preview(door, mother, insured=who, **plan_1)).json()
    assert [error["code"] for error in own["errors"]] == (["minor_death_cap"] if counts else [])
    assert [warning["code"] for warning in own["warnings"]] == (["double_insurance"] if counts else [])
    assert all("已付款、正在出单的投保" in warning["message"] for warning in own["warnings"])
    assert (await preview(door, father, insured=who, **plan_1)).json()["errors"] == []
    answer = await buy(door, father, insured=who, **plan_1)
    if counts:
        assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    else:
        assert answer.status_code == 201, answer.text


async def test_the_death_cover_that_was_accepted_is_kept_with_the_purchase(door: Door):
    answer = await buy(door, insured=child(new_number()), existing_death_cover_fen=50_000_00)
    async with door.database.transaction() as session:
        row = await session.get_one(Purchase, answer.json()["purchase_id"])
    assert row.death_cover_fen == 150_000_00
    assert row.insured_digest == door.processes.started[row.purchase_id].insured_digest


async def test_the_cap_is_counted_again_with_the_payment_in_production(door: Door, monkeypatch):
    for environment, counts in (("development", False), ("production", True)):
        monkeypatch.setattr(SETTINGS, "environment", environment)
        answer = await buy(door, insured=child(new_number()))
        assert door.processes.started[answer.json()["purchase_id"]].counts_everybodys is counts


async def test_an_expired_order_is_not_resumed_when_others_have_filled_the_cap(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number, mother = new_number(), records.new("mother")
    purchase_id = (await buy(door, mother, insured=child(number))).json()["purchase_id"]
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "expired"

    async def resume():
        return await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(mother))

    assert (await resume()).status_code == 200
    await insure(door, number, death_limit_fen=80_000_00, effective_date=date(2026, 5, 1), ends_on=date(2027, 4, 30))
    door.processes.told.clear()
    assert not problems_of(await resume(), "existing_death_cover_fen", code="minor_death_cap")
    assert door.processes.told == []


async def test_an_expired_order_of_who_has_come_of_age_is_not_resumed_without_his_own_consent(door: Door):
    subject, school = records.new("parent"), {"school_type": "senior", "school_code": "3443000001"}
    number = with_check("43010220080320" + "003")
    of_age_soon = insured() | school | {"id_number": number, "birth_date": "2008-03-20", "gender": "male"}
    answer = await buy(door, subject, insured=of_age_soon, effective_date=None)
    assert answer.status_code == 201, answer.text
    purchase_id = answer.json()["purchase_id"]
    async with door.database.transaction() as session:
        (await session.get_one(Purchase, purchase_id)).state = "expired"

    async def resume(days: int):
        door.app.state.parts = replace(door.parts, clock=lambda: records.NOW + timedelta(days=days))
        return await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(subject))

    try:
        # cover would begin on the day before the birthday, and on the birthday
        assert (await resume(8)).status_code == 200
        door.processes.told.clear()
        assert not problems_of(await resume(9), "relationship", code="insured_consent_required")
        assert door.processes.told == []
        paper = ConsentFile(
            consent_id=records.new("cf"), kind="insured_consent", subject=subject, object_key="k", version_id="v",
            insured_digest=insured_digest(SETTINGS, "resident_id", number), sha256="0" * 64,
            content_type="application/pdf", received_at=records.NOW,
        )  # fmt: skip
        await door.store(paper)
        assert (await resume(9)).status_code == 200
    finally:
        door.app.state.parts = door.parts


async def test_policies_one_after_the_other_do_not_add_up(door: Door, monkeypatch):
    monkeypatch.setattr(SETTINGS, "environment", "production")
    number = new_number()
    await insure(door, number, death_limit_fen=80_000_00, ends_on=date(2026, 4, 30))
    await insure(door, number, death_limit_fen=70_000_00, effective_date=date(2026, 5, 1), ends_on=date(2027, 4, 30))
    answer = await preview(door, insured=child(number))
    assert answer.json()["death_cover"]["existing_fen"] == 80_000_00


async def test_cover_that_ended_early_counts_no_more(door: Door):
    ended = await insure(door, "430102201702280158", ended_reason="surrendered", death_limit_fen=200_000_00)
    answer = await buy(door, insured=ended)
    assert (answer.status_code, warned(answer)) == (201, [])


async def test_a_policy_that_goes_on_without_a_gap_is_a_renewal(door: Door):
    answer = await buy(door, insured=await insure(door, "430102201702280174", ends_on=date(2026, 3, 31)))
    assert (answer.status_code, warned(answer)) == (201, [])
    assert door.processes.started[answer.json()["purchase_id"]].insured_until == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("first", "last", "renewal", "until"),
    [
        # cover is asked for from 1 April on, on 10 March; 30 days of waiting
        (date(2026, 3, 2), date(2027, 3, 1), False, date(2027, 3, 1)),
        (date(2026, 3, 3), date(2027, 3, 2), False, None),
        (date(2026, 3, 10), date(2027, 3, 9), True, date(2027, 3, 9)),
        (date(2026, 3, 11), date(2027, 3, 10), True, None),
        (date(2026, 3, 11), date(2027, 3, 10), False, None),
    ],
)
async def test_only_cover_in_effect_that_has_waited_can_be_gone_on_with(door: Door, first, last, renewal, until):
    again = await insure(door, new_number(), effective_date=first, ends_on=last, renewal=renewal)
    answer = await buy(door, insured=again)
    assert answer.status_code == 201, answer.text
    assert door.processes.started[answer.json()["purchase_id"]].insured_until == until


async def test_how_the_minors_cap_came_out_goes_with_the_order(door: Door):
    answer = await buy(door, insured=child("430102201702280190"), existing_death_cover_fen=50_000_00)
    cover = door.processes.started[answer.json()["purchase_id"]].death_cover
    assert (cover.cap_fen, cover.existing_fen, cover.accepted_fen) == (200_000_00, 50_000_00, 150_000_00)
    assert sum(step.amount_fen for step in cover.steps) == cover.accepted_fen
    assert warned(answer) == ["death_cover_reduced"]


async def test_a_surplus_goes_to_the_name_as_it_was_corrected_and_a_running_policy_is_corrected_first(door: Door):
    mistyped = records.policy(applicant_subject=records.new("parent"), applicant=applicant() | {"name": "黄健国"})
    policy_no, subject = mistyped.policy_no, mistyped.applicant_subject
    await door.store(mistyped)
    issued = records.purchase(subject=subject, state="issued", policy_no=policy_no)
    await PurchaseRecords(door.database).publish_purchase(issued)
    address, body = (
        f"/v1/purchases/{issued.purchase_id}/payee",
        {"kind": "alipay", "account": "a@example.com", "name": "黄建国"},
    )
    refused = await door.client.put(address, json=body, headers=door.parent(subject))
    assert not problems_of(refused, "name", code="not_the_applicant")
    assert "请先在保单页面申请更正" in refused.text
    async with door.database.transaction() as session:
        (await session.get_one(Policy, policy_no)).applicant = applicant()
    assert (await door.client.put(address, json=body, headers=door.parent(subject))).status_code == 200


async def test_money_that_can_not_go_back_goes_to_the_applicants_own_account(door: Door):
    purchase_id = (await buy(door)).json()["purchase_id"]
    address, body = (
        f"/v1/purchases/{purchase_id}/payee",
        {"kind": "alipay", "account": "a@example.com", "name": "李秀英"},
    )
    refused = await door.client.put(address, json=body, headers=door.parent())
    assert not problems_of(refused, "name", code="not_the_applicant", statuses=(422,))
    mine = body | {"name": applicant()["name"]}
    assert (await door.client.put(address, json=mine, headers=door.parent("parent-2"))).status_code == 404
    assert door.processes.told == []
    assert (await door.client.put(address, json=mine, headers=door.parent())).status_code == 200
    assert door.processes.told[0][:2] == (purchase_id, "set_account")


@pytest.mark.parametrize(
    ("waits_for", "to_do"), [("gateway", "无需操作"), ("account", "请填写投保人本人的收款账户"), ("check", "正在核对")]
)
async def test_a_surplus_on_its_way_back_is_seen_with_its_purchase_until_it_is_back(door: Door, waits_for, to_do):
    surplus = Returning(120_00, records.NOW, "surplus", waits_for)
    issued = records.purchase(subject=records.new("parent"), state="issued", seq=5, returning=(surplus,))
    publish, whose = PurchaseRecords(door.database).publish_purchase, door.parent(issued.subject)
    await publish(issued)
    for address in (f"/v1/purchases/{issued.purchase_id}", "/v1/policies?view=unfinished"):
        shown = (await door.client.get(address, headers=whose)).json()
        (money,) = (shown["items"][0] if "items" in shown else shown)["returning"]
        assert (money["amount_fen"], money["why"], money["waits_for"]) == (120_00, "surplus", waits_for)
        assert to_do in money["to_do"] and "重复支付" in money["reason"]
        assert money["paid_at"] == "2026-03-10T10:00:00.000+08:00"
    await publish(replace(issued, seq=6, returning=(), refunded_fen=120_00))
    assert (await door.client.get("/v1/policies?view=unfinished", headers=whose)).json()["items"] == []
