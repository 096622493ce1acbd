from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from insurer_bench import CALLBACK_PATH, CODE, Bench, FakeBench, Inbox, SimulatorBench

from insurance.adapters.insurer.http import HttpInsurer
from insurance.adapters.insurer.signing import SigningKey
from insurance.simulators.insurer.app import build
from insurance.simulators.process import in_background

KEY = SigningKey("jx-1", b"a shared secret of a test")


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return KEY


@pytest.fixture(scope="session")
def inbox() -> Iterator[tuple[Inbox, str]]:
    inbox = Inbox()
    with in_background(inbox.app()) as url:
        yield inbox, url


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory, inbox: tuple[Inbox, str]) -> Iterator[str]:
    config = {
        "insurers": {
            CODE: {"key_id": KEY.key_id, "secret": KEY.secret.decode(), "callback_url": inbox[1] + CALLBACK_PATH},
            "stand-in-hn": {"key_id": "hn-1", "secret": "another secret", "callback_url": "http://127.0.0.1:9/x"},
        },
        "underwriting_seconds": [0.0, 0.01],
        "manual_underwriting_seconds": 0.1,
        "callback_retry_seconds": [0.1],
    }
    with in_background(build(config, tmp_path_factory.mktemp("insurer") / "books.sqlite")) as url:
        yield url


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def at_simulator(simulator: str, inbox: tuple[Inbox, str], client: httpx.AsyncClient) -> SimulatorBench:
    insurer = HttpInsurer(CODE, f"{simulator}/{CODE}", KEY, client, callback_path=CALLBACK_PATH, timeout_seconds=0.5)
    return SimulatorBench(insurer, client, simulator, inbox[0])


@pytest.fixture(params=["fake", "simulator"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return FakeBench() if request.param == "fake" else request.getfixturevalue("at_simulator")
