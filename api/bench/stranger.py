"""The API as strangers use it at the same time: requests, and looking again until a case has come to an end."""

import asyncio
from collections.abc import Callable, Container
from typing import Any

import httpx

# as often as a page of a family might; looking costs the API too
POLL_SECONDS = 0.4
AGAIN_SECONDS, AGAIN_TIMES = 0.3, 20
CONNECTIONS = httpx.Limits(max_connections=200, max_keepalive_connections=200)

Answer = dict[str, Any]


class NotAsItShould(Exception):
    """A case that ended another way, or a request that was refused."""


class Strangers:
    """`token_of` gives the token of an account."""

    def __init__(self, url: str, token_of: Callable[[str], str]) -> None:
        self._token_of = token_of
        self.asked_again = 0
        self.client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=CONNECTIONS)

    async def ask(self, account: str, method: str, path: str, key: str | None = None, **more: Any) -> Answer:
        """With an idempotency key, 503 is asked again, as a page would."""
        headers = {"authorization": f"Bearer {self._token_of(account)}"} | ({"idempotency-key": key} if key else {})
        response = await self.client.request(method, path, headers=headers, **more)
        for _ in range(AGAIN_TIMES if key else 0):
            if response.status_code != 503:
                break
            self.asked_again += 1
            await asyncio.sleep(AGAIN_SECONDS)
            response = await self.client.request(method, path, headers=headers, **more)
        if not response.is_success:
            raise NotAsItShould(f"{method} {path.rpartition('/')[2]} {response.status_code} {response.text[:200]}")
        answer: Answer = response.json()
        return answer

    async def until(self, account: str, path: str, states: Container[str]) -> Answer:
        while True:
            case = await self.ask(account, "GET", path)
            if case["state"] in states:
                return case
            await asyncio.sleep(POLL_SECONDS)

    async def pay(self, page: str) -> None:
        """Press the button of a payment page."""
        response = await self.client.post(page, headers={"accept": "application/json"})
        if not response.is_success:
            raise NotAsItShould(f"payment page {response.status_code}")
