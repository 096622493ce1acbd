"""The month's people at the API and at the simulators."""

import asyncio
from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

import httpx

from api.auth import Caller, issue_token
from api.bench.month.stage import MonthStage
from api.demo.stage import INSURER

Answer = dict[str, Any]

GLANCES, GLANCE_SECONDS = 8, 0.5
LINES = 40
# what waits for nobody is done by then, with every fault of the day
PATIENCE_SECONDS = 90.0


class Refused(Exception):
    """A clear no (4xx): `code` says why."""

    def __init__(self, said: str, code: str) -> None:
        super().__init__(said)
        self.code = code


class Stuck(Exception):
    """A case that waits for nobody and does not go on."""


class Doors:
    def __init__(self, stage: MonthStage) -> None:
        self._stage = stage
        self._tokens: dict[str, str] = {}
        # one connection each: a pool looks through all of its connections with every request
        self._clients = [_client(stage.url) for _ in range(LINES)]
        self._free: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        for client in self._clients:
            self._free.put_nowait(client)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def ask(self, account: str, method: str, path: str, key: str | None = None, **more: Any) -> Answer:
        """As `account`. A 503 is repeated, as a page would; a 4xx raises Refused; anything else is a failure of ours."""
        headers = {"authorization": f"Bearer {self._token(account)}"} | ({"idempotency-key": key} if key else {})
        for _ in range(int(PATIENCE_SECONDS)):
            answer = await self._request(method, path, headers=headers, **more)
            if answer.status_code != 503:
                break
            await asyncio.sleep(1)
        if 400 <= answer.status_code < 500:
            problem = answer.json()
            raise Refused(f"{method} {path} {answer.status_code} {problem.get('code')}", str(problem.get("code")))
        if not answer.is_success:
            raise Stuck(f"{method} {path} {answer.status_code} {answer.text[:200]}")
        told: Answer = answer.json()
        return told

    async def glance(self, account: str, path: str, states: Container[str]) -> Answer:
        """The case, in one of `states` if it gets there while one looks: nobody sits before a page that does not go on."""
        case = await self.ask(account, "GET", path)
        for _ in range(GLANCES):
            if case["state"] in states:
                break
            await asyncio.sleep(GLANCE_SECONDS)
            case = await self.ask(account, "GET", path)
        return case

    async def pay(self, page: str, **choices: str) -> bool:
        """False when the page says that there is nothing to pay."""
        for _ in range(int(PATIENCE_SECONDS)):
            try:
                answer = await self._request("POST", page, headers={"accept": "application/json"}, data=choices)
            except httpx.TransportError:
                # the answer is lost: whoever presses again is told that it is paid
                continue
            if answer.status_code != 503:
                return answer.is_success
            await asyncio.sleep(0.2)
        raise Stuck("the payment page stays down")

    async def control(self, simulator: str, method: str, path: str, body: Any = None) -> Answer:
        """`simulator` is `alipay` or `insurer`."""
        address = self._stage.alipay if simulator == "alipay" else self._stage.insurer
        answer = await self._request(method, f"{address}/_simulator/{path}", json=body)
        answer.raise_for_status()
        told: Answer = answer.json() if answer.content else {}
        return told

    async def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        client = await self._free.get()
        try:
            return await client.request(method, url, **more)
        finally:
            self._free.put_nowait(client)

    def _token(self, account: str) -> str:
        """Parents by their names; `operator`, and `adjuster-…` of the month's insurer, whose `adjuster-lead` is one."""
        if account not in self._tokens:
            role = account.partition("-")[0]
            bound: dict[str, Any] = (
                {"insurer": INSURER, "lead": account == "adjuster-lead"} if role == "adjuster" else {}
            )
            caller = Caller(role, account, **bound)  # type: ignore[arg-type]
            self._tokens[account] = issue_token(caller, self._stage.token_secret, datetime.now(UTC))
        return self._tokens[account]


def _client(url: str) -> httpx.AsyncClient:
    # the server closes what rested for five seconds, and may do so while one asks
    limits = httpx.Limits(max_connections=1, keepalive_expiry=2)
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=limits)
