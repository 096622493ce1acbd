"""Ports: what we ask of everything outside our own process, one Protocol for each outside thing.

Money is integer fen, instants are zone-aware. Every call that moves money or changes something at the other side takes a key
made by the caller (`request_id`, `out_trade_no`, `out_request_no`, `out_biz_no`); repeating a call with the same key has one
effect and the same answer, and another request under it is refused `key_reused`. A key belongs to one operation. A call ends in
one of three ways: an answer, `Unavailable` (nothing is known: ask again with the same key), or `Refused` (final, with a reason
code). A status that we do not know is `pending`, never success or failure.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO, Literal, Protocol


class Unavailable(Exception):
    """The other side could not be reached, or gave no answer that we can trust. Ask again later with the same key."""


class Refused(Exception):
    """The other side understood and said no, for good. `code` is stable snake_case; `message` is for people, without personal data."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class InsurerUnavailable(Unavailable): ...


class InsurerRefused(Refused): ...


class PaymentsUnavailable(Unavailable): ...


class PaymentsRefused(Refused): ...


class StorageUnavailable(Unavailable): ...


class StorageRefused(Refused): ...


class ReadingUnavailable(Unavailable): ...


class ReadingRefused(Refused):
    """The file can't be read as evidence; `code` says why and `message` is a reason that a parent understands."""


class NoticesUnavailable(Unavailable): ...


class SignatureInvalid(Exception):
    """An incoming message is not from whom it says, is too old, or was changed. Nothing of it may be believed."""


# --- insurer (保险公司) -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    name: str
    id_type: str
    id_number: str
    gender: str
    birth_date: date
    mobile: str | None = None


@dataclass(frozen=True)
class Proposal:
    """An application (投保单) put to the insurer for underwriting (核保)."""

    request_id: str
    product_id: str
    premium_fen: int
    effective_date: date | None
    relationship: str
    applicant: Person
    insured: Person
    school_code: str
    school_type: str
    existing_death_cover_fen: int


@dataclass(frozen=True)
class Underwriting:
    """`pending`: the insurer answers later, by callback and to `query_underwriting`."""

    status: Literal["accepted", "declined", "pending"]
    proposal_no: str
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class IssueOrder:
    """Premium is paid: issue the policy (出单). The insurer gives its policy number (保单号)."""

    request_id: str
    proposal_no: str
    premium_fen: int
    paid_at: datetime
    effective_date: date
    trade_no: str


@dataclass(frozen=True)
class IssuedPolicy:
    policy_no: str


@dataclass(frozen=True)
class TakenOverPolicy:
    """A policy that the insurer sold elsewhere and that is served here from now on."""

    policy_no: str
    product_id: str
    effective_date: date
    premium_paid_fen: int
    insured: Person


@dataclass(frozen=True)
class ClaimReport:
    """A report (报案) of an accident or illness. The insurer gives its report number (报案号)."""

    request_id: str
    policy_no: str
    event: str
    accident_at: datetime
    accident_region: str
    patient_state: str


@dataclass(frozen=True)
class ClaimResult:
    """How a claim ended, told to the insurer for its own books (结案)."""

    request_id: str
    report_no: str
    outcome: str
    paid_fen: int
    paid_at: datetime | None


@dataclass(frozen=True)
class Cancellation:
    """Surrender (退保) of a policy at 24:00 of `ends_on`, or from the start when it is before its effect."""

    request_id: str
    policy_no: str
    ends_on: date
    refund_fen: int
    reason: str


@dataclass(frozen=True)
class UnderwritingNotice:
    """An insurer's signed callback. `event_id` is unique for each thing told; the same one may come twice."""

    event_id: str
    insurer: str
    underwriting: Underwriting
    request_id: str


