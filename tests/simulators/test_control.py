from typing import Any
from uuid import uuid4

import pytest
from gateway_client import GatewayClient


async def test_health_is_told(gateway: GatewayClient) -> None:
    assert (await gateway.client.get(f"{gateway.url}/healthz")).status_code == 200


async def test_a_fault_lasts_as_often_as_it_says(gateway: GatewayClient) -> None:
    await gateway.fault(operation="query", mode="down", times=2)
    statuses = []
    for _ in range(3):
        content = {"out_trade_no": f"T{uuid4().hex}"}
        try:
            statuses.append((await gateway.call("alipay.trade.query", content))["code"])
        except ValueError:
            statuses.append("down")
    assert statuses == ["down", "down", "40004"]


async def test_a_fault_without_an_end_lasts_until_it_is_cleared(gateway: GatewayClient) -> None:
    assert (await gateway.fault(operation="*", mode="refuse", times=None, code="ACQ.BUYER_ERROR")).status_code == 201
    for _ in range(3):
        answer = await gateway.call("alipay.trade.query", {"out_trade_no": "T"})
        assert answer["sub_code"] == "ACQ.BUYER_ERROR"
    await gateway.client.delete(f"{gateway.url}/_simulator/faults")
    assert (await gateway.client.get(f"{gateway.url}/_simulator/faults")).json() == {"faults": []}
    assert (await gateway.call("alipay.trade.query", {"out_trade_no": "T"}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "down",
        {"operation": "query"},
        {"operation": "underwrite", "mode": "down"},
        {"operation": "query", "mode": "explode"},
        {"operation": "query", "mode": ["down"]},
        {"operation": "query", "mode": "down", "times": 0},
        {"operation": "query", "mode": "down", "times": True},
        {"operation": "query", "mode": "slow", "seconds": -1},
        {"operation": "query", "mode": "slow", "seconds": "long"},
        {"operation": "query", "mode": "refuse", "code": 1},
        {"operation": "query", "mode": "down", "more": 1},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(gateway: GatewayClient, body: Any) -> None:
    response = await gateway.client.post(f"{gateway.url}/_simulator/faults", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "INVALID_FAULT")


async def test_a_replay_that_is_no_json_is_refused(gateway: GatewayClient) -> None:
    assert (await gateway.client.post(f"{gateway.url}/_simulator/notices/replay", content=b"{")).status_code == 422
    empty = await gateway.client.post(f"{gateway.url}/_simulator/notices/replay", json={"key": "never"})
    assert empty.json() == {"sent": 0}
