from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from payments_bench import APP_ID, BILL_READY_AFTER, Bench, FakeBench, Inbox, KeyPair, SimulatorBench

from insurance.adapters.payments.http import AlipayPayments
from insurance.simulators.alipay.app import build
from insurance.simulators.process import in_background


@pytest.fixture(scope="session")
def app_keys() -> KeyPair:
    return KeyPair.new()


@pytest.fixture(scope="session")
def gateway_keys() -> KeyPair:
    return KeyPair.new()


@pytest.fixture(scope="session")
def inbox() -> Iterator[tuple[Inbox, str]]:
    inbox = Inbox()
    with in_background(inbox.app()) as url:
        yield inbox, f"{url}/v1/callbacks/alipay"


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory, app_keys: KeyPair, gateway_keys: KeyPair) -> Iterator[str]:
    config = {
        "app_id": APP_ID,
        "app_public_key": app_keys.public,
        "gateway_private_key": gateway_keys.private,
        "notify_retry_seconds": [0.1],
        "bill_ready_hours": BILL_READY_AFTER.total_seconds() / 3600,
    }
    with in_background(build(config, tmp_path_factory.mktemp("alipay") / "ledger.sqlite")) as url:
        yield url


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def at_simulator(
    simulator: str, app_keys: KeyPair, gateway_keys: KeyPair, inbox: tuple[Inbox, str], client: httpx.AsyncClient
) -> SimulatorBench:
    payments = AlipayPayments(
        f"{simulator}/gateway.do",
        APP_ID,
        app_keys.private,
        gateway_keys.public,
        client,
        notify_url=inbox[1],
        timeout_seconds=0.5,
    )
    return SimulatorBench(payments, client, simulator, inbox[0])


@pytest.fixture(params=["fake", "simulator"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return FakeBench() if request.param == "fake" else request.getfixturevalue("at_simulator")
