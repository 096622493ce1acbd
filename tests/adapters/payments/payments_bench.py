import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.payments.http import AlipayPayments
from insurance.adapters.ports import Payments, PaymentsRefused, PayOrder, TransferOrder

APP_ID = "2021000000000001"

# while its day still runs, so that what a test moves is on a bill at once
BILL_READY_AFTER = timedelta(days=-1)

Movement = tuple[str, str, int]


@dataclass
class KeyPair:
    private: str
    public: str

    @classmethod
    def new(cls) -> "KeyPair":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(private.decode(), public.decode())


@dataclass
class Inbox:
    forms: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> PlainTextResponse:
            self.forms.append(dict(parse_qsl((await request.body()).decode(), keep_blank_values=True)))
            return PlainTextResponse("success")

        return Starlette(routes=[Route("/v1/callbacks/alipay", take, methods=["POST"])])


def an_order(amount_fen: int = 100_00, seconds: float = 1800, number: str | None = None) -> PayOrder:
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    return PayOrder(number or f"T{uuid4().hex}", amount_fen, "学平险 2026", expires_at)


def a_transfer(account: str = "parent@example.com", amount_fen: int = 350_25, kind: str = "alipay") -> TransferOrder:
    return TransferOrder(f"B{uuid4().hex}", amount_fen, kind, account, "黄小明", "理赔款")  # type: ignore[arg-type]


async def until(holds: Callable[[], Any]) -> Any:
    async with asyncio.timeout(20):
        while True:
            value = holds()
            if asyncio.iscoroutine(value):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.02)


class Bench(Protocol):
    payments: Payments

    async def open_page(self, order: PayOrder) -> bool: ...
    async def pay(self, order: PayOrder, *, account_closed: bool = False) -> bool: ...
    async def fault(self, operation: str, mode: str, *, seconds: float = 0) -> None: ...
    async def movements(self, key: str) -> list[Movement]: ...
    async def notices(self, out_trade_no: str, count: int) -> list[dict[str, str]]: ...


class FakeBench:
    def __init__(self) -> None:
        self.payments = FakePayments(
            transfer_outcome=self._outcome, timeout_seconds=0.5, bill_ready_after=BILL_READY_AFTER
        )
        self._settling: list[TransferOrder] = []

    def _outcome(self, order: TransferOrder) -> Any:
        return {"9101": "failed", "9103": "pending"}.get(order.account[-4:], "paid")

    async def open_page(self, order: PayOrder) -> bool:
        self.payments.page_pay_url(order)
        self.payments.open_page(order.out_trade_no)
        return True

    async def pay(self, order: PayOrder, *, account_closed: bool = False) -> bool:
        self.payments.page_pay_url(order)
        try:
            self.payments.pay(order.out_trade_no, account_closed=account_closed)
        except PaymentsRefused:
            return False
        return True

    async def fault(self, operation: str, mode: Any, *, seconds: float = 0) -> None:
        self.payments.faults.add(operation, mode, seconds=seconds)

    async def movements(self, key: str) -> list[Movement]:
        return [movement for movement in self.payments.movements if movement[1] == key]

    async def notices(self, out_trade_no: str, count: int) -> list[dict[str, str]]:
        forms = [form for form in self.payments.notices if form["out_trade_no"] == out_trade_no]
        assert len(forms) == count
        return forms


class SimulatorBench:
    def __init__(self, payments: AlipayPayments, client: httpx.AsyncClient, url: str, inbox: Inbox) -> None:
        self.payments, self._client, self._url, self._inbox = payments, client, url, inbox

    async def open_page(self, order: PayOrder) -> bool:
        return (await self._client.get(self.payments.page_pay_url(order))).is_success

    async def pay(self, order: PayOrder, *, account_closed: bool = False) -> bool:
        choice = {"buyer": "closed" if account_closed else "usual"}
        return (await self._client.post(self.payments.page_pay_url(order), data=choice)).is_success

    async def fault(self, operation: str, mode: str, *, seconds: float = 0) -> None:
        body = {"operation": operation, "mode": mode, "seconds": seconds}
        (await self._client.post(f"{self._url}/_simulator/faults", json=body)).raise_for_status()

    async def movements(self, key: str) -> list[Movement]:
        answer = await self._client.get(f"{self._url}/_simulator/ledger", params={"key": key})
        entries = answer.json()["entries"]
        return [(entry["kind"], entry["key"], entry["amount_fen"]) for entry in entries if entry["key"] == key]

    async def notices(self, out_trade_no: str, count: int) -> list[dict[str, str]]:
        def arrived() -> list[dict[str, str]]:
            return [form for form in self._inbox.forms if form["out_trade_no"] == out_trade_no]

        await until(lambda: len(arrived()) >= count)
        assert len(arrived()) == count
        return arrived()
