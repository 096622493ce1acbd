import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway_client import GatewayClient, config
from insurer_client import InsurerClient, a_proposal, insurer_config
from simulator_process import Receiver, SimulatorProcess, free_port, until

from insurance.simulators.process import in_background

GATEWAY, INSURER = "insurance.simulators.alipay", "insurance.simulators.insurer"


@pytest.fixture
async def gateway_process(tmp_path: Path) -> AsyncIterator[SimulatorProcess]:
    process = SimulatorProcess(GATEWAY, tmp_path, config())
    await process.start()
    yield process
    process.end(signal.SIGKILL)


@pytest.fixture
async def insurer_process(tmp_path: Path) -> AsyncIterator[SimulatorProcess]:
    process = SimulatorProcess(INSURER, tmp_path, insurer_config(f"http://127.0.0.1:{free_port()}/cb"))
    await process.start()
    yield process
    process.end(signal.SIGKILL)


async def test_the_gateways_ledger_and_its_notices_outlive_a_kill(
    gateway_process: SimulatorProcess, client: httpx.AsyncClient
) -> None:
    gateway, port = GatewayClient(gateway_process.url, client), free_port()
    assert (await gateway.pay(gateway.page("T1", f"http://127.0.0.1:{port}/n"))).status_code == 200
    gateway_process.end(signal.SIGKILL)
    receiver = Receiver(["success"])
    with in_background(receiver.app(), port=port):
        await gateway_process.start()

        async def told() -> bool:
            return bool(receiver.bodies)

        await until(told)
    assert await gateway.ledger("T1") == [("payment", "T1", 100_00)]
    assert (await gateway.call("alipay.trade.query", {"out_trade_no": "T1"}))["trade_status"] == "TRADE_SUCCESS"
    refund = {"out_trade_no": "T1", "out_request_no": "R1", "refund_amount": "40.00"}
    await gateway.call("alipay.trade.refund", refund)
    gateway_process.end(signal.SIGKILL)
    await gateway_process.start()
    assert (await gateway.call("alipay.trade.refund", refund))["fund_change"] == "N"
    assert await gateway.ledger("T1") == [("payment", "T1", 100_00), ("refund", "R1", 40_00)]


async def test_the_insurers_books_and_numbers_outlive_a_kill(
    insurer_process: SimulatorProcess, client: httpx.AsyncClient
) -> None:
    insurer = InsurerClient(insurer_process.url, client)
    first = await insurer.policy("1")
    insurer_process.end(signal.SIGKILL)
    await insurer_process.start()
    assert await insurer.policy("1") == first
    second = await insurer.policy("2")
    assert first != second and first.isdigit() and len(first) >= 16
    report = {"policyNo": first, "event": "accident"}
    assert (await insurer.post("/reports", "report-1", report)).status_code == 200


async def test_a_decision_that_was_owed_is_told_after_a_restart(
    insurer_process: SimulatorProcess, client: httpx.AsyncClient
) -> None:
    insurer = InsurerClient(insurer_process.url, client)
    assert (await insurer.post("/proposals", "uw-1", a_proposal("张待核"))).json()["uwResult"] == "PROCESSING"
    insurer_process.end(signal.SIGKILL)
    receiver = Receiver(["success"])
    port = int(insurer_process.config["insurers"]["jx"]["callback_url"].split(":")[2].split("/")[0])
    with in_background(receiver.app(), port=port):
        await insurer_process.start()

        async def told() -> bool:
            return bool(receiver.bodies)

        await until(told)
    assert b'"uwResult": "PASS"' in receiver.bodies[0]


@pytest.mark.parametrize(("module", "made"), [(GATEWAY, config()), (INSURER, insurer_config("http://127.0.0.1:9/cb"))])
async def test_a_simulator_ends_when_it_is_told_even_while_somebody_waits(
    tmp_path: Path, client: httpx.AsyncClient, module: str, made: dict[str, Any]
) -> None:
    process = SimulatorProcess(module, tmp_path, made)
    await process.start()
    operation = "page" if module == GATEWAY else "underwrite"
    fault = {"operation": operation, "mode": "slow", "seconds": 3600}
    await client.post(f"{process.url}/_simulator/faults", json=fault)
    if module == GATEWAY:
        waiting = asyncio.create_task(client.get(GatewayClient(process.url, client).page("T", "http://127.0.0.1:9/n")))
    else:
        waiting = asyncio.create_task(InsurerClient(process.url, client).post("/proposals", "uw", a_proposal()))

    async def taken() -> bool:
        return (await client.get(f"{process.url}/_simulator/faults")).json() == {"faults": []}

    await until(taken)
    assert process.end(signal.SIGTERM) == 0
    with suppress(httpx.TransportError):
        assert (await waiting).is_error


@pytest.mark.parametrize("module", [GATEWAY, INSURER])
@pytest.mark.parametrize("text", ["", "{}", "[]", '{"insurers": {"jx": {}}, "app_id": "1"}'])
def test_a_configuration_that_is_wrong_ends_with_one_clear_line(tmp_path: Path, module: str, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    data, made = str(tmp_path / "d.sqlite"), str(tmp_path / "config.json")
    arguments = [sys.executable, "-m", module, "--port", "1", "--data", data, "--config", made]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1 and "config.json" in ended.stderr
