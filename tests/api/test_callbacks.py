import asyncio
from datetime import timedelta

import pytest
from api_door import Door
from refusals import problems_of
from sqlmodel import select

from activities.purchases import PurchaseRecords
from insurance.adapters.payments.fake import _sign
from insurance.adapters.ports import PayOrder, Person, Proposal
from insurance.tables import Callback
from tests import records
from workflows.client import ProcessEnded
from workflows.messages import PaymentReceived, UnderwritingAnswer

pytestmark = pytest.mark.servers
CHILD = Person("黄小明", "resident_id", "430102201602290017", "male", records.EFFECTIVE)


def paid_notice(door: Door):
    out_trade_no = records.new("pu") + "-1"
    door.payments.page_pay_url(PayOrder(out_trade_no, 120_00, "学平险", records.NOW + timedelta(minutes=30)))
    door.payments.pay(out_trade_no)
    return resigned(door.payments.notices[-1], notify_id=records.new("n"))


def resigned(notice, **changes):
    form = {k: v for k, v in (notice | changes).items() if k != "sign"}
    return form | {"sign": _sign(form)}


async def tell(door: Door, notice):
    return await door.client.post("/v1/callbacks/alipay", data=notice)


async def known(door: Door, event_id):
    async with door.database.transaction() as session:
        return (await session.exec(select(Callback).where(Callback.event_id == event_id))).one_or_none()


async def test_a_payment_is_confirmed_in_alipays_word_and_told_to_its_purchase(door: Door):
    notice = paid_notice(door)
    answer = await tell(door, notice)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200, "success", "text/plain; charset=utf-8",
    )  # fmt: skip
    ((purchase_id, what, payment),) = door.processes.told
    assert (purchase_id, what) == (notice["out_trade_no"].removesuffix("-1"), "payment")
    assert payment == PaymentReceived(notice["out_trade_no"], notice["trade_no"], 120_00, records.NOW)
    assert (await known(door, notice["notify_id"])).applied_at


async def test_a_notice_that_comes_again_is_confirmed_and_not_told_again(door: Door):
    notice = paid_notice(door)
    answers = [await tell(door, notice) for _ in range(3)]
    assert [answer.text for answer in answers] == ["success"] * 3
    assert len(door.processes.told) == 1


async def test_notices_at_the_same_moment_are_stored_once(door: Door):
    notice = paid_notice(door)
    answers = await asyncio.gather(*(tell(door, notice) for _ in range(5)))
    assert [answer.text for answer in answers] == ["success"] * 5
    assert (await known(door, notice["notify_id"])).applied_at


async def test_a_notice_that_no_process_took_is_not_confirmed_and_works_later(door: Door):
    notice = paid_notice(door)
    door.processes.away = True
    assert not problems_of(await tell(door, notice), statuses=(503,), code="unavailable")
    assert (await known(door, notice["notify_id"])).applied_at is None
    door.processes.away = False
    assert (await tell(door, notice)).text == "success"
    assert len(door.processes.told) == 1


@pytest.mark.parametrize("change", [{"total_amount": "0.01"}, {"trade_status": "TRADE_SUCCESS!"}, {"app_id": "x"}])
async def test_a_changed_notice_is_refused_and_leaves_no_trace(door: Door, change):
    notice = paid_notice(door) | change
    assert not problems_of(await tell(door, notice), statuses=(401,), code="signature_invalid")
    assert await known(door, notice["notify_id"]) is None
    assert door.processes.told == []


@pytest.mark.parametrize(
    "changes", [{"trade_status": "TRADE_CLOSED"}, {"trade_status": "WAIT_BUYER_PAY"}, {"refund_fee": "1.00"}]
)
async def test_what_is_no_payment_is_confirmed_and_told_to_nobody(door: Door, changes):
    notice = resigned(paid_notice(door), **changes)
    assert (await tell(door, notice)).text == "success"
    assert door.processes.told == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("notify_id", "n" * 65), ("out_trade_no", ""), ("out_trade_no", "p" * 65), ("trade_no", "a\x00b"), ("notify_id", "\n")],
)  # fmt: skip
async def test_a_signed_notice_with_no_number_of_anything_is_refused(door: Door, field, value):
    before = await door.rows()
    answer = await tell(door, resigned(paid_notice(door), **{field: value}))
    assert not problems_of(answer, statuses=(401, 422))
    assert (await door.rows(), door.processes.told) == (before, [])


async def underwritten(door: Door, verdict="accepted", insurer_code="xiangjiang"):
    """What the insurer says of a purchase; `insurer_code`: whose that is, None when there is none."""
    request_id = records.new("pu")
    if insurer_code is not None:
        row = records.purchase(purchase_id=request_id, insurer_code=insurer_code, state="underwriting")
        await PurchaseRecords(door.database).publish_purchase(row)
    await door.insurer.underwrite(
        Proposal(request_id, "p", 120_00, None, "parent", CHILD, CHILD, "2143000001", "primary", 0)
    )
    return request_id, *door.insurer.decide(request_id, verdict)


async def test_an_insurers_late_answer_is_told_once_to_its_purchase(door: Door):
    request_id, headers, body = await underwritten(door)
    path = door.insurer.callback_path
    answers = [await door.client.post(path, content=body, headers=headers) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"received": True}] * 2
    ((purchase_id, what, answer),) = door.processes.told
    assert (purchase_id, what) == (request_id, "underwriting")
    assert isinstance(answer, UnderwritingAnswer)
    assert answer.status == "accepted"


@pytest.mark.parametrize("insurer_code", ["ganjiang", None])
async def test_an_insurer_says_nothing_of_anothers_purchase_or_of_one_that_never_was(door: Door, insurer_code):
    _, headers, body = await underwritten(door, insurer_code=insurer_code)
    answer = await door.client.post(door.insurer.callback_path, content=body, headers=headers)
    assert (answer.json(), door.processes.told) == ({"received": True}, [])


async def test_an_answer_that_nobody_waits_for_is_confirmed(door: Door, monkeypatch):
    async def ended(*_):
        raise ProcessEnded

    monkeypatch.setattr(door.processes, "tell_underwriting", ended)
    _, headers, body = await underwritten(door)
    answer = await door.client.post(door.insurer.callback_path, content=body, headers=headers)
    assert answer.json() == {"received": True}


@pytest.mark.parametrize("spoil", ["body", "signature", "old"])
async def test_an_insurers_message_that_was_changed_or_kept_is_refused(door: Door, spoil):
    _, headers, body = await underwritten(door)
    before = await door.rows()
    if spoil == "body":
        body += b" "
    elif spoil == "signature":
        headers = {name: value[::-1] if "sign" in name.lower() else value for name, value in headers.items()}
    else:
        headers = door.insurer.key.sign(
            "POST", door.insurer.callback_path, body, "event", records.NOW - timedelta(hours=1)
        )
    answer = await door.client.post(door.insurer.callback_path, content=body, headers=headers)
    assert not problems_of(answer, statuses=(401,), code="signature_invalid")
    assert (await door.rows(), door.processes.told) == (before, [])
