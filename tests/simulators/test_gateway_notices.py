import asyncio
from urllib.parse import parse_qsl
from uuid import uuid4

from gateway_client import GatewayClient, proven
from simulator_process import Receiver, until

Inbox = tuple[Receiver, str]


def forms(receiver: Receiver) -> list[dict[str, str]]:
    return [dict(parse_qsl(body.decode())) for body in receiver.bodies]


async def arrived(receiver: Receiver, count: int) -> list[dict[str, str]]:
    async def enough() -> bool:
        return len(receiver.bodies) >= count

    await until(enough)
    return forms(receiver)


async def state_of(gateway: GatewayClient, url: str) -> list[str]:
    notices = (await gateway.client.get(f"{gateway.url}/_simulator/notices")).json()["notices"]
    return [notice["state"] for notice in notices if notice["target"] == url]


async def test_a_notice_is_signed_and_complete(gateway: GatewayClient, receiver: Inbox) -> None:
    number = f"T{uuid4().hex}"
    await gateway.pay(gateway.page(number, receiver[1]))
    (form,) = await arrived(receiver[0], 1)
    assert proven(form)
    assert (form["out_trade_no"], form["trade_status"], form["total_amount"]) == (number, "TRADE_SUCCESS", "100.00")


async def test_a_notice_is_sent_until_the_answer_is_success(gateway: GatewayClient, receiver: Inbox) -> None:
    receiver[0].answers = ["fail", "busy", "success"]
    await gateway.pay(gateway.page(f"T{uuid4().hex}", receiver[1]))
    sent = await arrived(receiver[0], 3)
    assert sent[0] == sent[1] == sent[2]

    async def delivered() -> bool:
        return await state_of(gateway, receiver[1]) == ["delivered"]

    await until(delivered)
    await asyncio.sleep(0.5)
    assert len(receiver[0].bodies) == 3


async def test_the_payer_chooses_how_the_notice_goes(gateway: GatewayClient, receiver: Inbox) -> None:
    await gateway.pay(gateway.page(f"T{uuid4().hex}", receiver[1]), notice="never")
    assert await state_of(gateway, receiver[1]) == ["held"]
    await gateway.pay(gateway.page(f"T{uuid4().hex}", receiver[1]), notice="late")
    assert await state_of(gateway, receiver[1]) == ["held", "waiting"]
    twice = f"T{uuid4().hex}"
    await gateway.pay(gateway.page(twice, receiver[1]), notice="twice")
    first, second = await arrived(receiver[0], 2)
    assert first == second and first["out_trade_no"] == twice


async def test_a_fault_says_how_the_notice_goes(gateway: GatewayClient, receiver: Inbox) -> None:
    await gateway.fault(operation="pay", mode="no_notice")
    await gateway.fault(operation="pay", mode="duplicate_notice")
    await gateway.fault(operation="pay", mode="late_notice", seconds=60)
    for _ in range(3):
        assert (await gateway.pay(gateway.page(f"T{uuid4().hex}", receiver[1]))).status_code == 200
    sent = await arrived(receiver[0], 2)
    assert sent[0]["notify_id"] == sent[1]["notify_id"]
    assert sorted(await state_of(gateway, receiver[1])) in (
        ["delivered", "delivered", "held", "waiting"],
        ["delivered", "held", "sending", "waiting"],
        ["held", "sending", "sending", "waiting"],
    )


async def test_old_notices_come_again_the_newest_first(gateway: GatewayClient, receiver: Inbox) -> None:
    number = f"T{uuid4().hex}"
    await gateway.pay(gateway.page(number, receiver[1]))
    refund = {"out_trade_no": number, "out_request_no": "R1", "refund_amount": "100.00"}
    assert (await gateway.call("alipay.trade.refund", refund))["fund_change"] == "Y"
    before = await arrived(receiver[0], 2)
    replayed = await gateway.client.post(f"{gateway.url}/_simulator/notices/replay", json={"key": number})
    assert replayed.json() == {"sent": 2}
    again = (await arrived(receiver[0], 4))[2:]
    assert [form.get("refund_fee") for form in again] == ["100.00", None]
    assert {form["notify_id"] for form in again} == {form["notify_id"] for form in before}


async def test_a_notice_that_was_never_sent_can_come_by_replay(gateway: GatewayClient, receiver: Inbox) -> None:
    number = f"T{uuid4().hex}"
    await gateway.pay(gateway.page(number, receiver[1]), notice="never")
    await gateway.client.post(f"{gateway.url}/_simulator/notices/replay", json={"key": number})
    (form,) = await arrived(receiver[0], 1)
    assert form["out_trade_no"] == number
