"""The gateway of payments (支付宝)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol


@dataclass(frozen=True)
class PayOrder:
    """A page payment (电脑网站支付) that can be paid until `expires_at`."""

    out_trade_no: str
    amount_fen: int
    subject: str
    expires_at: datetime


TradeStatus = Literal["not_found", "waiting", "paid", "closed"]


@dataclass(frozen=True)
class Trade:
    """`closed` without `paid_at` timed out or was closed; with it, it was paid and fully refunded (DOMAIN T4)."""

    out_trade_no: str
    status: TradeStatus
    trade_no: str | None = None
    amount_fen: int | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True)
class PaymentNotice:
    """A verified asynchronous notice. `notify_id` is unique for each thing told; the same one may come twice.
    A notice that carries a refund has `refunded_fen` > 0 and is no payment."""

    notify_id: str
    out_trade_no: str
    trade_no: str
    status: TradeStatus
    amount_fen: int
    paid_at: datetime | None
    refunded_fen: int = 0


@dataclass(frozen=True)
class Refund:
    out_request_no: str
    status: Literal["done", "pending"]
    amount_fen: int


@dataclass(frozen=True)
class TransferOrder:
    """Money out to a person (单笔转账). `kind` alipay: `account` is a login id; bank: a card number."""

    out_biz_no: str
    amount_fen: int
    kind: Literal["alipay", "bank"]
    account: str
    name: str
    remark: str


@dataclass(frozen=True)
class Transfer:
    """`failed` is final for this `out_biz_no` (a wrong account, a bounced card); a new account takes a new number."""

    out_biz_no: str
    status: Literal["paid", "pending", "failed", "not_found"]
    order_id: str | None = None
    paid_at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class StatementLine:
    """Money that moved, as the gateway booked it. `number` is ours: out_trade_no, out_request_no, out_biz_no; `trade_no` the
    gateway's, which for a refund is that of the trade it gives back. `other`: a booking of a kind that we don't know."""

    kind: Literal["payment", "refund", "transfer", "other"]
    number: str
    trade_no: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True)
class Statement:
    """Everything that moved on one Asia/Shanghai day, in order of time; without the gateway's own fees and withdrawals."""

    day: date
    lines: tuple[StatementLine, ...]


class Payments(Protocol):
    """The payment gateway. Errors of every async method: `PaymentsUnavailable`, `PaymentsRefused`."""

    def page_pay_url(self, order: PayOrder) -> str:
        """The signed address of the payment page; made here, without asking the gateway."""
        ...

    async def query_trade(self, out_trade_no: str) -> Trade:
        """What the gateway knows of an order. An order whose page was never opened is `not_found`."""
        ...

    async def close_trade(self, out_trade_no: str) -> Trade:
        """Close an unpaid order so that nobody can pay it any more. The trade as it is afterwards: `closed`, `not_found`
        (never opened, so there was nothing to close: its page can still be opened and paid until `expires_at`), or `paid`
        (somebody was faster)."""
        ...

    async def refund(self, out_trade_no: str, out_request_no: str, amount_fen: int, reason: str) -> Refund:
        """Give back part or all of a paid trade, by its original route. Refused `trade_not_found`, `trade_not_paid`,
        `refund_exceeds_paid`, `account_closed` (it bounced: ask for another account)."""
        ...

    async def query_refund(self, out_trade_no: str, out_request_no: str) -> Refund | None:
        """None when the gateway knows of no such refund."""
        ...

    async def transfer(self, order: TransferOrder) -> Transfer:
        """Money out. A no of the payee's side is an answer, `failed`, with `reason_code` `account_not_found`, `name_mismatch`,
        `account_ambiguous`, `account_closed`, `card_rejected`, `payee_unverified`, `payee_limit`, `account_type` or `bounced`
        (退票). A transfer that fails without blaming the payee's side is `failed` too, `refused_by_gateway`."""
        ...

    async def query_transfer(self, out_biz_no: str) -> Transfer: ...

    async def statement(self, day: date) -> Statement:
        """The bill (对账单) of an Asia/Shanghai day. `PaymentsUnavailable` until the gateway has made it, usually by 9:00 of the
        next day."""
        ...

    def parse_notice(self, form: Mapping[str, str]) -> PaymentNotice:
        """Verify (RSA2) and read a notice. Raises `SignatureInvalid`, also for another app id."""
        ...
