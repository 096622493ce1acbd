"""A stand-in Alipay gateway: `/gateway.do` takes the calls, and shows the payment page."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from insurance.simulators import outbox as outbox_module
from insurance.simulators.alipay import ledger
from insurance.simulators.alipay.bills import Bills
from insurance.simulators.alipay.config import Config, read_config
from insurance.simulators.alipay.ledger import Refusal
from insurance.simulators.alipay.page import order_page, paid_page, refusal_page
from insurance.simulators.alipay.trades import Trades, check_payable, read_order
from insurance.simulators.alipay.transfers import Transfers
from insurance.simulators.alipay.visible import BUYERS, NOTICES
from insurance.simulators.clock import BEIJING, now
from insurance.simulators.control import control_routes, serving
from insurance.simulators.database import Database
from insurance.simulators.faults import Faults, LostAnswer, NoticePlan
from insurance.simulators.outbox import Outbox
from insurance.simulators.poster import Answer, Post

PAGE = "alipay.trade.page.pay"
OPERATIONS = {
    "alipay.trade.query": "query",
    "alipay.trade.close": "close",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "query_refund",
    "alipay.fund.trans.uni.transfer": "transfer",
    "alipay.fund.trans.common.query": "query_transfer",
    "alipay.data.dataservice.bill.downloadurl.query": "statement",
}
CLOCK_TOLERANCE_SECONDS = 600

Parameters = dict[str, str]
Content = dict[str, Any]


def build(raw_config: dict[str, Any], data: Path) -> Starlette:
    config = read_config(raw_config)
    database = Database(data, ledger.SCHEMA + outbox_module.SCHEMA)
    faults = Faults(frozenset({"page", "pay", "download", *OPERATIONS.values()}))
    outbox = Outbox(database, _post, _taken, config.notify_retry_seconds)
    transfers = Transfers(database)
    bills = Bills(config, database)
    gateway = GatewayDoor(config, faults, Trades(config, database, outbox), transfers, bills)

    def entries(key: str | None) -> list[dict[str, Any]]:
        transfers.settle_due()
        return ledger.movements(database, key)

    doors = [
        Route("/gateway.do", gateway.enter, methods=["GET", "POST"]),
        Route("/downloadBillFile.resource", gateway.download, methods=["GET"]),
    ]
    return serving([*doors, *control_routes(faults, outbox, entries)], outbox, database)


class GatewayDoor:
    def __init__(self, config: Config, faults: Faults, trades: Trades, transfers: Transfers, bills: Bills) -> None:
        self._config, self._faults = config, faults
        self._trades, self._transfers, self._bills = trades, transfers, bills

    async def enter(self, request: Request) -> Response:
        address = _parameters(request.scope["query_string"])
        form = _parameters(await request.body())
        if address.get("method") == PAGE:
            return await self._page(request, address, form)
        return await self._call(address | form, str(request.base_url))

    async def download(self, request: Request) -> Response:
        """A bill, by an address that was given out less than half a minute ago."""

        async def act() -> Response:
            bill = self._bills.fetch(request.query_params.get("fileId", ""))
            return Response(bill, media_type="application/zip") if bill else Response(status_code=403)

        return await self._faults.perform("download", act, lambda _: Response(status_code=403))

    async def _page(self, request: Request, address: Parameters, form: Parameters) -> Response:
        """The address alone is signed; the form of the page is the payer's."""
        as_json = "application/json" in request.headers.get("accept", "")

        async def act() -> Response:
            try:
                self._prove(address)
                if request.method == "POST":
                    return self._pay(address, form, as_json)
                trade = self._trades.open(read_order(address))
                check_payable(trade)
                return order_page(trade)
            except Refusal as refusal:
                return refusal_page(refusal, as_json)

        def refuse(code: str | None) -> Response:
            return refusal_page(_on_demand(code), as_json)

        return await self._faults.perform("pay" if request.method == "POST" else "page", act, refuse)

    def _pay(self, address: Parameters, form: Parameters, as_json: bool) -> Response:
        buyer, notice = form.get("buyer", "usual"), form.get("notice", "once")
        if buyer not in BUYERS or notice not in NOTICES:
            raise Refusal("isv.invalid-parameter", "没有这个模拟选项", "40002")
        trade = self._trades.open(read_order(address))
        check_payable(trade)
        demanded = self._faults.notice_plan("pay")
        plan = NOTICES[notice] if demanded == NoticePlan() else demanded
        return paid_page(self._trades.pay(trade["out_trade_no"], buyer, plan), address.get("return_url", ""), as_json)

    async def _call(self, parameters: Parameters, here: str) -> Response:
        method = parameters.get("method", "")

        async def act() -> Response:
            try:
                self._prove(parameters)
                _check_clock(parameters)
                content, lost = self._do(method, _biz_content(parameters), here)
            except Refusal as refusal:
                return self._refused(method, refusal)
            return LostAnswer() if lost else self._answer(method, {"code": "10000", "msg": "Success", **content})

        def refuse(code: str | None) -> Response:
            return self._refused(method, _on_demand(code))

        return await self._faults.perform(OPERATIONS.get(method, ""), act, refuse)

    def _do(self, method: str, content: Content, here: str) -> tuple[Content, bool]:
        """The answer, and whether it is to be lost."""
        match OPERATIONS.get(method):
            case "query":
                return self._trades.query(content), False
            case "close":
                return self._trades.close(content), False
            case "refund":
                return self._trades.refund(content, self._faults.notice_plan("refund")), False
            case "query_refund":
                return self._trades.query_refund(content), False
            case "transfer":
                return self._transfers.transfer(content)
            case "query_transfer":
                return self._transfers.query(content), False
            case "statement":
                self._transfers.settle_due()
                return self._bills.offer(content, here), False
            case _:
                raise Refusal("isv.invalid-method", "没有这个接口", "40002")

    def _prove(self, parameters: Parameters) -> None:
        if parameters.get("app_id") != self._config.app_id:
            raise Refusal("isv.invalid-app-id", "应用不存在", "40002")
        if not self._config.keys.genuine(parameters):
            raise Refusal("isv.invalid-signature", "签名无效，请从订单页重新进入", "40002")

    def _refused(self, method: str, refusal: Refusal) -> Response:
        content = {"code": refusal.code, "msg": "Refused", "sub_code": refusal.sub_code, "sub_msg": refusal.message}
        return self._answer(method, content)

    def _answer(self, method: str, content: Content) -> Response:
        name = method.replace(".", "_") if method in OPERATIONS else "error"
        text = json.dumps(content, ensure_ascii=False)
        body = f'{{"{name}_response":{text},"sign":"{self._config.keys.sign(text.encode())}"}}'
        return Response(body, media_type="application/json")


def _parameters(encoded: bytes) -> Parameters:
    return dict(parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True))


def _biz_content(parameters: Parameters) -> Content:
    try:
        content = json.loads(parameters.get("biz_content", "{}"))
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refusal("isv.invalid-parameter", "biz_content 不是 JSON 对象", "40002")
    return content


def _check_clock(parameters: Parameters) -> None:
    try:
        sent = datetime.strptime(parameters["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).timestamp()
    except (KeyError, ValueError):
        sent = 0.0
    if abs(now() - sent) > CLOCK_TOLERANCE_SECONDS:
        raise Refusal("isv.invalid-timestamp", "时间戳已过期", "40002")


def _on_demand(code: str | None) -> Refusal:
    return Refusal(code or "REFUSED_ON_DEMAND", "按测试要求拒绝")


def _post(target: str, payload: str, _notice_id: str) -> Post:
    return Post(target, {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, payload.encode())


def _taken(answer: Answer) -> bool:
    return answer.status == 200 and answer.body.strip() == b"success"
