from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_routes import applicant
from buyers import buy
from refusals import problems_of

from activities.journal import Entries
from activities.purchases import PurchaseRecords, Returning
from activities.stray import Late, StrayPayments, StrayRecord
from insurance.tables import Policy
from tests import records
from workflows.client import MoveRefused, ProcessEnded

pytestmark = pytest.mark.servers


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
    card = mine | {"kind": "bank", "account": "6222021234567895"}
    mistyped = await door.client.put(address, json=card, headers=door.parent())
    assert not problems_of(mistyped, "account", code="bad_check_digit", statuses=(422,))
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
    faster = Returning(120_00, records.NOW, "cancelled", waits_for)
    cancelled = records.purchase(subject=records.new("parent"), state="refunding", seq=5, returning=(faster,))
    await publish(cancelled)
    answer = await door.client.get(f"/v1/purchases/{cancelled.purchase_id}", headers=door.parent(cancelled.subject))
    assert "取消前已到账" in answer.json()["returning"][0]["reason"]
    await publish(replace(issued, seq=6, returning=(), refunded_fen=120_00))
    assert (await door.client.get("/v1/policies?view=unfinished", headers=whose)).json()["items"] == []


@pytest.mark.parametrize("state", ["cancelled", "issued", "refunded"])
async def test_what_was_paid_late_or_twice_is_seen_with_its_purchase_until_it_is_back_and_afterwards(
    door: Door, state: str
):
    ended = records.purchase(subject=records.new("parent"), state=state, refunded_fen=1_00)
    await PurchaseRecords(door.database).publish_purchase(ended)
    whose, mine = door.parent(ended.subject), records.new("stray")
    one = f"/v1/purchases/{ended.purchase_id}"

    async def read(address):
        shown = (await door.client.get(address, headers=whose)).json()
        return shown.get("items", [shown])

    for hours, becomes, open_fen, waits_for in (
        (0, "returning", [120_00], ["gateway"]), (1, "check", [120_00], ["check"]), (2, "returned", [], []),
    ):  # fmt: skip
        late = Late(120_00, records.NOW, becomes, records.NOW + timedelta(hours=hours))
        await StrayPayments(door.database).publish_stray(StrayRecord(mine, Entries(), ended.purchase_id, late))
        unfinished = await read("/v1/policies?view=unfinished")
        assert len(unfinished) == len(open_fen)
        for item in (*await read(one), *await read("/v1/purchases"), *unfinished):
            (paid,) = item["late_payments"]
            assert (item["state"], paid["amount_fen"], paid["state"]) == (state, 120_00, becomes)
            assert (paid["paid_at"], paid["since"]) == (
                "2026-03-10T10:00:00.000+08:00", f"2026-03-10T{10 + hours}:00:00.000+08:00",
            )  # fmt: skip
            assert "退" in paid["label"] and "全额退" in paid["text"]
            assert [money["amount_fen"] for money in item["returning"]] == open_fen
            assert [money["waits_for"] for money in item["returning"]] == waits_for
            assert item["refunded_fen"] == 1_00 + (120_00 if becomes == "returned" else 0)


@pytest.mark.parametrize("refusal", [ProcessEnded(), MoveRefused("illegal_move", "not while it is over")])
@pytest.mark.parametrize(
    ("state", "reason_code", "status"),
    [
        ("cancelled", None, 200),
        ("cancelled", "lapsed", 200),
        ("refunding", "cancelled", 200),
        ("refunded", "cancelled", 200),
        ("refunded", "insurer_refused", 409),
        ("issued", None, 409),
    ],
)
async def test_a_cancellation_that_is_said_again_is_answered_as_it_ended(
    door: Door, refusal, state, reason_code, status
):
    ended = records.purchase(subject=records.new("parent"), state=state, reason_code=reason_code)
    await PurchaseRecords(door.database).publish_purchase(ended)
    door.processes.refusals["cancel"] = refusal
    address = f"/v1/purchases/{ended.purchase_id}/cancel"
    answer = await door.client.post(address, headers=door.parent(ended.subject))
    assert answer.status_code == status
    assert answer.json().get("state") == (state if status == 200 else None)
