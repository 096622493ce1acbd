import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.insurer.http import HttpInsurer
from insurance.adapters.ports import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Insurer,
    IssueOrder,
    Person,
    Proposal,
    TakenOverPolicy,
)

CODE = "stand-in-jx"
CALLBACK_PATH = f"/v1/callbacks/insurers/{CODE}"

PARENT = Person("黄大明", "resident_id", "360102198105123450", "male", date(1981, 5, 12), "13800138000")

Callback = tuple[Mapping[str, str], bytes]
Entry = tuple[str, str]


def a_child(name: str = "黄小明") -> Person:
    return Person(name, "resident_id", "360102201203151230", "male", date(2012, 3, 15))


def a_proposal(name: str = "黄小明", premium_fen: int = 100_00) -> Proposal:
    return Proposal(
        request_id=f"uw-{uuid4().hex}",
        product_id="jiangxi-plus",
        premium_fen=premium_fen,
        effective_date=date(2026, 9, 1),
        relationship="parent",
        applicant=PARENT,
        insured=a_child(name),
        school_code="2136000001",
        school_type="primary",
        existing_death_cover_fen=0,
    )


def an_issue(proposal_no: str, premium_fen: int = 100_00) -> IssueOrder:
    paid_at = datetime(2026, 8, 20, 4, 0, tzinfo=UTC)
    return IssueOrder(f"issue-{uuid4().hex}", proposal_no, premium_fen, paid_at, date(2026, 9, 1), "2026082022001")


def a_taken_over(name: str = "黄小明", policy_no: str | None = None) -> TakenOverPolicy:
    number = policy_no or f"7{uuid4().int % 10**17:017d}"
    return TakenOverPolicy(number, "jiangxi-plus", date(2026, 9, 1), 100_00, a_child(name))


def a_report(policy_no: str) -> ClaimReport:
    accident_at = datetime(2026, 10, 12, 2, 30, tzinfo=UTC)
    return ClaimReport(f"report-{uuid4().hex}", policy_no, "accident", accident_at, "360102", "outpatient")


def a_result(report_no: str) -> ClaimResult:
    return ClaimResult(f"close-{uuid4().hex}", report_no, "full", 270_00, datetime(2026, 10, 14, tzinfo=UTC))


def a_cancellation(policy_no: str, ends_on: date = date(2026, 10, 1)) -> Cancellation:
    return Cancellation(f"cancel-{uuid4().hex}", policy_no, ends_on, 59_66, "not_wanted")


def an_amendment(policy_no: str, name: str = "黄晓明") -> Amendment:
    return Amendment(
        request_id=f"amend-{uuid4().hex}",
        policy_no=policy_no,
        applicant=PARENT,
        insured=a_child(name),
        school_code="2136000001",
        school_type="primary",
        school_region="360102",
        class_name="六年级一班",
        changed=("insured.name",),
        reason="填写有误",
        open_reports=("3000000000000001",),
    )


async def until(holds: Callable[[], Any]) -> Any:
    async with asyncio.timeout(20):
        while True:
            if value := holds():
                return value
            await asyncio.sleep(0.02)


@dataclass
class Inbox:
    callbacks: list[Callback] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            self.callbacks.append((dict(request.headers), await request.body()))
            return Response(status_code=204)

        return Starlette(routes=[Route(CALLBACK_PATH, take, methods=["POST"])])


class Bench(Protocol):
    insurer: Insurer

    async def fault(self, operation: str, mode: str, *, seconds: float = 0) -> None: ...
    async def entries(self, key: str) -> list[Entry]: ...
    async def callbacks(self, request_id: str, count: int) -> list[Callback]: ...
    async def amendment_decided(self, request_id: str) -> None: ...


class FakeBench:
    def __init__(self) -> None:
        self.insurer = FakeInsurer(CODE, verdict=self._verdict, amends=self._amends, timeout_seconds=0.5)
        self._later: dict[str, Proposal] = {}

    def _verdict(self, proposal: Proposal) -> Any:
        ending = proposal.insured.name[-2:]
        return {"拒保": "declined", "待核": "pending", "待拒": "pending", "不答": "pending"}.get(ending, "accepted")

    async def fault(self, operation: str, mode: Any, *, seconds: float = 0) -> None:
        self.insurer.faults.add(operation, mode, seconds=seconds)

    async def entries(self, key: str) -> list[Entry]:
        return [(kind, number) for kind, request_id, number in self.insurer.entries if key in (request_id, number)]

    async def callbacks(self, request_id: str, count: int) -> list[Callback]:
        return [self.insurer.decide(request_id, "accepted")] * count

    def _amends(self, amendment: Amendment) -> Any:
        return {"拒改": "declined", "待改": "pending"}.get(amendment.insured.name[-2:], "accepted")

    async def amendment_decided(self, request_id: str) -> None:
        self.insurer.decide_amendment(request_id, "accepted")


class SimulatorBench:
    def __init__(self, insurer: HttpInsurer, client: httpx.AsyncClient, url: str, inbox: Inbox) -> None:
        self.insurer, self._client, self._url, self._inbox = insurer, client, url, inbox

    async def fault(self, operation: str, mode: str, *, seconds: float = 0) -> None:
        body = {"operation": operation, "mode": mode, "seconds": seconds}
        (await self._client.post(f"{self._url}/_simulator/faults", json=body)).raise_for_status()

    async def entries(self, key: str) -> list[Entry]:
        answer = await self._client.get(f"{self._url}/_simulator/ledger", params={"key": key})
        entries = answer.json()["entries"]
        return [(entry["kind"], entry["number"]) for entry in entries if key in (entry["request_id"], entry["number"])]

    async def callbacks(self, request_id: str, count: int) -> list[Callback]:
        def arrived() -> list[Callback]:
            return [callback for callback in self._inbox.callbacks if request_id.encode() in callback[1]]

        await until(lambda: len(arrived()) >= count)
        assert len(arrived()) == count
        return arrived()

    async def amendment_decided(self, request_id: str) -> None:
        """A second of the simulator's: a tenth of ours."""
        await asyncio.sleep(0.15)
