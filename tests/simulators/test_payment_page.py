from uuid import uuid4

import httpx
import pytest
from gateway_client import GatewayClient

NOWHERE = "http://127.0.0.1:9/n"


def a_number() -> str:
    return f"T{uuid4().hex}"


async def test_the_page_shows_order_amount_time_left_and_one_button(gateway: GatewayClient) -> None:
    number = a_number()
    page = await gateway.client.get(gateway.page(number, NOWHERE, amount="120.00"))
    assert page.status_code == 200
    for shown in (number, "¥120.00", "支付剩余时间", "09:5", "确认支付", "模拟收银台", 'lang="zh-CN"'):
        assert shown in page.text
    assert "学平险&lt;b&gt;" in page.text and "<b>" not in page.text


async def test_paying_by_browser_shows_a_page_and_the_way_back(gateway: GatewayClient) -> None:
    address = gateway.page(a_number(), NOWHERE, return_url="http://shop.test/p?a=1&b=2")
    page = await gateway.client.post(address)
    assert page.status_code == 200 and "支付成功" in page.text
    assert 'href="http://shop.test/p?a=1&amp;b=2"' in page.text


async def test_paying_by_machine_answers_json(gateway: GatewayClient) -> None:
    number = a_number()
    paid = await gateway.pay(gateway.page(number, NOWHERE, amount="150.00"))
    assert paid.status_code == 200
    answer = paid.json()
    assert (answer["status"], answer["out_trade_no"], answer["amount"]) == ("paid", number, "150.00")
    assert answer["trade_no"].isdigit()


async def refused(gateway: GatewayClient, address: str, status: int, code: str, text: str) -> None:
    for response in (await gateway.client.get(address), await gateway.client.post(address)):
        assert response.status_code == status
        assert text in response.text and "无法支付" in response.text
    as_json = await gateway.pay(address)
    assert (as_json.status_code, as_json.json()["code"]) == (status, code)


async def test_a_paid_order_says_so(gateway: GatewayClient) -> None:
    address = gateway.page(a_number(), NOWHERE)
    await gateway.pay(address)
    await refused(gateway, address, 409, "ACQ.TRADE_HAS_SUCCESS", "已经支付过了")


async def test_a_closed_order_says_so(gateway: GatewayClient) -> None:
    number = a_number()
    address = gateway.page(number, NOWHERE)
    await gateway.client.get(address)
    assert (await gateway.call("alipay.trade.close", {"out_trade_no": number}))["code"] == "10000"
    await refused(gateway, address, 410, "ACQ.TRADE_HAS_CLOSE", "已关闭")
    assert await gateway.ledger(number) == []


async def test_an_order_that_is_too_old_says_so_and_was_never_opened(gateway: GatewayClient) -> None:
    number = a_number()
    await refused(gateway, gateway.page(number, NOWHERE, seconds=-5), 410, "ACQ.TRADE_EXPIRED", "支付时间已过")
    assert (await gateway.call("alipay.trade.query", {"out_trade_no": number}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


async def test_an_address_that_was_changed_is_refused(gateway: GatewayClient) -> None:
    number = a_number()
    address = gateway.page(number, NOWHERE).replace("100.00", "1.00")
    await refused(gateway, address, 403, "isv.invalid-signature", "签名无效")
    assert await gateway.ledger(number) == []


async def test_another_amount_under_the_same_number_is_refused(gateway: GatewayClient) -> None:
    number = a_number()
    await gateway.client.get(gateway.page(number, NOWHERE, amount="100.00"))
    answer = await gateway.pay(gateway.page(number, NOWHERE, amount="1.00"))
    assert (answer.status_code, answer.json()["code"]) == (409, "ACQ.CONTEXT_INCONSISTENT")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1e3", "abc", "1.001"])
async def test_an_amount_that_is_none_is_refused(gateway: GatewayClient, amount: str) -> None:
    assert (await gateway.pay(gateway.page(a_number(), NOWHERE, amount=amount))).status_code == 400


async def test_a_choice_that_is_not_offered_is_refused(gateway: GatewayClient) -> None:
    address = gateway.page(a_number(), NOWHERE)
    assert (await gateway.pay(address, notice="sometimes")).status_code == 400
    assert (await gateway.pay(address, buyer="nobody")).status_code == 400
    assert (await gateway.pay(address)).status_code == 200


async def test_an_answer_can_be_lost_after_paying(gateway: GatewayClient) -> None:
    number = a_number()
    address = gateway.page(number, NOWHERE)
    await gateway.fault(operation="pay", mode="lose_answer")
    with pytest.raises(httpx.TransportError):
        await gateway.pay(address)
    assert await gateway.ledger(number) == [("payment", number, 100_00)]


async def test_an_address_without_anything_is_refused(gateway: GatewayClient) -> None:
    bare = await gateway.client.get(f"{gateway.url}/gateway.do?method=alipay.trade.page.pay")
    assert bare.status_code == 400
    unknown = await gateway.client.post(f"{gateway.url}/gateway.do", content=b"method=x&biz_content=%ff")
    assert unknown.json()["error_response"]["code"] == "40002"
