"""Alipay (支付宝) reached over its gateway protocol: page payment, query, close, refund, transfer, and its notices."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from insurance.adapters.payments import bills, mapping, wire
from insurance.adapters.payments.amounts import yuan
from insurance.adapters.payments.gateway import AnswerNotTrusted, Gateway
from insurance.adapters.ports import (
    PaymentNotice,
    PaymentsUnavailable,
    PayOrder,
    Refund,
    SignatureInvalid,
    Statement,
    Trade,
    Transfer,
    TransferOrder,
)

MAX_BILL_BYTES = 50 * 1024 * 1024
# where the live gateway keeps its bills
BILL_HOSTS = {"openapi.alipay.com": "dwbillcenter.alipay.com"}

Answer = TypeVar("Answer", bound=wire.Answer)
Read = TypeVar("Read")


class AlipayPayments:
    """`gateway_url` is the address of gateway.do; `notify_url` gets the notices, `return_url` the payer's browser."""

    def __init__(
        self,
        gateway_url: str,
        app_id: str,
        app_private_key: str,
        alipay_public_key: str,
        client: httpx.AsyncClient,
        *,
        notify_url: str,
        return_url: str = "",
        timeout_seconds: float = 10.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._gateway = Gateway(app_id, app_private_key, alipay_public_key, notify_url=notify_url, clock=clock)
        self._gateway_url = gateway_url
        self._client = client
        self._return_url = return_url
        self._timeout_seconds = timeout_seconds

    def page_pay_url(self, order: PayOrder) -> str:
        content = mapping.page_content(order)
        return f"{self._gateway_url}?{self._gateway.api_alipay_trade_page_pay(return_url=self._return_url, **content)}"

    async def query_trade(self, out_trade_no: str) -> Trade:
        answer = await self._call("alipay.trade.query", {"out_trade_no": out_trade_no}, wire.TradeAnswer)
        if answer.sub_code == "ACQ.TRADE_NOT_EXIST":
            return Trade(out_trade_no, "not_found")
        return _read(lambda: mapping.trade(out_trade_no, _success(answer)))

    async def close_trade(self, out_trade_no: str) -> Trade:
        answer = await self._call("alipay.trade.close", {"out_trade_no": out_trade_no}, wire.TradeAnswer)
        if answer.code == mapping.SUCCESS:
            return Trade(out_trade_no, "closed", answer.trade_no)
        if answer.sub_code == "ACQ.TRADE_NOT_EXIST":
            return Trade(out_trade_no, "not_found")
        refusal = mapping.failure(answer)
        if isinstance(refusal, PaymentsUnavailable):
            raise refusal
        trade = await self.query_trade(out_trade_no)
        if trade.status == "waiting":
            raise refusal
        return trade

    async def refund(self, out_trade_no: str, out_request_no: str, amount_fen: int, reason: str) -> Refund:
        content = {
            "out_trade_no": out_trade_no,
            "out_request_no": out_request_no,
            "refund_amount": yuan(amount_fen),
            "refund_reason": reason,
        }
        answer = _success(await self._call("alipay.trade.refund", content, wire.RefundAnswer))
        if answer.fund_change == "Y":
            return Refund(out_request_no, "done", amount_fen)
        # N for a repeat, and for one that is still on its way
        known = await self.query_refund(out_trade_no, out_request_no)
        return known or Refund(out_request_no, "pending", amount_fen)

    async def query_refund(self, out_trade_no: str, out_request_no: str) -> Refund | None:
        content = {"out_trade_no": out_trade_no, "out_request_no": out_request_no}
        answer = await self._call("alipay.trade.fastpay.refund.query", content, wire.RefundQueryAnswer)
        if answer.sub_code in ("ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST"):
            return None
        return _read(lambda: mapping.queried_refund(out_request_no, _success(answer)))

    async def transfer(self, order: TransferOrder) -> Transfer:
        content = mapping.transfer_content(order)
        answer = await self._call("alipay.fund.trans.uni.transfer", content, wire.TransferAnswer)
        if failed := mapping.failed_transfer(order.out_biz_no, answer):
            return failed
        return _read(lambda: mapping.transfer(order.out_biz_no, _success(answer)))

    async def query_transfer(self, out_biz_no: str) -> Transfer:
        """The gateway keeps transfers to accounts and to bank cards apart, and the number alone doesn't say which it was."""
        for product_code in mapping.TRANSFER_PRODUCTS.values():
            content = {"out_biz_no": out_biz_no, "product_code": product_code, "biz_scene": mapping.TRANSFER_SCENE}
            answer = await self._call("alipay.fund.trans.common.query", content, wire.TransferAnswer)
            if answer.sub_code != "ORDER_NOT_EXIST":
                return _read(partial(mapping.transfer, out_biz_no, _success(answer)))
        return Transfer(out_biz_no, "not_found")

    async def statement(self, day: date) -> Statement:
        try:
            trades = bills.trade_lines(await self._bill("trade", day))
            account = bills.account_lines(await self._bill("signcustomer", day))
        except bills.BillUnreadable as error:
            raise PaymentsUnavailable(f"a bill that can't be read: {error}") from None
        return Statement(day, tuple(sorted([*trades, *account], key=lambda line: line.at)))

    async def _bill(self, bill_type: str, day: date) -> bytes:
        """Its ZIP. That there is none says `BILL_NOT_EXIST`, before it is made as well as for a day that the gateway knows nothing
        of: it is never taken for an empty one, which is a bill without rows."""
        method = "alipay.data.dataservice.bill.downloadurl.query"
        answer = await self._call(method, {"bill_type": bill_type, "bill_date": day.isoformat()}, wire.BillAnswer)
        if answer.sub_code.upper().endswith("BILL_NOT_EXIST"):
            raise PaymentsUnavailable("the bill is not there yet")
        url = bill_address(_success(answer).bill_download_url or "", self._gateway_url)
        if url is None:
            raise PaymentsUnavailable(f"{method}: a bill at an address that is not the gateway's")
        return await self._download(url)

    async def _download(self, url: httpx.URL) -> bytes:
        """Redirections are not followed: they could lead anywhere."""
        bill = bytearray()
        try:
            async with self._client.stream(
                "GET", url, timeout=self._timeout_seconds, follow_redirects=False
            ) as response:
                if response.status_code != httpx.codes.OK:
                    raise PaymentsUnavailable(f"bill: HTTP {response.status_code}")
                async for part in response.aiter_bytes():
                    bill += part
                    if len(bill) > MAX_BILL_BYTES:
                        raise PaymentsUnavailable("bill: larger than any bill")
        except httpx.HTTPError as error:
            raise PaymentsUnavailable(f"bill: {type(error).__name__}") from None
        return bytes(bill)

    def parse_notice(self, form: Mapping[str, str]) -> PaymentNotice:
        self._gateway.verify_notice(form)
        try:
            return mapping.notice(wire.NoticeForm.model_validate(dict(form)))
        except ValueError:
            raise SignatureInvalid("signed, but not a notice of a trade") from None

    async def _call(self, method: str, content: Mapping[str, Any], answer: type[Answer]) -> Answer:
        """The form travels in the body, because a transfer names a person. The answer may still be a refusal."""
        try:
            response = await self._client.post(
                self._gateway_url,
                content=self._gateway.request(method, content),
                headers={"content-type": "application/x-www-form-urlencoded;charset=utf-8"},
                timeout=self._timeout_seconds,
            )
        except httpx.HTTPError as error:
            raise PaymentsUnavailable(f"{method}: {type(error).__name__}") from error
        if response.status_code != httpx.codes.OK:
            raise PaymentsUnavailable(f"{method}: HTTP {response.status_code}")
        try:
            return answer.model_validate(self._gateway.answer(method, response.text))
        except (AnswerNotTrusted, ValidationError):
            raise PaymentsUnavailable(f"{method}: an answer that can't be trusted") from None


def bill_address(text: str, gateway_url: str) -> httpx.URL | None:
    """Where a bill may be fetched: from the gateway itself, or from the house of bills that belongs to it. None for anywhere else.
    Alipay names http addresses; what names payers is fetched as the gateway is spoken to."""
    try:
        url, gateway = httpx.URL(text), httpx.URL(gateway_url)
    except httpx.InvalidURL:
        return None
    if url.userinfo or url.scheme not in ("http", "https"):
        return None
    if (url.host, url.port) == (BILL_HOSTS.get(gateway.host), None):
        return url.copy_with(scheme=gateway.scheme)
    same = (url.scheme, url.host, url.port) == (gateway.scheme, gateway.host, gateway.port)
    return url if same else None


def _success(answer: Answer) -> Answer:
    if answer.code != mapping.SUCCESS:
        raise mapping.failure(answer)
    return answer


def _read(mapped: Callable[[], Read]) -> Read:
    """An amount or a time in a form that we do not know leaves us knowing nothing."""
    try:
        return mapped()
    except ValueError:
        raise PaymentsUnavailable("an answer that can't be read") from None
