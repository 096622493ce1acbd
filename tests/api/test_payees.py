from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from refusals import problems_of

from activities.claims import ClaimRecords
from api.claim_files import case_of
from insurance.rules.case import Established
from insurance.tables import Claim, ClaimDocument, Policy
from tests import records
from workflows.client import MoveRefused

pytestmark = pytest.mark.servers

CONSENT = [{"kind": "account_data", "agreed": True}]
ALIPAY = {"kind": "alipay", "account": "parent@example.com", "name": "黄建国", "relationship": "parent"}
CARD = {"kind": "bank", "account": "6222 0212 3456 7894", "name": "黄建国", "relationship": "parent"}


async def put(door: Door, family: Family, **payee):
    address = f"/v1/claims/{family.claim_id}/payee"
    return await door.client.put(address, json=payee | {"consents": CONSENT}, headers=door.parent(family.subject))


async def brought(door: Door, family: Family, kind):
    paper = records.document(kind=kind)
    values = {name: getattr(paper, name) for name in paper.__dataclass_fields__ if name in ClaimDocument.model_fields}
    await door.store(ClaimDocument(**values | {"claim_id": family.claim_id, "seq": 9, "views": {"pages": []}}))


def proofs(door: Door):
    return [payee.proof for _, _, order in door.processes.told for payee in order.payees]


@pytest.mark.parametrize("payee", [ALIPAY, ALIPAY | {"relationship": "母亲"}, ALIPAY | {"relationship": "self"}])
async def test_a_guardian_or_the_student_is_paid(door: Door, family: Family, payee):
    assert (await put(door, family, **payee)).status_code == 200


async def test_a_stranger_is_paid_with_a_power_of_attorney_alone(door: Door, family: Family):
    teacher = ALIPAY | {"relationship": "teacher"}
    refused = await put(door, family, **teacher)
    assert not problems_of(refused, "relationship", code="payee_not_entitled")
    assert door.processes.told == []
    await brought(door, family, "power_of_attorney")
    assert (await put(door, family, **teacher)).status_code == 200


@pytest.mark.parametrize(
    ("account", "code"), [("6222021234567895", "bad_check_digit"), ("62220212", "bad_format"), ("卡号", "bad_format")]
)
async def test_a_bank_card_has_its_check_digit(door: Door, family: Family, account, code):
    assert not problems_of(await put(door, family, **CARD | {"account": account}), "account", code=code)


async def test_a_bank_card_is_taken(door: Door, family: Family):
    answer = await put(door, family, **CARD)
    assert answer.status_code == 200, answer.text


async def test_each_of_several_is_looked_at(door: Door, family: Family):
    heirs = [ALIPAY | {"share": "0.5"}, CARD | {"share": "0.5", "account": "6222021234567895"}]
    assert not problems_of(await put(door, family, payees=heirs), "payees.1.account", code="bad_check_digit")


# --- what proves it -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def another(door: Door) -> Family:
    return await new_family(door)


async def test_the_applicant_is_proved_by_the_policy_and_nobody_else_by_what_is_said(door: Door, another: Family):
    for name in ("黄建国", "黄 建国", "李秀英", "黄小明"):
        assert (await put(door, another, **ALIPAY | {"name": name, "relationship": "mother"})).status_code == 200
    assert proofs(door) == ["policy", "policy", "none", "none"]


async def test_a_grown_student_is_proved_by_the_own_name(door: Door):
    family = await new_family(door)
    async with door.database.transaction() as session:
        policy = await session.get_one(Policy, family.policy_no)
        policy.insured = {**policy.insured, "birth_date": "2006-01-01"}
    assert (await put(door, family, **ALIPAY | {"name": "黄小明", "relationship": "self"})).status_code == 200
    assert proofs(door) == ["policy"]


