from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from gateway_client import GatewayClient, config
from simulator_process import Receiver

from insurance.simulators.alipay.app import build
from insurance.simulators.process import in_background


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver(["success"])
    with in_background(receiver.app()) as url:
        yield receiver, f"{url}/notify"


@pytest.fixture(scope="session")
def gateway_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with in_background(build(config(), tmp_path_factory.mktemp("gateway") / "ledger.sqlite")) as url:
        yield url


@pytest.fixture
async def gateway(gateway_url: str, client: httpx.AsyncClient) -> AsyncIterator[GatewayClient]:
    yield GatewayClient(gateway_url, client)
    await client.delete(f"{gateway_url}/_simulator/faults")
