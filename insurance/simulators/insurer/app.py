"""Stand-in insurers: one process serves them all, each under `/{code}/…` with its own key."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from insurance.simulators import outbox as outbox_module
from insurance.simulators.clock import now
from insurance.simulators.control import control_routes, serving
from insurance.simulators.database import Database
from insurance.simulators.faults import Faults, LostAnswer
from insurance.simulators.insurer import books as books_module
from insurance.simulators.insurer.amendments import Amendments
from insurance.simulators.insurer.books import Books, Call, Refusal
from insurance.simulators.insurer.config import Config, read_config
from insurance.simulators.insurer.policies import Done, Policies
from insurance.simulators.insurer.signing import signed_headers, why_not_genuine
from insurance.simulators.insurer.underwriting import Underwriting, answer
from insurance.simulators.insurer.visible import conduct_of
from insurance.simulators.outbox import Outbox
from insurance.simulators.poster import Answer, Post

OPERATIONS = frozenset(
    {
        "underwrite", "query_underwriting", "issue", "take_over", "report_claim", "close_claim", "cancel_policy",
        "amend_policy",
    }
)  # fmt: skip

Act = Callable[[Call], Awaitable[Response]]


def build(raw_config: dict[str, Any], data: Path) -> Starlette:
    config = read_config(raw_config)
    database = Database(data, books_module.SCHEMA + outbox_module.SCHEMA)
    books, faults = Books(database), Faults(OPERATIONS)
    outbox = Outbox(database, _callbacks(config), _taken, config.callback_retry_seconds)
    desk = Desk(config, faults, Underwriting(config, books, outbox, faults), Policies(books), Amendments(config, books))

    return serving([*control_routes(faults, outbox, books.ledger), *desk.routes()], outbox, database)


class Desk:
    """Where requests come in: are they genuine, is a fault to be played, what is the answer."""

    def __init__(
        self, config: Config, faults: Faults, underwriting: Underwriting, policies: Policies, amendments: Amendments
    ) -> None:
        self._config, self._faults, self._underwriting, self._policies = config, faults, underwriting, policies
        self._amendments = amendments

    def routes(self) -> list[Route]:
        does = self._policies
        return [
            self._route("POST", "/proposals", "underwrite", self._underwrite),
            self._route("GET", "/proposals/{subject}", "query_underwriting", self._query),
            self._route("POST", "/policies", "issue", self._doing(does.issue)),
            self._route("PUT", "/policies", "take_over", self._doing(does.take_over)),
            self._route("POST", "/policies/{subject}/cancellation", "cancel_policy", self._doing(does.cancel)),
            self._route("POST", "/policies/{subject}/amendments", "amend_policy", self._doing(self._amendments.amend)),
            self._route("POST", "/reports", "report_claim", self._doing(does.report)),
            self._route("POST", "/reports/{subject}/closure", "close_claim", self._doing(does.close)),
        ]

    def _route(self, method: str, path: str, operation: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                call = await self._genuine(request)
            except Refusal as refusal:
                return _refused(refusal)
            return await self._faults.perform(operation, lambda: _tell(act, call), _refused_on_demand)

        return Route("/{code}" + path, endpoint, methods=[method])

    async def _genuine(self, request: Request) -> Call:
        code = request.path_params["code"]
        insurer = self._config.insurers.get(code)
        if insurer is None:
            raise Refusal(404, "UNKNOWN_INSURER", "没有这家公司")
        body, query = await request.body(), request.scope["query_string"]
        target = (request.scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1")
        wrong = why_not_genuine(insurer.key_id, insurer.secret, request.method, target, body, request.headers)
        if wrong:
            raise Refusal(401, wrong, "签名无效或已过期")
        subject = request.path_params.get("subject", "")
        return Call(code, request.headers["x-request-id"], _object(body), subject)

    async def _underwrite(self, call: Call) -> Response:
        proposal, new = self._underwriting.propose(call)
        await asyncio.sleep(max(0.0, proposal["answered_at"] - now()))
        if new and conduct_of(proposal["ending"]).loses_answers:
            return LostAnswer()
        return JSONResponse(answer(proposal, max(now(), proposal["answered_at"])))

    async def _query(self, call: Call) -> Response:
        return JSONResponse(self._underwriting.query(Call(call.insurer, call.subject, {})))

    def _doing(self, does: Callable[[Call], Done]) -> Act:
        async def act(call: Call) -> Response:
            body, new = does(call)
            return LostAnswer() if new and self._policies.conduct(call).loses_answers else JSONResponse(body)

        return act


async def _tell(act: Act, call: Call) -> Response:
    try:
        return await act(call)
    except Refusal as refusal:
        return _refused(refusal)


def _refused(refusal: Refusal) -> Response:
    return JSONResponse({"code": refusal.code, "message": refusal.message}, refusal.status)


def _refused_on_demand(code: str | None) -> Response:
    return _refused(Refusal(422, code or "REFUSED_ON_DEMAND", "按测试要求拒绝"))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refusal(422, "INVALID_REQUEST", "请求体不是 JSON 对象")
    return value


def _callbacks(config: Config) -> Callable[[str, str, str], Post]:
    def prepare(code: str, payload: str, notice_id: str) -> Post:
        insurer, body = config.insurers[code], payload.encode()
        address = urlsplit(insurer.callback_url)
        target = address.path + (f"?{address.query}" if address.query else "")
        return Post(insurer.callback_url, signed_headers(insurer.key_id, insurer.secret, target, body, notice_id), body)

    return prepare


def _taken(answer: Answer) -> bool:
    return 200 <= answer.status < 300