async def test_the_other_parent_is_proved_by_a_paper(door: Door, another: Family):
    await brought(door, another, "relationship_proof")
    assert (await put(door, another, **ALIPAY | {"name": "李秀英"})).status_code == 200
    assert proofs(door) == ["paper"]


async def test_a_payee_whom_nothing_proves_is_refused_with_the_field_once_the_claim_is_decided(
    door: Door, another: Family
):
    door.processes.refusals["set_payee"] = MoveRefused("payee_unproven", "请先上传关系证明", "name")
    answer = await put(door, another, **ALIPAY | {"name": "李秀英"})
    assert not problems_of(answer, "name", code="payee_unproven")


async def test_a_family_hears_why_an_account_is_not_changed_while_it_is_being_paid_to(door: Door, another: Family):
    door.processes.refusals["set_payee"] = MoveRefused("payout_under_way", "一笔赔款正在支付，请稍后再更换账户")
    answer = await put(door, another, **ALIPAY)
    assert not problems_of(answer, statuses=(409,), code="payout_under_way")
    assert answer.json()["title"] == "一笔赔款正在支付，请稍后再更换账户"


async def test_after_a_death_that_was_established_every_heir_is_paid_a_share_by_papers(door: Door, another: Family):
    found = Established("adj-1", "见死亡证明", records.NOW, died_on=records.TODAY)
    async with door.database.transaction() as session:
        case = replace(case_of(await session.get_one(Claim, another.claim_id)), established=found)
    later = replace(case, updated_at=records.NOW + timedelta(hours=1))
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=later))
    grandmother = CARD | {"name": "王桂兰", "relationship": "grandmother", "share": "0.5"}
    heirs = [ALIPAY | {"share": "0.5"}, grandmother]
    assert (await put(door, another, payees=heirs)).status_code == 200
    await brought(door, another, "heirs_statement")
    assert (await put(door, another, payees=heirs)).status_code == 200
    assert proofs(door) == ["none", "none", "paper", "paper"]


async def test_a_lead_confirms_those_who_are_shown_and_nobody_else_does(door: Door, another: Family):
    address, body = f"/v1/claims/{another.claim_id}/payee/confirm", {"payees_seq": 1}
    refused = await door.client.post(address, json=body, headers=door.adjuster())
    assert not problems_of(refused, statuses=(403,), code="lead_required")
    assert (
        await door.client.post(address, json={"payees_seq": "1"}, headers=door.adjuster(lead=True))
    ).status_code == 422
    assert door.processes.told == []
    answer = await door.client.post(address, json=body, headers=door.adjuster("lead-1", lead=True))
    assert (answer.status_code, answer.json()["claim_id"]) == (200, another.claim_id)
    ((process_id, update, seen),) = door.processes.told
    assert (process_id, update, seen.payees_seq) == (another.claim_id, "confirm_payees", 1)
    assert (seen.actor.subject, seen.actor.lead) == ("lead-1", True)
    door.processes.refusals["confirm_payees"] = MoveRefused("payees_changed", "收款人已变更，请重新核对", "payees_seq")
    answer = await door.client.post(address, json=body, headers=door.adjuster("lead-1", lead=True))
    assert not problems_of(answer, statuses=(409,), code="payees_changed")


@pytest.mark.parametrize(
    ("looked_at", "turn", "label"), [(False, "family", "待更换收款账户"), (True, "adjuster", "收款人核对中")]
)
async def test_while_the_insurer_looks_at_a_payee_it_is_not_the_familys_turn(door: Door, looked_at, turn, label):
    family = await new_family(door)
    async with door.database.transaction() as session:
        case = case_of(await session.get_one(Claim, family.claim_id))
    looked_for = case.payees if looked_at else None
    waiting = replace(
        case, state="payee_needed", payees_to_confirm=looked_for, updated_at=records.NOW + timedelta(hours=1)
    )
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=waiting))
    shown = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))).json()
    assert (shown["state"], shown["whose_turn"], shown["label"]) == ("payee_needed", turn, label)
