import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from insurance.adapters.notices.fake import FakeNotices
from insurance.adapters.notices.outbox import OutboxOnlyNotices
from insurance.adapters.notices.webhook import WebhookNotices, webhook_key
from insurance.adapters.ports import Notice, Notices, NoticesUnavailable
from insurance.simulators.process import in_background

SECRET = b"a secret of a test"


def a_notice(notice_id: str) -> Notice:
    at = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    return Notice(notice_id, "parent-1", "claim_decided", "理赔已有结果，请查看。", "claim-1", at)


@dataclass
class Receiver:
    status: int = 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            self.requests.append((dict(request.headers), await request.body()))
            return Response(status_code=self.status)

        return Starlette(routes=[Route("/hook", take, methods=["POST"])])


class Bench(Protocol):
    notices: Notices

    def break_once(self) -> None: ...
    def mend(self) -> None: ...
    def received(self) -> dict[str, str]: ...


class FakeBench:
    def __init__(self) -> None:
        self.notices = FakeNotices()

    def break_once(self) -> None:
        self.notices.faults.add("send", "down")

    def mend(self) -> None:
        self.notices.faults.clear()

    def received(self) -> dict[str, str]:
        return {notice.notice_id: notice.text for notice in self.notices.received.values()}


class WebhookBench:
    def __init__(self, notices: WebhookNotices, receiver: Receiver) -> None:
        self.notices, self.receiver = notices, receiver

    def break_once(self) -> None:
        self.receiver.status = 500

    def mend(self) -> None:
        self.receiver.status = 204

    def received(self) -> dict[str, str]:
        bodies: list[dict[str, Any]] = [json.loads(body) for _, body in self.receiver.requests]
        return {body["notice_id"]: body["text"] for body in bodies}


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
async def webhook(client: httpx.AsyncClient) -> AsyncIterator[WebhookBench]:
    receiver = Receiver()
    with in_background(receiver.app()) as url:
        yield WebhookBench(WebhookNotices(f"{url}/hook", SECRET, client), receiver)


@pytest.fixture(params=["fake", "webhook"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return FakeBench() if request.param == "fake" else request.getfixturevalue("webhook")


async def test_a_notice_arrives(bench: Bench) -> None:
    await bench.notices.send(a_notice("n1"))
    assert bench.received() == {"n1": "理赔已有结果，请查看。"}


async def test_a_notice_sent_twice_is_known_by_its_id(bench: Bench) -> None:
    await bench.notices.send(a_notice("n1"))
    await bench.notices.send(a_notice("n1"))
    assert len(bench.received()) == 1


async def test_a_receiver_that_is_broken_is_asked_again_later(bench: Bench) -> None:
    bench.break_once()
    with pytest.raises(NoticesUnavailable):
        await bench.notices.send(a_notice("n1"))
    bench.mend()
    await bench.notices.send(a_notice("n1"))
    assert "n1" in bench.received()


async def test_a_receiver_can_prove_whom_a_notice_is_from(webhook: WebhookBench) -> None:
    await webhook.notices.send(a_notice("n1"))
    ((headers, body),) = webhook.receiver.requests
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-id"] == "n1"
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["at"] == "2026-09-01T08:00:00+00:00"


async def test_nobody_at_the_webhook_is_unavailable(client: httpx.AsyncClient) -> None:
    with pytest.raises(NoticesUnavailable):
        await WebhookNotices("http://127.0.0.1:9/hook", SECRET, client).send(a_notice("n1"))


def test_a_secret_is_written_as_the_specification_says_or_plainly() -> None:
    assert webhook_key("whsec_" + base64.b64encode(SECRET).decode()) == SECRET
    assert webhook_key("plain") == b"plain"


async def test_with_the_outbox_alone_nobody_is_told() -> None:
    await OutboxOnlyNotices().send(a_notice("n1"))
