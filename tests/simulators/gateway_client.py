import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

APP_ID = "2021000000000002"
APP = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GATEWAY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def beijing(moved_seconds: float = 0) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=8, seconds=moved_seconds):%Y-%m-%d %H:%M:%S}"


def config(**more: Any) -> dict[str, Any]:
    public = APP.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = GATEWAY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys = {"app_public_key": public.decode(), "gateway_private_key": private.decode()}
    return {"app_id": APP_ID, **keys, "notify_retry_seconds": [0.2], **more}


def signed(method: str, content: dict[str, Any], **more: str) -> dict[str, str]:
    parameters = {
        "app_id": APP_ID,
        "method": method,
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": beijing(),
        "version": "1.0",
        "biz_content": json.dumps(content),
        **more,
    }
    text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    return parameters | {"sign": base64.b64encode(APP.sign(text.encode(), PKCS1v15(), SHA256())).decode()}


@dataclass
class GatewayClient:
    """Speaks Alipay's protocol with code of its own, so that a mistake that adapter and simulator share would show."""

    url: str
    client: httpx.AsyncClient

    async def call(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        answer = (await self.client.post(f"{self.url}/gateway.do", data=signed(method, content))).json()
        return dict(answer[method.replace(".", "_") + "_response"])

    def page(self, number: str, notify_url: str, *, amount: str = "100.00", seconds: float = 600, **more: str) -> str:
        content = {
            "out_trade_no": number,
            "total_amount": amount,
            "subject": "学平险<b>",
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": beijing(seconds),
        }
        parameters = signed("alipay.trade.page.pay", content, notify_url=notify_url, **more)
        return f"{self.url}/gateway.do?{urlencode(parameters)}"

    async def pay(self, address: str, **choice: str) -> httpx.Response:
        return await self.client.post(address, data=choice, headers={"accept": "application/json"})

    async def ledger(self, key: str) -> list[tuple[str, str, int]]:
        answer = await self.client.get(f"{self.url}/_simulator/ledger", params={"key": key})
        return [(entry["kind"], entry["key"], entry["amount_fen"]) for entry in answer.json()["entries"]]

    async def fault(self, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.url}/_simulator/faults", json=body)


def proven(form: dict[str, str]) -> bool:
    text = "&".join(f"{name}={form[name]}" for name in sorted(form) if name not in ("sign", "sign_type"))
    GATEWAY.public_key().verify(base64.b64decode(form["sign"]), text.encode(), PKCS1v15(), SHA256())
    return True
