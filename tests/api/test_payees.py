import pytest
from api_door import Door
from api_family import Family
from refusals import problems_of

from insurance.tables import ClaimDocument
from tests import records

pytestmark = pytest.mark.servers

CONSENT = [{"kind": "account_data", "agreed": True}]
ALIPAY = {"kind": "alipay", "account": "parent@example.com", "name": "黄建国", "relationship": "parent"}
CARD = {"kind": "bank", "account": "6222 0212 3456 7894", "name": "黄建国", "relationship": "parent"}


async def put(door: Door, family: Family, **payee):
    address = f"/v1/claims/{family.claim_id}/payee"
    return await door.client.put(address, json=payee | {"consents": CONSENT}, headers=door.parent(family.subject))


@pytest.mark.parametrize("payee", [ALIPAY, ALIPAY | {"relationship": "母亲"}, ALIPAY | {"relationship": "self"}])
async def test_a_guardian_or_the_student_is_paid(door: Door, family: Family, payee):
    assert (await put(door, family, **payee)).status_code == 200


async def test_a_stranger_is_paid_with_a_power_of_attorney_alone(door: Door, family: Family):
    teacher = ALIPAY | {"relationship": "teacher"}
    refused = await put(door, family, **teacher)
    assert not problems_of(refused, "relationship", code="payee_not_entitled")
    assert door.processes.told == []
    paper = records.document(kind="power_of_attorney")
    values = {name: getattr(paper, name) for name in paper.__dataclass_fields__ if name in ClaimDocument.model_fields}
    await door.store(ClaimDocument(**values | {"claim_id": family.claim_id, "seq": 9, "views": {"pages": []}}))
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
