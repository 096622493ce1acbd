"""Families who buy, claim and surrender at the same time through the API, and the books of everybody afterwards."""

import asyncio
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from psycopg import AsyncConnection

from api.auth import Caller, issue_token
from api.bench.electronic_bill import electronic_bill
from api.demo.people import Family, accident, application, family, taken_over
from insurance.rules.chain import Entry, broken_at
from insurance.rules.cover import shanghai_day
from tests.running_stack import Stack

INSURER, PRODUCT = "xiangjiang", "changsha-2024-plan-2"
PATIENCE_SECONDS = 280
# what a stack that is being killed answers: the same request is made again
AGAIN = (httpx.TransportError,)


@dataclass
class World:
    stack: Stack
    today: date = field(default_factory=lambda: shanghai_day(datetime.now(UTC)))
    client: httpx.AsyncClient = field(init=False)
    product: dict[str, Any] = field(default_factory=dict)

    async def __aenter__(self) -> "World":
        self.client = httpx.AsyncClient(base_url=self.stack.url, timeout=30, trust_env=False)
        self.product = await self.ask("anyone", "GET", f"/v1/products/{PRODUCT}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    # --- the API --------------------------------------------------------------------------------------------------

    async def ask(self, account: str, method: str, path: str, key: str | None = None, **more: Any) -> dict[str, Any]:
        """The answer of a request that is repeated until there is one; a move that was made before counts as made."""
        role = "operator" if account == "operator" else "parent"
        secret = self.stack.environment["XUEPING_TOKEN_SECRET"]
        token = issue_token(Caller(role, account), secret, datetime.now(UTC))
        headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await self.client.request(method, path, headers=headers, **more)
                except AGAIN:
                    await asyncio.sleep(0.5)
                    continue
                if answer.status_code == 503:
                    await asyncio.sleep(0.5)
                    continue
                if answer.status_code == 409 and answer.json()["code"] == "illegal_move":
                    return {}
                assert answer.is_success, f"{method} {path} {answer.status_code} {answer.text[:300]}"
                return answer.json()

    async def until(self, account: str, path: str, *states: str) -> dict[str, Any]:
        case: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    case = await self.ask(account, "GET", path)
                    if case["state"] in states:
                        return case
                    await asyncio.sleep(0.5)
        except TimeoutError:
            raise AssertionError(f"{path} is {case.get('state')}, not {states}: {_said(case)}") from None

    async def pay(self, url: str, **choices: str) -> None:
        """409 when an earlier attempt was carried out and its answer lost."""
        async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(timeout=10, trust_env=False) as buyer:
            while True:
                try:
                    answer = await buyer.post(url, headers={"accept": "application/json"}, data=choices)
                except AGAIN:
                    await asyncio.sleep(0.5)
                    continue
                assert answer.status_code in (200, 409), answer.text
                return

    # --- families -------------------------------------------------------------------------------------------------

    def family(self, number: int, child: str = "李知远") -> Family:
        return family(number, "李志明", child, self.today)

    async def buys(self, number: int, child: str = "李知远", **choices: str) -> dict[str, Any]:
        """A purchase to its policy."""
        offered = await self.orders(number, child)
        await self.pay(offered["payment"]["url"], **choices)
        path = f"/v1/purchases/{offered['purchase_id']}"
        return await self.until(self.family(number, child).account, path, "issued", "refunded")

    async def orders(self, number: int, child: str = "李知远") -> dict[str, Any]:
        """A purchase to its payment page."""
        buyer = self.family(number, child)
        body = application(self.product, buyer)
        made = await self.ask(buyer.account, "POST", "/v1/purchases", f"buy-{number}", json=body)
        return await self.until(buyer.account, f"/v1/purchases/{made['purchase_id']}", "awaiting_payment")

    async def orders_and_cancels(self, number: int) -> dict[str, Any]:
        offered = await self.orders(number)
        # the order becomes known at the gateway when its page is opened
        async with httpx.AsyncClient(timeout=10, trust_env=False) as buyer:
            await buyer.get(offered["payment"]["url"])
        account, path = self.family(number).account, f"/v1/purchases/{offered['purchase_id']}"
        await self.ask(account, "POST", f"{path}/cancel")
        return await self.until(account, path, "cancelled", "refunded")

    async def surrenders(self, account: str, policy_no: str) -> dict[str, Any]:
        body = {"reason": "bought_twice", "comment": ""}
        path = f"/v1/policies/{policy_no}/surrenders"
        made = await self.ask(account, "POST", path, f"surrender-{policy_no}", json=body)
        path = f"/v1/surrenders/{made['surrender_id']}"
        await self.ask(account, "POST", f"{path}/confirm")
        case = await self.until(account, path, "refunded", "payee_needed")
        if case["state"] == "payee_needed":
            payee = {"kind": "alipay", "account": f"{account}@example.com", "name": "李志明"}
            await self.ask(account, "PUT", f"{path}/payee", json=payee)
            case = await self.until(account, path, "refunded")
        return case

    async def buys_and_surrenders(self, number: int) -> dict[str, Any]:
        policy = await self.buys(number)
        return await self.surrenders(self.family(number).account, policy["policy_no"])

    async def take_over(self, numbers: range) -> None:
        effective = self.today - timedelta(days=80)
        rows = [taken_over(self.product, self.family(n), _policy_no(n), effective) for n in numbers]
        answer = await self.ask("operator", "PUT", f"/v1/insurers/{INSURER}/policies", json={"policies": rows})
        assert answer == {"accepted": len(rows), "rejected": []}

    async def surrenders_one_sold_elsewhere(self, number: int) -> dict[str, Any]:
        return await self.surrenders(self.family(number).account, _policy_no(number))

    async def claims(self, number: int, account_ending: str = "") -> dict[str, Any]:
        """A claim on a policy taken over, decided by itself, paid, closed. `account_ending`: a visible test value."""
        owner = self.family(number)
        happened = accident(self.today - timedelta(days=5), owner.applicant["mobile"])
        path = f"/v1/policies/{_policy_no(number)}/claims"
        made = await self.ask(owner.account, "POST", path, f"claim-{number}", json=happened)
        path = f"/v1/claims/{made['claim_id']}"
        bill = electronic_bill("李知远", self.today - timedelta(days=4), number)
        await self.ask(
            owner.account,
            "POST",
            f"{path}/documents",
            f"bill-{number}",
            files={"file": ("bill.pdf", bill)},
            data={"kind": "medical_receipt"},
        )
        payee = owner.payee | {"account": f"{owner.account}{account_ending}@example.com"}
        await self.ask(owner.account, "PUT", f"{path}/payee", json=payee)
        await self.ask(owner.account, "POST", f"{path}/submit")
        return await self.until(owner.account, path, "closed", "in_review", "payee_needed")

    # --- the simulators -------------------------------------------------------------------------------------------

    async def misbehave(self, simulator: str, operation: str, mode: str, **more: Any) -> None:
        body = {"operation": operation, "mode": mode, "times": None} | more
        await self._control(simulator, "POST", "/_simulator/faults", body)

    async def behave(self, simulator: str) -> None:
        await self._control(simulator, "DELETE", "/_simulator/faults")

    async def replay_notices(self, simulator: str) -> None:
        await self._control(simulator, "POST", "/_simulator/notices/replay", {})

    async def ledger(self, simulator: str) -> list[dict[str, Any]]:
        return (await self._control(simulator, "GET", "/_simulator/ledger"))["entries"]

    async def _control(self, simulator: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            answer = await client.request(method, f"{self._address(simulator)}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def _address(self, simulator: str) -> str:
        environment = self.stack.environment
        if simulator == "alipay":
            return environment["XUEPING_ALIPAY__GATEWAY_URL"].removesuffix("/gateway.do")
        address: str = json.loads(environment["XUEPING_INSURERS"])[INSURER]["base_url"]
        return address.removesuffix(f"/{INSURER}")

    # --- books ----------------------------------------------------------------------------------------------------

    async def our_movements(self) -> Counter[tuple[str, int]]:
        """Kinds and sums of what we say has moved."""
        return Counter((kind, amount) for kind, amount in await self._rows("SELECT kind, amount_fen FROM movements"))

    async def gateway_movements(self) -> Counter[tuple[str, int]]:
        """The same as the gateway has it. A transfer may be a payout or, for a policy sold elsewhere, a refund."""
        entries = await self.ledger("alipay")
        keys = Counter(entry["key"] for entry in entries)
        assert set(keys.values()) <= {1}, f"moved twice: {[key for key, times in keys.items() if times > 1]}"
        return Counter((_our_kind(entry), entry["amount_fen"]) for entry in entries)

    async def owed_movements(self) -> Counter[tuple[str, int]]:
        """What must have moved, by the states that the cases ended in."""
        return Counter(
            {
                (kind, amount): times
                for kind, amount, times in await self._rows(
                    """
                    SELECT 'premium', premium_fen, count(*) FROM purchases WHERE paid_at IS NOT NULL GROUP BY 2
                    UNION ALL SELECT 'payout', payable_fen, count(*) FROM claims WHERE state = 'closed' GROUP BY 2
                    UNION ALL SELECT 'refund', refund_fen, count(*) FROM surrenders WHERE state = 'refunded' GROUP BY 2
                    """
                )
            }
        )

    async def owed_entries(self) -> Counter[str]:
        """What the insurer must have in its books."""
        return Counter(
            dict(
                await self._rows(
                    """
                    SELECT 'proposal', count(*) FROM purchases
                    UNION ALL SELECT 'policy', count(*) FROM purchases WHERE state = 'issued'
                    UNION ALL SELECT 'report', count(*) FROM claims
                    UNION ALL SELECT 'closure', count(*) FROM claims WHERE state = 'closed'
                    UNION ALL SELECT 'cancellation', count(*) FROM surrenders WHERE state = 'refunded'
                    """
                )
            )
        )

    async def broken_histories(self) -> list[str]:
        """Processes whose history can't be believed, or lacks what their timeline has."""
        entries, timelines = defaultdict(list), defaultdict(set)
        for row in await self._rows(f"SELECT {', '.join(Entry.__dataclass_fields__)} FROM history ORDER BY number"):
            entries[row[0]].append(Entry(*row))
        for process_id, seq, at in await self._rows("SELECT process_id, seq, at FROM events"):
            timelines[process_id].add((seq, at))
        processes = {*entries, *timelines}
        return [process for process in processes if broken_at(entries[process], timelines[process]) is not None]

    async def open_processes(self) -> list[str]:
        """Processes that have not ended, with their states."""
        rows = await self._rows(
            """
            SELECT purchase_id, state FROM purchases
            WHERE state NOT IN ('issued', 'refunded', 'cancelled', 'declined')
            UNION ALL SELECT claim_id, state FROM claims WHERE state NOT IN ('closed', 'withdrawn')
            UNION ALL SELECT surrender_id, state FROM surrenders
            WHERE state NOT IN ('refunded', 'rejected', 'cancelled')
            """
        )
        return [f"{process} {state}" for process, state in rows]

    async def _rows(self, query: str) -> list[tuple[Any, ...]]:
        address = self.stack.environment["XUEPING_DATABASE__URL"].replace("+psycopg", "")
        async with await AsyncConnection.connect(address) as connection:
            return await (await connection.execute(query)).fetchall()


def _our_kind(entry: dict[str, Any]) -> str:
    if entry["kind"] == "transfer":
        return "refund" if entry["key"].startswith("su-") else "payout"
    return {"payment": "premium", "refund": "refund"}[entry["kind"]]


def _policy_no(number: int) -> str:
    return f"ELSEWHERE{number:06d}"


def _said(case: dict[str, Any]) -> list[str]:
    return [f"{event['event']}" for event in case.get("timeline", [])]
