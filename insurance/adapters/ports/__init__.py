"""Ports: what we ask of everything outside our own process, one Protocol for each outside thing.

Money is integer fen, instants are zone-aware. Every call that moves money or changes something at the other side takes a key
made by the caller (`request_id`, `out_trade_no`, `out_request_no`, `out_biz_no`); repeating a call with the same key has one
effect and the same answer, and another request under it is refused `key_reused`. A key belongs to one operation. A call ends in
one of three ways: an answer, `Unavailable` (nothing is known: ask again with the same key), or `Refused` (final, with a reason
code). A status that we do not know is `pending`, never success or failure.
"""

from insurance.adapters.ports.errors import (
    InsurerRefused,
    InsurerUnavailable,
    NoticesUnavailable,
    PaymentsRefused,
    PaymentsUnavailable,
    ReadingRefused,
    ReadingUnavailable,
    Refused,
    SignatureInvalid,
    StorageRefused,
    StorageUnavailable,
    Unavailable,
)
from insurance.adapters.ports.insurer import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Endorsement,
    Insurer,
    IssuedPolicy,
    IssueOrder,
    Person,
    Proposal,
    TakenOverPolicy,
    Underwriting,
    UnderwritingNotice,
)
from insurance.adapters.ports.notices import Notice, Notices
from insurance.adapters.ports.payments import (
    PaymentNotice,
    Payments,
    PayOrder,
    Refund,
    Statement,
    StatementLine,
    Trade,
    TradeStatus,
    Transfer,
    TransferOrder,
)
from insurance.adapters.ports.reading import Page, PageReader, PageView, TextBox
from insurance.adapters.ports.storage import UPLOADS, SignedPost, Storage, StoredObject

__all__ = [
    "UPLOADS",
    "Amendment",
    "Cancellation",
    "ClaimReport",
    "ClaimResult",
    "Endorsement",
    "Insurer",
    "InsurerRefused",
    "InsurerUnavailable",
    "IssueOrder",
    "IssuedPolicy",
    "Notice",
    "Notices",
    "NoticesUnavailable",
    "Page",
    "PageReader",
    "PageView",
    "PayOrder",
    "PaymentNotice",
    "Payments",
    "PaymentsRefused",
    "PaymentsUnavailable",
    "Person",
    "Proposal",
    "ReadingRefused",
    "ReadingUnavailable",
    "Refund",
    "Refused",
    "SignatureInvalid",
    "SignedPost",
    "Statement",
    "StatementLine",
    "Storage",
    "StorageRefused",
    "StorageUnavailable",
    "StoredObject",
    "TakenOverPolicy",
    "TextBox",
    "Trade",
    "TradeStatus",
    "Transfer",
    "TransferOrder",
    "Unavailable",
    "Underwriting",
    "UnderwritingNotice",
]
