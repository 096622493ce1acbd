"""A payment gateway in memory, for tests of what stands above it. The contract suite runs on it and on the simulator alike."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import ValidationError

from insurance.adapters.faults import Answers, Faults
from insurance.adapters.payments import mapping
from insurance.adapters.payments.amounts import yuan
from insurance.adapters.payments.wire import NoticeForm
from insurance.adapters.ports import (
    PaymentNotice,
    PaymentsRefused,
    PaymentsUnavailable,
    PayOrder,
    Refund,
    SignatureInvalid,
    Statement,
    StatementLine,
    Trade,
    Transfer,
    TransferOrder,
)

Outcome = Literal["paid", "pending", "failed", "name_mismatch"]
APP_ID, SECRET = "fake-app", b"fake-gateway"


@dataclass
class FakeTrade:
    order: PayOrder
    trade_no: str
    paid_at: datetime | None = None
    closed: bool = False
    account_closed: bool = False
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def refunded_fen(self) -> int:
        return sum(self.refunds.values())

    def status(self, now: datetime) -> Literal["waiting", "paid", "closed"]:
        if self.paid_at:
            return "closed" if self.refunded_fen == self.order.amount_fen else "paid"
        return "closed" if self.closed or now >= self.order.expires_at else "waiting"


class FakePayments:
    """`open_page` and `pay` are what the payer does at the payment page; `notices` are the forms sent because of it.

    `movements` lists what was really moved, as (payment | refund | transfer, our key, fen); `faults` makes it misbehave;
    `transfer_outcome` decides each transfer (paid, if not given) and `settle` a pending one; `bill_ready_after` is how long after
    its day a bill is there.
    """

    def __init__(
        self,
        *,
        transfer_outcome: Callable[[TransferOrder], Outcome] = lambda _: "paid",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = 10.0,
        bill_ready_after: timedelta = timedelta(hours=9),
    ) -> None:
        self.movements: list[tuple[str, str, int]] = []
        self._lines: list[StatementLine] = []
        self._bill_ready_after = bill_ready_after
        self.notices: list[dict[str, str]] = []
        self.faults = Faults(PaymentsUnavailable, PaymentsRefused, timeout_seconds)
        self._transfer_outcome = transfer_outcome
        self._clock = clock
        self._answers = Answers(PaymentsRefused)
        self._orders: dict[str, PayOrder] = {}
        self._trades: dict[str, FakeTrade] = {}
        self._transfers: dict[str, tuple[TransferOrder, Transfer]] = {}

    def page_pay_url(self, order: PayOrder) -> str:
        self._orders[order.out_trade_no] = order
        return f"https://payments.invalid/{order.out_trade_no}"

    def open_page(self, out_trade_no: str) -> None:
        number = f"{self._clock():%Y%m%d}{len(self._trades) + 1:020d}"
        self._trades.setdefault(out_trade_no, FakeTrade(self._orders[out_trade_no], number))

    def pay(self, out_trade_no: str, *, account_closed: bool = False) -> None:
        """Raises `PaymentsRefused` when the page would refuse: expired, closed, already paid."""
        self.open_page(out_trade_no)
        trade = self._trades[out_trade_no]
        if trade.status(self._clock()) != "waiting":
            raise PaymentsRefused("trade_not_waiting")
        trade.paid_at, trade.account_closed = self._clock(), account_closed
        self._move("payment", out_trade_no, trade.trade_no, trade.order.amount_fen)
        self._notify(trade)

    async def query_trade(self, out_trade_no: str) -> Trade:
        return self.faults.run("query", lambda: self._trade(out_trade_no))

    async def close_trade(self, out_trade_no: str) -> Trade:
        def act() -> Trade:
            trade = self._trades.get(out_trade_no)
            if trade and not trade.paid_at:
                trade.closed = True
            return self._trade(out_trade_no)

        return self.faults.run("close", act)

    async def refund(self, out_trade_no: str, out_request_no: str, amount_fen: int, reason: str) -> Refund:
        def act() -> Refund:
            trade = self._refundable(out_trade_no, amount_fen)
            trade.refunds[out_request_no] = amount_fen
            self._move("refund", out_request_no, trade.trade_no, amount_fen)
            self._notify(trade)
            return Refund(out_request_no, "done", amount_fen)

        key, request = f"{out_trade_no}/{out_request_no}", (out_trade_no, amount_fen)
        return self.faults.run("refund", lambda: self._answers.once("refund", key, request, act))

    def _refundable(self, out_trade_no: str, amount_fen: int) -> FakeTrade:
        trade = self._trades.get(out_trade_no)
        if trade is None:
            raise PaymentsRefused("trade_not_found")
        if trade.paid_at is None:
            raise PaymentsRefused("trade_not_paid")
        if trade.account_closed:
            raise PaymentsRefused("account_closed")
        if not 0 < amount_fen <= trade.order.amount_fen - trade.refunded_fen:
            raise PaymentsRefused("refund_exceeds_paid")
        return trade

    async def query_refund(self, out_trade_no: str, out_request_no: str) -> Refund | None:
        def act() -> Refund | None:
            trade = self._trades.get(out_trade_no)
            if trade is None or out_request_no not in trade.refunds:
                return None
            return Refund(out_request_no, "done", trade.refunds[out_request_no])

        return self.faults.run("query_refund", act)

    async def transfer(self, order: TransferOrder) -> Transfer:
        def act() -> None:
            order_id = f"{self._clock():%Y%m%d}{len(self._transfers) + 1:020d}"
            self._transfers[order.out_biz_no] = (order, Transfer(order.out_biz_no, "pending", order_id))
            self.settle(order.out_biz_no, self._transfer_outcome(order))

        def answer() -> Transfer:
            self._answers.once("transfer", order.out_biz_no, order, act)
            return self._transfers[order.out_biz_no][1]

        return self.faults.run("transfer", answer)

    def settle(self, out_biz_no: str, status: Outcome) -> None:
        order, pending = self._transfers[out_biz_no]
        match status:
            case "paid":
                self._move("transfer", out_biz_no, str(pending.order_id), order.amount_fen)
                settled = replace(pending, status="paid", paid_at=self._clock())
            case "failed":
                settled = replace(pending, status="failed", reason_code="account_not_found", reason="收款账号不存在")
            case "name_mismatch":
                settled = replace(pending, status="failed", reason_code="name_mismatch", reason="收款账号与姓名不匹配")
            case "pending":
                settled = pending
        self._transfers[out_biz_no] = (order, settled)

    async def query_transfer(self, out_biz_no: str) -> Transfer:
        def act() -> Transfer:
            known = self._transfers.get(out_biz_no)
            return known[1] if known else Transfer(out_biz_no, "not_found")

        return self.faults.run("query_transfer", act)

    async def statement(self, day: date) -> Statement:
        def act() -> Statement:
            ends = datetime.combine(day + timedelta(days=1), time(), mapping.BEIJING)
            if self._clock() < ends + self._bill_ready_after:
                raise PaymentsUnavailable("the bill is not there yet")
            booked = (line for line in self._lines if line.at.astimezone(mapping.BEIJING).date() == day)
            return Statement(day, tuple(sorted(booked, key=lambda line: line.at)))

        return self.faults.run("statement", act)

    def parse_notice(self, form: Mapping[str, str]) -> PaymentNotice:
        unsigned = {name: value for name, value in form.items() if name != "sign"}
        if (
            not hmac.compare_digest(_sign(unsigned).encode(), form.get("sign", "").encode())
            or form.get("app_id") != APP_ID
        ):
            raise SignatureInvalid("not signed by the gateway")
        try:
            return mapping.notice(NoticeForm.model_validate(unsigned))
        except ValidationError:
            raise SignatureInvalid("signed, but not a notice of a trade") from None

    def _move(
        self, kind: Literal["payment", "refund", "transfer"], number: str, trade_no: str, amount_fen: int
    ) -> None:
        self.movements.append((kind, number, amount_fen))
        # the gateway's books know no fractions of a second
        self._lines.append(StatementLine(kind, number, trade_no, amount_fen, self._clock().replace(microsecond=0)))

    def _trade(self, out_trade_no: str) -> Trade:
        trade = self._trades.get(out_trade_no)
        if trade is None:
            return Trade(out_trade_no, "not_found")
        status = trade.status(self._clock())
        return Trade(out_trade_no, status, trade.trade_no, trade.order.amount_fen, trade.paid_at)

    def _notify(self, trade: FakeTrade) -> None:
        paid = trade.status(self._clock()) == "paid"
        form = {
            "app_id": APP_ID,
            "notify_id": f"notice-{len(self.notices) + 1}",
            "out_trade_no": trade.order.out_trade_no,
            "trade_no": trade.trade_no,
            "trade_status": "TRADE_SUCCESS" if paid else "TRADE_CLOSED",
            "total_amount": yuan(trade.order.amount_fen),
            "gmt_payment": mapping.gateway_time(trade.paid_at) if trade.paid_at else "",
        }
        if trade.refunds:
            form["refund_fee"] = yuan(trade.refunded_fen)
        self.notices.append(form | {"sign": _sign(form)})


def _sign(form: Mapping[str, str]) -> str:
    text = "&".join(f"{name}={value}" for name, value in sorted(form.items()))
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()