class Insurer(Protocol):
    """One insurance company's interface. Errors of every method: `InsurerUnavailable`, `InsurerRefused`."""

    async def underwrite(self, proposal: Proposal) -> Underwriting:
        """Ask for cover. Usual answers take 3-10 s (guide line 89). A decline is an answer, not an error."""
        ...

    async def query_underwriting(self, request_id: str) -> Underwriting:
        """The answer to an earlier `underwrite`. Refused `not_found` when the insurer never saw that request."""
        ...

    async def issue(self, order: IssueOrder) -> IssuedPolicy:
        """Refused `proposal_unknown`, `proposal_not_accepted`, `proposal_expired`, `premium_mismatch`, `already_issued` (by
        another request)."""
        ...

    async def take_over(self, policies: Sequence[TakenOverPolicy]) -> None:
        """Make policies that were sold elsewhere known to the interface. Repeatable."""
        ...

    async def report_claim(self, report: ClaimReport) -> str:
        """The report number (报案号). Refused `policy_unknown`."""
        ...

    async def close_claim(self, result: ClaimResult) -> None:
        """Refused `report_unknown`."""
        ...

    async def cancel_policy(self, cancellation: Cancellation) -> str:
        """The insurer's confirmation number. Refused `policy_unknown`, `policy_ended`."""
        ...

    def parse_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> UnderwritingNotice:
        """Verify and read a signed callback. Raises `SignatureInvalid`."""
        ...


# --- payments (支付宝) --------------------------------------------------------------------------------------------------


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
        `account_ambiguous`, `account_closed`, `card_rejected`, `payee_unverified`, `payee_limit` or `bounced`."""
        ...

    async def query_transfer(self, out_biz_no: str) -> Transfer: ...

    def parse_notice(self, form: Mapping[str, str]) -> PaymentNotice:
        """Verify (RSA2) and read a notice. Raises `SignatureInvalid`, also for another app id."""
        ...


# --- evidence store (S3) ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StoredObject:
    key: str
    version_id: str
    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True)
class SignedPost:
    """A form that a browser posts straight to the store: `url`, then `fields`, then the file as `file`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


class Storage(Protocol):
    """The evidence store: versions and object lock on. Errors: `StorageUnavailable`, `StorageRefused` (`not_found`, `too_large`)."""

    async def prepare(self) -> None:
        """Make the bucket with versions and object lock, and check that both are on. Repeatable."""
        ...

    async def put(
        self, key: str, source: BinaryIO, content_type: str, *, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        """Stream `source` into the store in bounded memory, hash it on the way, lock it (COMPLIANCE) until `locked_until`.
        Refused `too_large` leaves nothing behind."""
        ...

    async def get(self, key: str, version_id: str | None = None) -> bytes: ...

    def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        """The object's bytes in parts."""
        ...

    async def stat(self, key: str) -> StoredObject: ...

    async def signed_get(self, key: str, expires_in_seconds: int) -> str: ...

    async def signed_post(self, key: str, max_bytes: int, expires_at: datetime) -> SignedPost: ...

    async def ready(self) -> None:
        """Raises `StorageUnavailable` when the store does not answer."""
        ...


# --- reading of receipts (OCR) ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextBox:
    """One line of text found on a page, upright: pixel corners clockwise from the top left, and the engine's own score 0-1,
    that of the least sure character. `scores` has one for each character of `text`, `seconds` the engine's next guess for it
    with its score; both are empty where an engine does not tell."""

    text: str
    box: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    score: float
    scores: tuple[float, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Page:
    """What an engine saw on one upright page."""

    width: int
    height: int
    boxes: Sequence[TextBox]
    turned_ccw: int = 0
    qr: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class PageView:
    """One page as people look at it: an upright JPEG without EXIF, and its size in pixels."""

    data: bytes
    width: int
    height: int


class PageReader(Protocol):
    """An OCR engine. Loads its models once; not safe for threads. Errors: `ReadingUnavailable`, `ReadingRefused`."""

    name: str

    def read_page(self, image: object) -> Page:
        """`image` is an upright or turned PIL image in RGB."""
        ...

    def read_upright(self, image: object) -> Page:
        """`image` is known to be upright, a part of a page perhaps."""
        ...

    def read_line(self, image: object) -> TextBox:
        """One crop that holds a single line."""
        ...


# --- notices to people --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    """A message to a person, without personal data in it: `subject` is their id, `text` is Chinese, short, kind."""

    notice_id: str
    subject: str
    kind: str
    text: str
    about: str
    at: datetime


class Notices(Protocol):
    async def send(self, notice: Notice) -> None:
        """Deliver at least once; the receiver drops repeats by `notice_id`. Raises `NoticesUnavailable`."""
        ...
