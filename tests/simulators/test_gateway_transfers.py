from uuid import uuid4

import httpx
import pytest
from gateway_client import GatewayClient
from simulator_process import until

QUERY = "alipay.fund.trans.common.query"


def a_transfer(account: str, amount: str = "88.88") -> dict[str, object]:
    return {
        "out_biz_no": f"B{uuid4().hex}",
        "trans_amount": amount,
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "payee_info": {"identity": account, "identity_type": "ALIPAY_LOGON_ID", "name": "黄小明"},
    }


async def send(gateway: GatewayClient, content: dict[str, object]) -> dict[str, str]:
    return await gateway.call("alipay.fund.trans.uni.transfer", content)


async def status(gateway: GatewayClient, content: dict[str, object]) -> str:
    asked = {"out_biz_no": content["out_biz_no"], "product_code": content["product_code"]}
    return str((await gateway.call(QUERY, asked))["status"])


@pytest.mark.parametrize(("account", "code"), [("1389101", "PAYEE_NOT_EXIST"), ("a9106@b.cn", "PAYEE_USER_INFO_ERROR")])
async def test_some_accounts_are_refused_at_once(gateway: GatewayClient, account: str, code: str) -> None:
    transfer = a_transfer(account)
    assert (await send(gateway, transfer))["sub_code"] == code
    assert await status(gateway, transfer) == "FAIL"


@pytest.mark.parametrize(("account", "end", "moved"), [("9102", "REFUND", 0), ("9104", "SUCCESS", 1)])
async def test_some_transfers_end_later(gateway: GatewayClient, account: str, end: str, moved: int) -> None:
    transfer = a_transfer(account)
    assert (await send(gateway, transfer))["status"] == "DEALING"

    async def ended() -> bool:
        return await status(gateway, transfer) == end

    await until(ended)
    assert len(await gateway.ledger(str(transfer["out_biz_no"]))) == moved
    assert (await send(gateway, transfer))["status"] == end


async def test_the_ledger_alone_settles_what_is_due(gateway: GatewayClient) -> None:
    transfer = a_transfer("9104", "12.30")
    await send(gateway, transfer)
    number = str(transfer["out_biz_no"])

    async def moved() -> bool:
        return await gateway.ledger(number) == [("transfer", number, 12_30)]

    await until(moved)


async def test_some_answers_are_lost_once_after_the_money_moved(gateway: GatewayClient) -> None:
    transfer = a_transfer("9105")
    with pytest.raises(httpx.TransportError):
        await send(gateway, transfer)
    assert (await send(gateway, transfer))["status"] == "SUCCESS"
    assert len(await gateway.ledger(str(transfer["out_biz_no"]))) == 1


@pytest.mark.parametrize("amount", ["0.00", "-5", "1.234", "many"])
async def test_an_amount_that_is_none_moves_nothing(gateway: GatewayClient, amount: str) -> None:
    transfer = a_transfer("138", amount)
    assert (await send(gateway, transfer))["code"] in ("40002", "40004")
    assert await gateway.ledger(str(transfer["out_biz_no"])) == []


async def test_a_transfer_to_a_card_is_not_found_among_those_to_accounts(gateway: GatewayClient) -> None:
    transfer = a_transfer("6222020000000000001") | {"product_code": "TRANS_BANKCARD_NO_PWD"}
    await send(gateway, transfer)
    asked = {"out_biz_no": transfer["out_biz_no"], "product_code": "TRANS_ACCOUNT_NO_PWD"}
    assert (await gateway.call(QUERY, asked))["sub_code"] == "ORDER_NOT_EXIST"
