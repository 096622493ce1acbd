"""The guide's screens of surrender, point by point (DOMAIN 1.1, A34 to A37), with the law behind them (保险法 47)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from api_door import Door
from api_routes import report
from refusals import problems_of

from activities.claims import ClaimRecords
from activities.corrections import Corrections
from activities.known_cover import CoverTaken
from activities.purchases import PurchaseRecords
from activities.surrenders import HoldStep, SurrenderRecords
from insurance.rules.days import SHANGHAI
from insurance.rules.surrender import surrender_value
from tests import records
from workflows.messages import RefundAccount

pytestmark = pytest.mark.servers


@pytest.fixture
def subject() -> str:
    return records.new("parent")


async def policy(door: Door, subject: str, **changes) -> str:
    row = records.policy(applicant_subject=subject, **changes)
    policy_no = row.policy_no
    await door.store(row)
    return policy_no


async def read(door: Door, address: str, subject: str):
    answer = await door.client.get(address, headers=door.parent(subject))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(door: Door, subject: str, policy_no: str, reason="not_wanted"):
    body = {"reason": reason, "comment": ""}
    return await door.client.post(f"/v1/policies/{policy_no}/surrenders", json=body, headers=door.parent(subject))


async def test_a34_surrender_begins_on_the_policy_and_only_while_there_is_something_to_end(door: Door, subject: str):
    running = await policy(door, subject)
    over = await policy(door, subject, ended_reason="surrendered", ends_on=date(2026, 3, 9))
    assert "surrender" in (await read(door, f"/v1/policies/{running}", subject))["actions"]
    assert "surrender" not in (await read(door, f"/v1/policies/{over}", subject))["actions"]
    assert not problems_of(await ask(door, subject, over), statuses=(409,), code="policy_ended")
    quote = await door.client.get(f"/v1/policies/{over}/surrender-quote", headers=door.parent(subject))
    assert not problems_of(quote, statuses=(409,), code="policy_ended")


async def test_a34_an_open_claim_is_named_before_anything_is_asked_for(door: Door, subject: str):
    policy_no = await policy(door, subject)
    quote = f"/v1/policies/{policy_no}/surrender-quote"
    assert (await read(door, quote, subject))["blocked"] is None
    case = records.case(policy_no=policy_no, subject=subject)
    await ClaimRecords(door.database).publish_claim(records.claim(case=case))
    blocked = (await read(door, quote, subject))["blocked"]
    assert blocked["code"] == "claim_open" and "结案后" in blocked["message"]
    assert not problems_of(await ask(door, subject, policy_no), statuses=(409,), code="claim_open")


async def test_a35_the_page_says_which_policy_of_whom_and_until_when(door: Door, subject: str):
    policy_no = await policy(door, subject)
    card = (await read(door, f"/v1/policies/{policy_no}/surrender-quote", subject))["policy"]
    assert card["insurer"].pop("name").startswith("湘江")
    assert card == {
        "policy_no": policy_no, "title": records.PLAN_2.title, "insurer": {"code": "xiangjiang"},
        "insured_name": "黄**", "applicant_name": "黄**", "effective_date": "2025-09-01", "ends_on": "2026-08-31",
    }  # fmt: skip


async def test_a36_the_reasons_are_data_one_of_which_is_chosen(door: Door, subject: str):
    policy_no = await policy(door, subject)
    reasons = (await read(door, f"/v1/policies/{policy_no}/surrender-quote", subject))["reasons"]
    assert {"重复购买", "不想要啦", "服务不满意", "其他"} <= {reason["label"] for reason in reasons}
    for reason in reasons:
        answer = await ask(door, subject, await policy(door, subject), reason["reason"])
        assert (answer.status_code, answer.json()["reason_label"]) == (201, reason["label"])
    assert not problems_of(await ask(door, subject, policy_no, "bored"), "reason")


async def test_a37_the_last_press_submits_and_before_it_nothing_has_ended(door: Door, subject: str):
    policy_no = await policy(door, subject)
    quoted = (await ask(door, subject, policy_no)).json()
    assert quoted["state"] == "quoted"
    assert (await read(door, f"/v1/policies/{policy_no}", subject))["state"] == "in_force"
    address = f"/v1/surrenders/{quoted['surrender_id']}/confirm"
    assert (await door.client.post(address, headers=door.parent(subject))).status_code == 200
    assert door.processes.told == [(quoted["surrender_id"], "confirm", None)]


# --- what comes back --------------------------------------------------------------------------------------------------


async def test_a37_the_quote_holds_with_its_arithmetic_until_it_expires(door: Door, subject: str):
    quoted = (await ask(door, subject, await policy(door, subject))).json()
    value = surrender_value(records.PLAN_2, 120_00, records.EFFECTIVE, records.TODAY, False)
    assert quoted["refund_fen"] == value.refund_fen == sum(step["amount_fen"] for step in quoted["steps"])
    assert [step["label"] for step in quoted["steps"]] == ["已交保费", "扣除费用35%", "已经过191天，共365天"]
    assert quoted["expires_at"] == "2026-03-10T10:30:00.000+08:00"


@pytest.fixture
def at(door: Door) -> Iterator[Callable[[datetime], None]]:
    """Sets the clock of the API."""
    parts = door.app.state.parts

    def set_clock(instant: datetime) -> None:
        door.app.state.parts = replace(parts, clock=lambda: instant)

    yield set_clock
    door.app.state.parts = parts


async def test_a_quote_of_the_evening_holds_until_midnight(door: Door, subject: str, at):
    policy_no = await policy(door, subject)
    at(datetime(2026, 3, 10, 23, 50, tzinfo=SHANGHAI))
    told = await read(door, f"/v1/policies/{policy_no}/surrender-quote", subject)
    quoted = (await ask(door, subject, policy_no)).json()
    assert told["expires_at"] == quoted["expires_at"] == "2026-03-11T00:00:00.000+08:00"
    assert quoted["cover_ends_on"] == "2026-03-10"
    address = f"/v1/surrenders/{quoted['surrender_id']}/confirm"
    at(datetime(2026, 3, 11, 0, 0, tzinfo=SHANGHAI))
    late = await door.client.post(address, headers=door.parent(subject))
    assert not problems_of(late, statuses=(409,), code="quote_expired")
    at(datetime(2026, 3, 10, 23, 59, 59, tzinfo=SHANGHAI))
    assert (await door.client.post(address, headers=door.parent(subject))).status_code == 200
    assert door.processes.told == [(quoted["surrender_id"], "confirm", None)]


async def test_before_its_effect_all_comes_back(door: Door, subject: str):
    policy_no = await policy(door, subject, effective_date=date(2026, 3, 11), ends_on=date(2027, 3, 10))
    quote = await read(door, f"/v1/policies/{policy_no}/surrender-quote", subject)
    assert (quote["refund_fen"], len(quote["steps"]), quote["cover_ends_on"]) == (120_00, 1, None)
    asked = (await ask(door, subject, policy_no)).json()
    assert (asked["refund_fen"], asked["cover_ends_on"]) == (120_00, None)
    order = door.processes.started[asked["surrender_id"]]
    # the insurer's books and the policy's record get the day of the request
    assert (order.before_effect, order.cover_ends_on) == (True, records.TODAY)


async def test_a_quote_says_that_what_was_bought_to_go_on_from_the_policy_waits_anew(door: Door, subject: str):
    child = records.new("child")
    policy_no = await policy(door, subject, insured_digest=child)
    address = f"/v1/policies/{policy_no}/surrender-quote"
    assert (await read(door, address, subject))["waiting_period_anew"] is None
    order = records.purchase(subject=subject, takes=CoverTaken(child, (records.TODAY, records.TODAY), 0, 1))
    await PurchaseRecords(door.database).publish_purchase(order)
    assert (await read(door, address, subject))["waiting_period_anew"]["policies"] == []
    following = {"effective_date": date(2026, 9, 1), "ends_on": date(2027, 8, 31), "renewal": True}
    mine = await policy(door, subject, insured_digest=child, **following)
    # what somebody else bought for the child is told to nobody
    await policy(door, records.new("parent"), insured_digest=child, **following)
    anew = (await read(door, address, subject))["waiting_period_anew"]
    assert anew["policies"] == [mine] and "等待期" in anew["message"]


@pytest.mark.parametrize(("ends_on", "state"), [(records.TODAY, "in_force"), (date(2026, 3, 9), "surrendered")])
async def test_cover_runs_on_to_the_end_of_the_day_of_the_request(door: Door, subject: str, ends_on, state):
    policy_no = await policy(door, subject)
    ended = records.surrender(
        subject=subject, policy_no=policy_no, state="terminated", ends_policy=True, cover_ends_on=ends_on
    )
    await SurrenderRecords(door.database).publish_surrender(ended)
    shown = await read(door, f"/v1/policies/{policy_no}", subject)
    assert (shown["ends_on"], shown["state"]) == (ends_on.isoformat(), state)


async def test_one_before_its_effect_has_ended_at_once(door: Door, subject: str):
    policy_no = await policy(door, subject, effective_date=date(2026, 3, 11), ends_on=date(2027, 3, 10))
    ended = records.surrender(
        subject=subject, policy_no=policy_no, state="terminated", ends_policy=True, cover_ends_on=records.TODAY,
        before_effect=True,
    )  # fmt: skip
    await SurrenderRecords(door.database).publish_surrender(ended)
    shown = await read(door, f"/v1/policies/{policy_no}", subject)
    assert (shown["state"], shown["ends_on"]) == ("surrendered", records.TODAY.isoformat())
    assert (await read(door, f"/v1/surrenders/{ended.surrender_id}", subject))["cover_ends_on"] is None


@pytest.mark.parametrize("name", ["黄建国", " 黄 建国", "黄\u3000建国"])
async def test_a_refund_goes_to_the_applicants_own_account(door: Door, subject: str, name):
    policy_no = await policy(door, subject)
    surrender_id = (await ask(door, subject, policy_no)).json()["surrender_id"]
    body = {"kind": "alipay", "account": "father@example.com", "name": name}
    address = f"/v1/surrenders/{surrender_id}/payee"
    assert (await door.client.put(address, json=body, headers=door.parent(subject))).status_code == 200
    before = list(door.processes.told)
    refused = await door.client.put(address, json=body | {"name": "李秀英"}, headers=door.parent(subject))
    assert not problems_of(refused, "name", code="not_the_applicant", statuses=(422,))
    # what has ended can't be corrected any more: a person looks
    assert "400-000-0731" in refused.text and "更正" not in refused.text
    assert door.processes.told == before


async def test_a_mistyped_name_is_compared_as_it_was_corrected(door: Door, subject: str):
    mistyped = records.policy().applicant | {"name": "黄健国"}
    policy_no = await policy(door, subject, applicant=mistyped)
    assert "先申请更正" in (await read(door, f"/v1/policies/{policy_no}/surrender-quote", subject))["refund_to"]
    address = f"/v1/surrenders/{(await ask(door, subject, policy_no)).json()['surrender_id']}/payee"
    body = {"kind": "alipay", "account": "father@example.com", "name": "黄建国"}
    assert (await door.client.put(address, json=body, headers=door.parent(subject))).status_code == 422
    # asked for before the surrender was confirmed; the insurer answered afterwards
    put_right = records.correction(
        policy_no=policy_no, subject=subject, state="corrected", application=records.application(), endorsement_no="E1"
    )
    await Corrections(door.database).publish_correction(put_right)
    assert (await door.client.put(address, json=body, headers=door.parent(subject))).status_code == 200


async def test_the_insurers_operator_registers_an_account_for_a_name_that_nobody_corrected(door: Door, subject: str):
    policy_no = await policy(door, subject, applicant=records.policy().applicant | {"name": "黄健国"})
    surrender_id = (await ask(door, subject, policy_no)).json()["surrender_id"]
    address = f"/v1/surrenders/{surrender_id}/payee"
    body = {"kind": "bank", "account": "6222000000001239", "name": "黄建国", "reason": "身份证原件与付款人一致"}
    operator = door.as_("operator", "op-1", insurer="xiangjiang")
    unsaid = await door.client.put(address, json=body | {"reason": " "}, headers=operator)
    assert not problems_of(unsaid, "reason", code="required")
    others = door.as_("operator", "op-2", insurer="ganpo")
    assert (await door.client.put(address, json=body, headers=others)).status_code == 404
    assert door.processes.told == []
    assert (await door.client.put(address, json=body, headers=operator)).status_code == 200
    account = RefundAccount("bank", "6222000000001239", "黄建国", "operator:op-1", "身份证原件与付款人一致")
    assert door.processes.told == [(surrender_id, "set_account", account)]


async def test_a_card_that_can_not_be_one_is_refused_when_it_is_typed(door: Door, subject: str):
    surrender_id = (await ask(door, subject, await policy(door, subject))).json()["surrender_id"]
    address = f"/v1/surrenders/{surrender_id}/payee"
    body = {"kind": "bank", "name": "黄建国", "reason": "身份证原件与付款人一致"}
    for headers in (door.parent(subject), door.as_("operator", "op-1", insurer="xiangjiang")):
        for account, code in (("6222021234567895", "bad_check_digit"), ("62220212", "bad_format")):
            refused = await door.client.put(address, json=body | {"account": account}, headers=headers)
            assert not problems_of(refused, "account", code=code, statuses=(422,))
    assert door.processes.told == []
    card = body | {"account": "6222 0212 3456 7894"}
    assert (await door.client.put(address, json=card, headers=door.parent(subject))).status_code == 200


async def test_a_surrender_that_waits_for_an_account_says_so(door: Door, subject: str):
    waiting = records.surrender(subject=subject, state="payee_needed")
    await SurrenderRecords(door.database).publish_surrender(waiting)
    shown = await read(door, f"/v1/surrenders/{waiting.surrender_id}", subject)
    assert "请填写投保人本人的收款账户" in shown["to_do"]
    assert (shown["whose_turn"], shown["label"]) == ("family", "待更换收款账户")


async def test_a_surrender_that_pays_to_the_account_it_was_given_asks_for_none(door: Door, subject: str):
    policy_no = await policy(door, subject)
    given = records.surrender(subject=subject, policy_no=policy_no, state="payee_needed", waits_for="gateway")
    await SurrenderRecords(door.database).hold_policy(HoldStep(given.surrender_id, policy_no))
    await SurrenderRecords(door.database).publish_surrender(given)
    shown = await read(door, f"/v1/surrenders/{given.surrender_id}", subject)
    assert (shown["state"], shown["whose_turn"], shown["to_do"]) == ("payee_needed", "insurer", None)
    assert "正在退到" in shown["label"]
    assert (await read(door, f"/v1/policies/{policy_no}", subject))["to_do"] is None
    asks = replace(given, waits_for="account", seq=given.seq + 1)
    await SurrenderRecords(door.database).publish_surrender(asks)
    assert (await read(door, f"/v1/policies/{policy_no}", subject))["to_do"] is not None


async def test_a_family_finds_its_surrender_and_what_it_waits_for_on_the_ended_policy(door: Door, subject: str):
    policy_no = await policy(door, subject)
    first = (await ask(door, subject, policy_no)).json()["surrender_id"]
    given_up = records.surrender(surrender_id=first, subject=subject, policy_no=policy_no, state="cancelled", seq=2)
    await SurrenderRecords(door.database).publish_surrender(given_up)
    waiting = records.surrender(
        subject=subject, policy_no=policy_no, state="terminated", ends_policy=True, cover_ends_on=date(2026, 3, 9),
        created_at=records.NOW + timedelta(hours=1),
    )  # fmt: skip
    await SurrenderRecords(door.database).hold_policy(HoldStep(waiting.surrender_id, policy_no))
    await SurrenderRecords(door.database).publish_surrender(waiting)
    (card,) = (await read(door, "/v1/policies?view=ended", subject))["items"]
    assert (card["surrender_id"], card["to_do"]) == (waiting.surrender_id, None)
    asks = replace(waiting, state="payee_needed", seq=waiting.seq + 1)
    await SurrenderRecords(door.database).publish_surrender(asks)
    (card,) = (await read(door, "/v1/policies?view=ended", subject))["items"]
    shown = await read(door, f"/v1/policies/{policy_no}", subject)
    assert "请填写投保人本人的收款账户" in card["to_do"] and shown["to_do"] == card["to_do"]
    listed = (await read(door, f"/v1/policies/{policy_no}/surrenders", subject))["items"]
    assert [item["surrender_id"] for item in listed] == [waiting.surrender_id, first]
    assert listed[0]["to_do"] == card["to_do"] and listed[1]["label"] == "已取消"


# --- claims on what was surrendered (保险法 26) --------------------------------------------------------------------------


async def surrendered(door: Door, subject: str, **changes) -> str:
    """Asked for at ten in the morning of the last day of cover."""
    policy_no = await policy(door, subject, surrender_id="su-1", **changes)
    ended = records.surrender(
        subject=subject, policy_no=policy_no, state="terminated", ends_policy=True, cover_ends_on=date(2026, 3, 9)
    )
    await SurrenderRecords(door.database).publish_surrender(ended)
    return policy_no


async def reports(door: Door, subject: str, policy_no: str, accident_at="2026-03-09T15:00:00+08:00"):
    body = report() | {"accident_at": accident_at}
    return await door.client.post(f"/v1/policies/{policy_no}/claims", json=body, headers=door.parent(subject))


async def test_an_accident_of_the_last_afternoon_of_cover_is_reported_the_day_after(door: Door, subject: str):
    policy_no = await surrendered(door, subject)
    assert (await reports(door, subject, policy_no)).status_code == 201
    assert (await reports(door, subject, policy_no, "2026-03-09T23:59:59+08:00")).status_code == 201
    after = await reports(door, subject, policy_no, "2026-03-10T00:00:00+08:00")
    assert not problems_of(after, code="policy_ended", statuses=(409,))


async def test_what_happened_before_a_death_is_reported_after_it_ended_the_policy(door: Door, subject: str):
    policy_no = await policy(door, subject, ended_reason="terminated_by_claim", ends_on=date(2026, 3, 9))
    assert (await reports(door, subject, policy_no)).status_code == 201
    after = await reports(door, subject, policy_no, "2026-03-10T00:00:00+08:00")
    assert not problems_of(after, code="policy_ended", statuses=(409,))


async def test_while_a_surrender_is_under_way_nothing_is_reported(door: Door, subject: str):
    policy_no = await policy(door, subject, surrender_id="su-1")
    assert not problems_of(await reports(door, subject, policy_no), code="surrender_open", statuses=(409,))


async def test_what_was_surrendered_before_its_effect_never_covered_anything(door: Door, subject: str):
    policy_no = await surrendered(door, subject, effective_date=date(2026, 3, 11), ends_on=date(2027, 3, 10))
    assert not problems_of(await reports(door, subject, policy_no), code="policy_not_in_force", statuses=(409,))


async def test_a_claim_is_opened_again_after_a_surrender(door: Door, subject: str):
    policy_no = await surrendered(door, subject)
    claim_id = (await reports(door, subject, policy_no)).json()["claim_id"]
    closed = replace(records.case(policy_no=policy_no, claim_id=claim_id, subject=subject), state="closed")
    await ClaimRecords(door.database).publish_claim(records.claim(9, case=closed, open=False))
    door.processes.started.clear()
    address = f"/v1/claims/{claim_id}/reopen"
    await door.client.post(address, json={"reason": "发现新的票据"}, headers=door.parent(subject))
    assert door.processes.started[claim_id].reopened_because == "发现新的票据"
