import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

SECRET = b"a shared secret"


def insurer_config(callback_url: str, **more: Any) -> dict[str, Any]:
    insurer = {"key_id": "k1", "secret": SECRET.decode(), "callback_url": callback_url}
    times = {"underwriting_seconds": [0, 0.01], "manual_underwriting_seconds": 0.2, "callback_retry_seconds": [0.2]}
    return {"insurers": {"jx": insurer}, **times, **more}


def a_proposal(name: str = "黄小明") -> dict[str, Any]:
    return {"productCode": "jiangxi-plus", "premiumFen": 100_00, "insured": {"name": name}}


@dataclass
class InsurerClient:
    """Speaks the insurers' protocol with code of its own, so that a mistake that adapter and simulator share would show."""

    url: str
    client: httpx.AsyncClient

    async def send(self, method: str, path: str, request_id: str, body: bytes = b"") -> httpx.Response:
        target, timestamp = f"/jx{path}", str(int(datetime.now(UTC).timestamp()))
        lines = "\n".join([method, target, timestamp, request_id, hashlib.sha256(body).hexdigest()])
        headers = {
            "x-key-id": "k1",
            "x-timestamp": timestamp,
            "x-request-id": request_id,
            "x-signature": hmac.new(SECRET, lines.encode(), "sha256").hexdigest(),
        }
        return await self.client.request(method, self.url + target, content=body, headers=headers)

    async def post(self, path: str, request_id: str, body: Any) -> httpx.Response:
        return await self.send("POST", path, request_id, json.dumps(body).encode())

    async def policy(self, key: str, name: str = "黄小明") -> str:
        proposal = (await self.post("/proposals", f"uw-{key}", a_proposal(name))).json()
        order = {"proposalNo": proposal["proposalNo"], "premiumFen": 100_00, "effectiveDate": "2026-09-01"}
        return str((await self.post("/policies", f"issue-{key}", order)).json()["policyNo"])

    async def entries(self, key: str) -> list[tuple[str, str]]:
        answer = await self.client.get(f"{self.url}/_simulator/ledger", params={"key": key})
        return [(entry["kind"], entry["request_id"]) for entry in answer.json()["entries"]]
